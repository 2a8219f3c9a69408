//! Whether one surrogate differs significantly from the others.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::plain;
use crate::results::paired::{Paired, Verdict, adjusted, compare};
use crate::results::ranking::distinct;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};

/// Tests of one surrogate of a case against each other surrogate, sample by sample.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Significance {
    /// The surrogate that is compared with each of the others. Default: the most accurate learned one of each case.
    pub against: Option<String>,
}

impl Part for Significance {
    const NAME: &'static str = "significance";
    const SUMMARY: &'static str = "paired tests of one surrogate, by default the most accurate learned one, against each of the others";
}

impl Table for Significance {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        results.cases.iter().filter_map(|case| self.sheet(results, case)).collect()
    }
}

impl Significance {
    fn sheet(&self, results: &Results, case: &Case) -> Option<Sheet> {
        let chosen = match &self.against {
            None => case.best_learned()?,
            Some(name) => case.surrogates.iter().find(|s| s.label == *name || s.name == *name)?,
        };
        let others: Vec<&Surrogate> =
            case.surrogates.iter().filter(|other| other.label != chosen.label).collect();
        let different = distinct(chosen, &others, |other| other);
        let pairs: Vec<(&Surrogate, Paired)> = different
            .iter()
            .filter_map(|other| Some((**other, compare(case, chosen, other)?)))
            .collect();
        let p = adjusted(&pairs.iter().map(|(_, paired)| paired).collect::<Vec<_>>());
        let same = others.len() - different.len();
        (!pairs.is_empty()).then(|| Sheet {
            stem: results.stem(Self::NAME, case),
            title: format!("Paired tests of {} on {}", chosen.label, case.name),
            caption: format!(
                "Velocity {} of each sample (mean over steps and seeds, errors below that of the reference as equal to \
                 it): the error of the other surrogate divided by that of {chosen}. p is that of the exact two-sided \
                 Wilcoxon signed-rank test of the logarithms of these ratios. The family of tests is {chosen} against \
                 each of the others, {} in all; the adjusted p accounts for their number (step-down max-T, random signs \
                 of the samples, Westfall & Young 1993).{}",
                case.primary_title(),
                pairs.len(),
                match same {
                    0 => String::new(),
                    _ => format!(
                        " Surrogates with the same weights and scores count once; {same} more of them {} left out.",
                        if same == 1 { "is" } else { "are" }
                    ),
                },
                chosen = chosen.label,
            ),
            headings: HEADINGS.map(String::from).to_vec(),
            rows: pairs.iter().zip(&p).map(|((other, paired), p)| row(case, chosen, other, paired, *p)).collect(),
            ..Sheet::default()
        })
    }
}

const HEADINGS: [&str; 6] = [
    "compared with",
    "median error ratio",
    "samples with lower error",
    "p",
    "p (adjusted)",
    "at the 5 % level",
];

fn row(case: &Case, chosen: &Surrogate, other: &Surrogate, paired: &Paired, p: f64) -> Vec<Cell> {
    let verdict = match paired.verdict(p) {
        Verdict::Equal if case.is_at_floor(chosen) && case.is_at_floor(other) => {
            "both at the accuracy of the data"
        }
        Verdict::Equal => "equal",
        Verdict::TooFew => "too few samples",
        Verdict::NoDifference => "no difference shown",
        Verdict::Better => "more accurate",
        Verdict::Worse => "less accurate",
    };
    let entries = [
        other.label.clone(),
        plain(paired.ratio),
        paired.wins(),
        plain(paired.test.p),
        plain(p),
        verdict.into(),
    ];
    entries.into_iter().map(Cell::text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn table(against: Option<&str>, runs: &[data::Run]) -> Vec<Vec<String>> {
        let table = Significance { against: against.map(String::from) };
        let sheets = table.sheets(&Results::new(runs));
        let texts = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.clone()).collect();
        sheets[0].rows.iter().map(texts).collect()
    }

    #[test]
    fn the_reader_chooses_what_is_compared() {
        let runs = [synthetic::run(&["cavity"])];
        let rows = table(None, &runs);
        assert_eq!(rows[0][..3], ["solver-32", "0.77", "0 of 12"]);
        assert_eq!(rows[0][5], "less accurate");
        let rows = table(Some("persistence"), &runs);
        assert_eq!(rows.len(), 6);
        assert_eq!((&*rows[0][0], &*rows[0][5]), ("solver-32", "less accurate"));
        assert!(
            Significance { against: Some("none".into()) }.sheets(&Results::new(&runs)).is_empty()
        );
    }

    #[test]
    fn errors_below_that_of_the_reference_are_equal() {
        let mut runs = [synthetic::run(&["cavity"])];
        for floor in &mut runs[0].floors {
            floor.values.fill(10.0);
            floor.by_sample.clear();
        }
        let rows = table(None, &runs);
        let persistence = rows.iter().find(|row| row[0] == "persistence").expect("it has a row");
        assert_eq!(persistence[1..3], ["1.00", "equal on 12"]);
        assert_eq!(persistence[5], "both at the accuracy of the data");
    }
}
