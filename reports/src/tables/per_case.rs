//! The error of every surrogate on every case.

use super::Table;
use crate::results::by_case::Results;
use crate::results::measure::PRIMARY;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};

/// The primary score of every surrogate on every case; empty with one case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PerCase {}

impl Part for PerCase {
    const NAME: &'static str = "per-case";
    const SUMMARY: &'static str = "the velocity error of every surrogate on every case";
}

impl Table for PerCase {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        if results.cases.len() < 2 {
            return Vec::new();
        }
        let metric = results.metrics.get(PRIMARY.metric);
        let cases = results.cases.iter().map(|case| case.name.to_owned());
        let mut sheet = Sheet {
            title: format!("Velocity {} by case", metric.title()),
            caption: "Means over samples and steps; ± is the standard deviation over seeds. The best value of each \
                      case is highlighted."
                .into(),
            headings: ["surrogate".to_owned()].into_iter().chain(cases).collect(),
            rows: results.labels.iter().map(|label| row(results, label)).collect(),
            ..Sheet::default()
        };
        (1..sheet.headings.len()).for_each(|c| sheet.mark_column(c, metric.direction()));
        vec![sheet]
    }
}

fn row(results: &Results, label: &str) -> Vec<Cell> {
    let metric = results.metrics.get(PRIMARY.metric);
    let cell = |surrogate: Option<&Surrogate>| {
        Cell::score(metric, surrogate.and_then(Surrogate::primary_score))
    };
    let found = results.cases.iter().map(|c| c.surrogates.iter().find(|s| s.label == label));
    [Cell::text(label)].into_iter().chain(found.map(cell)).collect()
}
