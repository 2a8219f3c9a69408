//! The same surrogates in several runs.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::plain;
use crate::results::paired::{Paired, Verdict, adjusted, compare};
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};

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

/// A surrogate in the first run and in a later one.
struct Pair<'r, 'a> {
    first: &'r Surrogate<'a>,
    other: &'r Surrogate<'a>,
    run: usize,
    /// `None` if both are one, or share no sample.
    paired: Option<Paired>,
}

fn sheet(results: &Results, case: &Case) -> Option<Sheet> {
    let pairs: Vec<Pair> = (1..results.runs.len()).flat_map(|run| pairs(case, run)).collect();
    let family: Vec<&Paired> = pairs.iter().filter_map(|pair| pair.paired.as_ref()).collect();
    let mut p = adjusted(&family).into_iter();
    let error = case.primary_title();
    let tests = family.len();
    let rows: Vec<Vec<Cell>> = pairs
        .iter()
        .map(|pair| {
            let p = pair.paired.as_ref().and_then(|_| p.next());
            row(case, pair, p)
        })
        .collect();
    (!rows.is_empty()).then(|| Sheet {
        stem: results.stem(Comparison::NAME, case),
        title: format!("Comparison of runs on {}", case.name),
        caption: format!(
            "Velocity {error} of each surrogate in the first run and in a later one. The ratio is the median over \
             common samples of the later error divided by the first; errors below that of the reference count as equal \
             to it. Identical: the same weights and the same scores. p is that of the exact two-sided Wilcoxon \
             signed-rank test of the logarithms of the ratios. The family of tests is each surrogate that is not \
             identical against itself in the first run, {tests} in all; p accounts for their number (step-down max-T)."
        ),
        warning: results.notes.join(" "),
        headings: vec![
            "surrogate".into(),
            "runs".into(),
            format!("{error}, first run"),
            format!("{error}, later run"),
            "median ratio".into(),
            "samples improved".into(),
            "p (adjusted)".into(),
            "at the 5 % level".into(),
        ],
        rows,
        dispensable: vec!["runs".into(), "samples improved".into(), "median ratio".into()],
        ..Sheet::default()
    })
}

/// The surrogates that both the first run and run `run` evaluated.
fn pairs<'r, 'a>(case: &'r Case<'a>, run: usize) -> Vec<Pair<'r, 'a>> {
    let of_run = |number: usize| case.surrogates.iter().filter(move |s| s.is_of_run(number));
    let pair = |first: &'r Surrogate<'a>| {
        let other = of_run(run).find(|other| other.name == first.name)?;
        let is_one = first.label == other.label || first.predicts_as(other);
        // The later one first: a ratio of errors above 1 is an improvement.
        let paired = if is_one { None } else { compare(case, other, first) };
        Some(Pair { first, other, run, paired })
    };
    of_run(0).filter_map(pair).collect()
}

fn row(case: &Case, pair: &Pair, p: Option<f64>) -> Vec<Cell> {
    let metric = case.metrics.get(case.primary.metric);
    let score = |surrogate: &Surrogate| Cell {
        at_floor: case.is_at_floor(surrogate),
        ..Cell::score(metric, surrogate.primary_score())
    };
    let is_one = pair.first.label == pair.other.label || pair.first.predicts_as(pair.other);
    let tested = match (&pair.paired, p) {
        (Some(paired), Some(p)) => [
            plain(1.0 / paired.ratio),
            paired.wins(),
            plain(p),
            match paired.verdict(p) {
                Verdict::Better => "more accurate",
                Verdict::Worse => "less accurate",
                Verdict::NoDifference => "no difference shown",
                Verdict::Equal => "equal",
                Verdict::TooFew => "too few samples",
            }
            .into(),
        ],
        _ if is_one => ["1", "–", "–", "identical"].map(String::from),
        _ => ["–", "–", "–", "no common sample"].map(String::from),
    };
    let runs = Cell::text(format!("1 → {}", pair.run + 1));
    let head = [Cell::text(pair.first.name), runs, score(pair.first), score(pair.other)];
    head.into_iter().chain(tested.map(Cell::text)).collect()
}
