//! The error on every test sample.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::plain;
use crate::results::rank_value::RankValue;
use crate::sheet::{Cell, Sheet, mark_lowest};
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
        cases.map(|case| self.sheet(results, case)).collect()
    }
}

impl Samples {
    fn sheet(&self, results: &Results, case: &Case) -> Sheet {
        let metric = case.metrics.get(case.primary.metric);
        let varying = case.varying_parameters();
        let surrogates = case.surrogates.iter().map(|surrogate| surrogate.label.clone());
        let symbols = varying.iter().map(|name| case.symbol(name).to_owned());
        let (all, shown) = (case.parameters().len(), self.chosen(case, &varying));
        let scores: Vec<(BTreeMap<usize, f64>, Option<RankValue>)> = case
            .surrogates
            .iter()
            .map(|s| (s.primary_by_sample(), RankValue::new(case, s, case.primary)))
            .collect();
        let cell = |(scores, ranks): &(BTreeMap<usize, f64>, Option<RankValue>), sample: usize| {
            let score = scores.get(&sample).copied();
            let text = Cell::number(score, |score| metric.write(score));
            // Errors below that of the reference on this sample are equal to it.
            let rank = ranks.as_ref().and_then(|ranks| ranks.by_sample.get(&sample)).copied();
            let floor =
                case.floor_of_sample(case.primary, sample).or(case.floor_score(case.primary));
            let at_floor = score.zip(floor).is_some_and(|(score, floor)| score <= floor);
            Cell { value: rank, at_floor, ..text }
        };
        let row = |(sample, parameters): &(usize, &BTreeMap<String, f64>)| {
            let parameters = varying.iter().map(|name| parameters.get(*name).copied());
            let parameters = parameters.map(|value| Cell::number(value, plain).unranked());
            let mut row = vec![Cell::text(sample.to_string())];
            row.extend(parameters.chain(scores.iter().map(|scores| cell(scores, *sample))));
            mark_lowest(row[1..].iter_mut());
            row
        };
        Sheet {
            stem: results.stem(Self::NAME, case),
            title: format!("Velocity {} by test sample of {}", metric.title(), case.name),
            caption: format!(
                "Means over steps and seeds; {} of {all} test samples{}, in the order of their parameters. The lowest \
                 error of each sample is highlighted, which of one sample is no verdict. †: not above the error of the \
                 reference on this sample; these values are at the accuracy of the data, and tie.",
                shown.len(),
                case.test_range().map(|range| format!(" ({range})")).unwrap_or_default()
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
