//! Where in the parameters it is hard.

use super::Table;
use crate::results::evidence::{Case, Evidence};
use crate::results::number::{plain, scientific};
use crate::results::surrogate::Rival;
use crate::sheet::{Cell, Sheet, mark_best};
use data::{Direction, Invalid, Part};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The headline of every test sample, ordered by its parameters.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Samples {
    /// At most so many rows, spread evenly over the parameters. Default 24.
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
        "the headline error of every test sample, ordered by its parameters";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.rows >= 2, "rows", self.rows, "at least 2")
    }
}

impl Table for Samples {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        let cases = evidence.cases.iter().filter(|case| !case.parameters().is_empty());
        cases.map(|case| self.sheet(case)).collect()
    }
}

impl Samples {
    fn sheet(&self, case: &Case) -> Sheet {
        let varying = case.varying_parameters();
        let rivals = case.rivals.iter().map(|rival| rival.label.clone());
        let symbols = varying.iter().map(|name| case.symbol(name).to_owned());
        let (all, shown) = (case.parameters().len(), self.chosen(case, &varying));
        let scores: Vec<_> = case.rivals.iter().map(Rival::headline_by_sample).collect();
        let row = |(sample, parameters): &(usize, &BTreeMap<String, f64>)| {
            let parameters = varying.iter().map(|name| parameters.get(*name).copied());
            let parameters = parameters.map(|value| Cell::number(value, plain).quiet());
            let scores = scores.iter().map(|s| Cell::number(s.get(sample).copied(), scientific));
            let mut row = vec![Cell::text(sample.to_string())];
            row.extend(parameters.chain(scores));
            mark_best(row[1..].iter_mut(), Direction::Lower);
            row
        };
        Sheet {
            title: format!("NRMSE by test sample of {}", case.name),
            caption: format!(
                "Means over steps and seeds; {} of {all} test samples, ordered by parameter. The best of \
                 a sample is marked.",
                shown.len()
            ),
            headings: ["sample".to_owned()].into_iter().chain(symbols).chain(rivals).collect(),
            rows: shown.iter().map(row).collect(),
            folded: true,
            ..Sheet::default()
        }
    }

    /// Some samples, spread evenly over all of them in the order of their parameters.
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
        let place = |row: usize| if shown > 1 { row * (all - 1) / (shown - 1) } else { 0 };
        (0..shown).map(|row| samples[place(row)]).collect()
    }
}
