//! Runs side by side.

use super::Table;
use crate::results::evidence::{Case, Evidence, HEADLINE};
use crate::results::number::plain;
use crate::results::paired::duel;
use crate::results::surrogate::{Over, Rival};
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The same surrogate in the first run and in each later one; there is none of a single run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Comparison {}

impl Part for Comparison {
    const NAME: &'static str = "comparison";
    const SUMMARY: &'static str = "the same surrogates in several runs";
}

impl Table for Comparison {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        if evidence.runs.len() < 2 {
            return Vec::new();
        }
        evidence.cases.iter().filter_map(|case| sheet(evidence, case)).collect()
    }
}

fn sheet(evidence: &Evidence, case: &Case) -> Option<Sheet> {
    let later = 1..evidence.runs.len();
    let rows: Vec<Vec<Cell>> =
        later.flat_map(|run| pairs(case, run)).map(|(first, other)| row(first, other)).collect();
    let headings = [
        "surrogate",
        "runs",
        "NRMSE before",
        "NRMSE after",
        "after / before",
        "samples better",
        "p",
    ];
    (!rows.is_empty()).then(|| Sheet {
        title: format!("Runs compared on {}", case.name),
        caption: "Run 1 is before. The ratio is the median over shared samples, and p is Wilcoxon's exact \
                  signed-rank test, uncorrected."
            .into(),
        warning: doubts(evidence, case),
        headings: headings.map(String::from).to_vec(),
        rows,
                ..Sheet::default()
    })
}

/// The surrogates that were judged both in the first run and in run `run`.
fn pairs<'r, 'a>(case: &'r Case<'a>, run: usize) -> Vec<(&'r Rival<'a>, &'r Rival<'a>)> {
    let of_run = |number: usize| case.rivals.iter().filter(move |rival| rival.run == number);
    of_run(0)
        .filter_map(|first| Some((first, of_run(run).find(|r| r.surrogate == first.surrogate)?)))
        .collect()
}

fn row(first: &Rival, other: &Rival) -> Vec<Cell> {
    let score = |rival: &Rival| rival.cell(HEADLINE.0, HEADLINE.1, Over::Steps).text;
    let duel = duel(first, other);
    let of_duel = match &duel {
        // Records of the same seeds on the same data agree to the last bit.
        Some(duel) if duel.test.pairs == 0 => ["1", "the same", "–"].map(String::from),
        Some(duel) => [
            plain(duel.ratio),
            format!("{} of {}", duel.test.pairs - duel.test.positive, duel.test.pairs),
            plain(duel.test.p),
        ],
        None => ["–"; 3].map(String::from),
    };
    let runs = format!("{} → {}", first.run + 1, other.run + 1);
    let entries = [first.surrogate.to_owned(), runs, score(first), score(other)];
    entries.into_iter().chain(of_duel).map(Cell::text).collect()
}

/// What makes the numbers of several runs hard to compare.
fn doubts(evidence: &Evidence, case: &Case) -> String {
    let manifests = || evidence.runs.iter().map(|run| &run.manifest);
    let cases = || manifests().flat_map(|m| &m.cases).filter(|c| c.name == case.name);
    let differ = |values: BTreeSet<&str>| values.len() > 1;
    let mut doubts = String::new();
    if differ(cases().map(|case| case.dataset_hash.as_str()).collect()) {
        doubts += "The runs used different data, so the errors are of different tasks. ";
    }
    if differ(manifests().map(|manifest| manifest.provenance.machine.as_str()).collect()) {
        doubts += "The runs used different machines, so times cannot be compared. ";
    }
    doubts.trim_end().into()
}
