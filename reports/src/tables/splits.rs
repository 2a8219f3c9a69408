//! What the splits cover of the parameters.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::{labelled, plain};
use crate::sheet::{Cell, Sheet};
use data::{CaseSummary, Parameter, Part, Split, SplitCoverage};
use serde::{Deserialize, Serialize};

/// The samples of each split, the ranges of their parameters, and their distance from the training samples.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Splits {}

impl Part for Splits {
    const NAME: &'static str = "splits";
    const SUMMARY: &'static str =
        "the samples of each split, their parameters, and their distance from the training samples";
}

impl Table for Splits {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        let described = results.cases.iter().filter_map(|case| Some((case, case.summary?)));
        let stated = described.filter(|(_, summary)| !summary.splits.is_empty());
        stated.map(|(case, summary)| sheet(case, summary)).collect()
    }
}

fn sheet(case: &Case, summary: &CaseSummary) -> Sheet {
    let varying: Vec<(usize, &Parameter)> = summary
        .parameters
        .iter()
        .enumerate()
        .filter(|(_, (_, low, high))| low < high)
        .map(|(place, (parameter, ..))| (place, parameter))
        .collect();
    let symbols = varying.iter().map(|(_, known)| labelled(&known.symbol, &known.unit));
    let first = ["split", "samples"].map(String::from);
    let last = ["outside", "distance, median", "largest", "equal to training"].map(String::from);
    Sheet {
        title: format!("Splits of {}", case.name),
        caption: "The smallest and the largest value of every parameter that varies. Outside: samples of which a \
                  parameter lies outside the range of the training samples. Distance: from the nearest training sample, \
                  over the mean distance between training samples, of parameters scaled to standard deviation 1 \
                  (Meyer & Pebesma 2021); the results of a test at a distance near 1 are extrapolations. Equal: samples \
                  whose parameters or states are those of a training sample."
            .into(),
        warning: SplitCoverage::warnings(&summary.splits).join(" "),
        headings: first.into_iter().chain(symbols).chain(last).collect(),
        rows: summary.splits.iter().map(|split| row(split, &varying)).collect(),
        ..Sheet::default()
    }
}

fn row(split: &SplitCoverage, varying: &[(usize, &Parameter)]) -> Vec<Cell> {
    let is_training = split.split == Split::Train;
    let name = match split.split {
        Split::Train => "training",
        Split::Valid => "validation",
        Split::Test => "test",
    };
    let range = |(place, _): &(usize, &Parameter)| match split.ranges.get(*place) {
        Some([low, high]) if low == high => Cell::text(plain(*low)),
        Some([low, high]) => Cell::text(format!("{} … {}", plain(*low), plain(*high))),
        None => Cell::text("–"),
    };
    let counted = |count: usize| {
        Cell::text(if is_training || split.samples == 0 { "–".into() } else { count.to_string() })
    };
    let mut row = vec![Cell::text(name), Cell::text(split.samples.to_string())];
    row.extend(varying.iter().map(range));
    row.push(counted(split.outside));
    let distances = split.dissimilarity.map_or([None; 2], |both| both.map(Some));
    row.extend(distances.map(|distance| Cell::number(distance, plain).unranked()));
    row.push(counted(split.duplicates));
    row
}
