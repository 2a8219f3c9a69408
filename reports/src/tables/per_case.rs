//! The error of every surrogate on every case.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::NRMSE;
use crate::results::ranking::Ranking;
use crate::sheet::{Cell, MARKS, Sheet};
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
        let metric = results.metrics.get(NRMSE.metric);
        let cases = results.cases.iter().map(|case| case.name.to_owned());
        let rankings: Vec<Ranking> =
            results.cases.iter().map(|case| Ranking::new(case, NRMSE)).collect();
        vec![Sheet {
            stem: Self::NAME.into(),
            title: format!("Velocity {} by case", metric.title()),
            caption: format!(
                "Means over samples and steps; ± is the standard deviation over seeds. Column by column: {MARKS}"
            ),
            headings: ["surrogate".to_owned()].into_iter().chain(cases).collect(),
            rows: results.labels.iter().map(|label| row(results, &rankings, label)).collect(),
            ..Sheet::default()
        }]
    }
}

fn row(results: &Results, rankings: &[Ranking], label: &str) -> Vec<Cell> {
    let metric = results.metrics.get(NRMSE.metric);
    let cell = |(case, ranking): (&Case, &Ranking)| {
        let found = case.surrogates.iter().zip(&ranking.standings);
        let found = found.into_iter().find(|(surrogate, _)| surrogate.label == label);
        found.map_or_else(
            || Cell::score(metric, None),
            |(s, standing)| Cell::score(metric, s.score(NRMSE)).standing(*standing),
        )
    };
    let cells = results.cases.iter().zip(rankings).map(cell);
    [Cell::text(label)].into_iter().chain(cells).collect()
}
