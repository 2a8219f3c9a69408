//! The error on every test sample.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::PRIMARY;
use crate::results::number::plain;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet, mark_best};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The primary score on every test sample, in the order of the parameters.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Samples {
    /// The maximum number of rows, ≥ 2; of more samples, evenly spaced ones are shown. Default 24.
    pub rows: usize,
}

impl Default for Samples {
    fn default() -> Self {
        Self { rows: 24 }
    }
}

impl Part for Samples {
    const NAME: &'static str = "samples";
    const SUMMARY: &'static str =
        "the velocity error on every test sample, in the order of the parameters";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.rows >= 2, "rows", self.rows, "at least 2")
    }
}

impl Table for Samples {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        let cases = results.cases.iter().filter(|case| !case.parameters().is_empty());
        cases.map(|case| self.sheet(case)).collect()
    }
}

impl Samples {
    fn sheet(&self, case: &Case) -> Sheet {
        let metric = case.metrics.get(PRIMARY.metric);
        let varying = case.varying_parameters();
        let surrogates = case.surrogates.iter().map(|surrogate| surrogate.label.clone());
        let symbols = varying.iter().map(|name| case.symbol(name).to_owned());
        let (all, shown) = (case.parameters().len(), self.chosen(case, &varying));
        let scores: Vec<_> = case.surrogates.iter().map(Surrogate::primary_by_sample).collect();
        let row = |(sample, parameters): &(usize, &BTreeMap<String, f64>)| {
            let parameters = varying.iter().map(|name| parameters.get(*name).copied());
            let parameters = parameters.map(|value| Cell::number(value, plain).unranked());
            let scores = scores.iter().map(|s| s.get(sample).copied());
            let scores = scores.map(|score| Cell::number(score, |score| metric.write(score)));
            let mut row = vec![Cell::text(sample.to_string())];
            row.extend(parameters.chain(scores));
            mark_best(row[1..].iter_mut(), metric.direction());
            row
        };
        Sheet {
            title: format!("Velocity {} by test sample of {}", metric.title(), case.name),
            caption: format!(
                "Means over steps and seeds; {} of {all} test samples, in the order of their parameters. The best \
                 value of each sample is highlighted.",
                shown.len()
            ),
            headings: ["sample".to_owned()].into_iter().chain(symbols).chain(surrogates).collect(),
            rows: shown.iter().map(row).collect(),
            folded: true,
            ..Sheet::default()
        }
    }

    /// Evenly spaced samples in the order of their parameters.
    fn chosen<'a>(
        &self,
        case: &Case<'a>,
        varying: &[&str],
    ) -> Vec<(usize, &'a BTreeMap<String, f64>)> {
        let mut samples: Vec<_> = case.parameters().into_iter().collect();
        samples.sort_by(|(_, a), (_, b)| {
            let differing = varying.iter().filter_map(|name| Some((a.get(*name)?, b.get(*name)?)));
            let mut orders = differing.map(|(a, b)| a.total_cmp(b));
            orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        let (all, shown) = (samples.len(), samples.len().min(self.rows));
        let index = |row: usize| if shown > 1 { row * (all - 1) / (shown - 1) } else { 0 };
        (0..shown).map(|row| samples[index(row)]).collect()
    }
}
