//! Who is best where.

use super::Table;
use crate::results::evidence::{Evidence, HEADLINE};
use crate::results::surrogate::Rival;
use crate::sheet::{Cell, Sheet};
use data::{Direction, Part};
use serde::{Deserialize, Serialize};

/// The headline of every surrogate on every case; there is none of a single case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PerCase {}

impl Part for PerCase {
    const NAME: &'static str = "per-case";
    const SUMMARY: &'static str = "the headline error of every surrogate on every case";
}

impl Table for PerCase {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        if evidence.cases.len() < 2 {
            return Vec::new();
        }
        let cases = evidence.cases.iter().map(|case| case.name.to_owned());
        let mut sheet = Sheet {
            title: "NRMSE by case".into(),
            caption:
                "Means over samples and steps, ± the standard deviation over seeds. The best of a \
                      case is marked."
                    .into(),
            headings: ["surrogate".to_owned()].into_iter().chain(cases).collect(),
            rows: evidence.labels.iter().map(|label| row(evidence, label)).collect(),
            ..Sheet::default()
        };
        (1..sheet.headings.len()).for_each(|c| sheet.mark_column(c, Direction::Lower));
        vec![sheet]
    }
}

fn row(evidence: &Evidence, label: &str) -> Vec<Cell> {
    let entry = |rival: Option<&Rival>| {
        Cell::score(evidence.definitions(), HEADLINE.0, rival.and_then(Rival::headline))
    };
    let rivals = evidence.cases.iter().map(|case| case.rivals.iter().find(|r| r.label == label));
    [Cell::text(label)].into_iter().chain(rivals.map(entry)).collect()
}
