//! The same surrogates in several runs.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::PRIMARY;
use crate::results::number::plain;
use crate::results::paired::compare;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Each surrogate in the first run and in each later run; empty with one run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Comparison {}

impl Part for Comparison {
    const NAME: &'static str = "comparison";
    const SUMMARY: &'static str = "the same surrogates in several runs";
}

impl Table for Comparison {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        if results.runs.len() < 2 {
            return Vec::new();
        }
        results.cases.iter().filter_map(|case| sheet(results, case)).collect()
    }
}

fn sheet(results: &Results, case: &Case) -> Option<Sheet> {
    let later = 1..results.runs.len();
    let pairs = later.flat_map(|run| pairs(case, run));
    let rows: Vec<Vec<Cell>> = pairs.map(|(first, other)| row(case, first, other)).collect();
    let error = case.primary_title();
    (!rows.is_empty()).then(|| Sheet {
        title: format!("Comparison of runs on {}", case.name),
        caption: format!(
            "Velocity {error} of each surrogate in the first run and in a later one. The ratio is the median over \
             common samples of the later error divided by the first. p is that of the exact Wilcoxon signed-rank test \
             of its logarithm, not adjusted for the number of comparisons."
        ),
        warning: doubts(results, case),
        headings: vec![
            "surrogate".into(),
            "runs".into(),
            format!("{error}, first run"),
            format!("{error}, later run"),
            "median ratio".into(),
            "samples improved".into(),
            "p".into(),
        ],
        rows,
        ..Sheet::default()
    })
}

/// The surrogates that both the first run and run `run` evaluated.
fn pairs<'r, 'a>(case: &'r Case<'a>, run: usize) -> Vec<(&'r Surrogate<'a>, &'r Surrogate<'a>)> {
    let of_run = |number: usize| case.surrogates.iter().filter(move |s| s.run == number);
    of_run(0)
        .filter_map(|first| Some((first, of_run(run).find(|other| other.name == first.name)?)))
        .collect()
}

fn row(case: &Case, first: &Surrogate, other: &Surrogate) -> Vec<Cell> {
    let metric = case.metrics.get(PRIMARY.metric);
    let score = |surrogate: &Surrogate| Cell::score(metric, surrogate.primary_score()).text;
    let paired = match compare(first, other) {
        // Records of the same seeds on the same data agree to the last bit.
        Some(paired) if paired.test.pairs == 0 => ["1", "identical", "–"].map(String::from),
        Some(paired) => [
            plain(paired.ratio),
            format!("{} of {}", paired.test.pairs - paired.test.positive, paired.test.pairs),
            plain(paired.test.p),
        ],
        None => ["–"; 3].map(String::from),
    };
    let runs = format!("{} → {}", first.run + 1, other.run + 1);
    let entries = [first.name.to_owned(), runs, score(first), score(other)];
    entries.into_iter().chain(paired).map(Cell::text).collect()
}

/// What makes several runs incomparable.
fn doubts(results: &Results, case: &Case) -> String {
    let manifests = || results.runs.iter().map(|run| &run.manifest);
    let cases = || manifests().flat_map(|m| &m.cases).filter(|c| c.name == case.name);
    let differ = |values: BTreeSet<&str>| values.len() > 1;
    let mut doubts = String::new();
    if differ(cases().map(|case| case.dataset_hash.as_str()).collect()) {
        doubts += "The runs used different datasets: their errors are not comparable. ";
    }
    if differ(manifests().map(|manifest| manifest.provenance.machine.as_str()).collect()) {
        doubts += "The runs used different machines: their times are not comparable. ";
    }
    doubts.trim_end().into()
}
