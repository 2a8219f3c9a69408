//! All metrics.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::Measure;
use crate::results::ranking::Ranking;
use crate::sheet::{Cell, MARKS, Sheet};
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
        let cases = results.cases.iter().filter(|case| !case.measured().is_empty());
        cases.map(|case| sheet(results, case)).collect()
    }
}

fn sheet(results: &Results, case: &Case) -> Sheet {
    let surrogates = case.surrogates.iter().map(|surrogate| surrogate.label.clone());
    let headings = ["metric", "channel", "unit"].map(String::from).into_iter().chain(surrogates);
    Sheet {
        stem: results.stem(Metrics::NAME, case),
        title: format!("All metrics on {}", case.name),
        caption: format!(
            "Means over samples and steps; ± is the standard deviation over seeds. The values of a diverged rollout \
             are infinite; ≥ is a mean with values that the length of the rollout bounds. {MARKS} What is better is \
             stated with the definition of each metric; a metric without such a statement is not ranked."
        ),
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
    let measure = Measure::mean(metric, channel);
    let standings = Ranking::new(case, measure).standings;
    let scores = case.surrogates.iter().zip(standings).map(|(surrogate, standing)| {
        Cell::score(description, surrogate.score(measure)).standing(standing)
    });
    facts.into_iter().chain(scores).collect()
}
