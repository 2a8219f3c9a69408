//! All metrics.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::Measure;
use crate::sheet::{Cell, Sheet, mark_best};
use data::Part;
use serde::{Deserialize, Serialize};

/// All metrics on all channels, one column per surrogate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Metrics {}

impl Part for Metrics {
    const NAME: &'static str = "metrics";
    const SUMMARY: &'static str = "all metrics on all channels, one column per surrogate";
}

impl Table for Metrics {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        results.cases.iter().filter(|case| !case.measured().is_empty()).map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Sheet {
    let surrogates = case.surrogates.iter().map(|surrogate| surrogate.label.clone());
    let headings = ["metric", "channel", "unit"].map(String::from).into_iter().chain(surrogates);
    Sheet {
        title: format!("All metrics on {}", case.name),
        caption: "Means over samples and steps; ± is the standard deviation over seeds. The values of a diverged \
                  rollout are infinite. The best value of each row is highlighted."
            .into(),
        headings: headings.collect(),
        rows: case.measured().into_iter().map(|(m, c)| row(case, m, c)).collect(),
        folded: true,
        ..Sheet::default()
    }
    .without_empty_columns()
}

fn row(case: &Case, metric: &str, channel: &str) -> Vec<Cell> {
    let description = case.metrics.get(metric);
    let facts = [description.title(), channel, case.unit(metric, channel)].map(Cell::text);
    let scores = case.surrogates.iter().map(|s| s.score(Measure::mean(metric, channel)));
    let scores = scores.map(|score| Cell::score(description, score));
    let mut row: Vec<Cell> = facts.into_iter().chain(scores).collect();
    mark_best(row[3..].iter_mut(), description.direction());
    row
}
