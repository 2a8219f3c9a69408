//! All that was measured.

use super::Table;
use crate::results::evidence::{Case, Evidence};
use crate::results::surrogate::Over;
use crate::sheet::{Cell, Sheet, mark_best};
use data::Part;
use serde::{Deserialize, Serialize};

/// Every metric on every channel, a column a surrogate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Metrics {}

impl Part for Metrics {
    const NAME: &'static str = "metrics";
    const SUMMARY: &'static str = "every metric on every channel, a column a surrogate";
}

impl Table for Metrics {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        evidence.cases.iter().filter(|case| !case.metrics().is_empty()).map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Sheet {
    let rivals = case.rivals.iter().map(|rival| rival.label.clone());
    let headings = ["metric", "channel", "unit"].map(String::from).into_iter().chain(rivals);
    Sheet {
        title: format!("All metrics of {}", case.name),
        caption:
            "Means over samples and steps, ± the standard deviation over seeds; a rollout that \
                  diverged counts as infinitely bad. The best of a row is marked."
                .into(),
        headings: headings.collect(),
        rows: case.metrics().into_iter().map(|(m, c)| row(case, m, c)).collect(),
        folded: true,
        ..Sheet::default()
    }
    .without_empty_columns()
}

fn row(case: &Case, metric: &str, channel: &str) -> Vec<Cell> {
    let unit = case.rivals.iter().flat_map(|rival| rival.records(metric, channel)).next();
    let facts = [case.definitions.title(metric), channel, unit.map_or("", |record| &record.unit)]
        .map(Cell::text);
    let scores = case.rivals.iter().map(|rival| rival.cell(metric, channel, Over::Steps));
    let mut row: Vec<Cell> = facts.into_iter().chain(scores).collect();
    if let Some(direction) = case.definitions.direction(metric) {
        mark_best(row[3..].iter_mut(), direction);
    }
    row
}
