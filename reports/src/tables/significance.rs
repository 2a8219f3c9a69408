//! Whether the most accurate learned surrogate differs significantly from the others.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::plain;
use crate::results::paired::{Paired, compare};
use crate::results::stats::holm;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};

/// Tests of the most accurate learned surrogate of a case against each other surrogate, sample by sample.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Significance {}

impl Part for Significance {
    const NAME: &'static str = "significance";
    const SUMMARY: &'static str =
        "paired tests of the most accurate learned surrogate against each of the others";
}

impl Table for Significance {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        results.cases.iter().filter_map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Option<Sheet> {
    let best = case.best_learned()?;
    let others = case.surrogates.iter().filter(|other| other.label != best.label);
    let pairs: Vec<(&Surrogate, Paired)> =
        others.filter_map(|other| Some((other, compare(best, other)?))).collect();
    let adjusted = holm(&pairs.iter().map(|(_, paired)| paired.test.p).collect::<Vec<_>>());
    let row = |((other, paired), p): (&(&Surrogate, Paired), &f64)| {
        let lower = format!("{} of {}", paired.test.positive, paired.test.pairs);
        let test = [plain(paired.test.p), plain(*p), verdict(paired, *p)];
        let entries = [other.label.clone(), plain(paired.ratio), lower];
        entries.into_iter().chain(test).map(Cell::text).collect()
    };
    let headings = [
        "compared with",
        "median error ratio",
        "samples with lower error",
        "p",
        "p (Holm)",
        "at the 5 % level",
    ];
    (!pairs.is_empty()).then(|| Sheet {
        title: format!("Paired tests of {} on {}", best.label, case.name),
        caption: format!(
            "Velocity {} of each sample (mean over steps and seeds): the error of the other surrogate divided by that \
             of {}. p-values are those of the exact two-sided Wilcoxon signed-rank test of the logarithms of these \
             ratios; Holm's method adjusts them for the number of comparisons.",
            case.primary_title(),
            best.label
        ),
        headings: headings.map(String::from).to_vec(),
        rows: pairs.iter().zip(&adjusted).map(row).collect(),
        ..Sheet::default()
    })
}

/// The result of a test with adjusted probability `p`.
fn verdict(paired: &Paired, p: f64) -> String {
    // With n pairs the smallest possible p is 2¹⁻ⁿ, which exceeds 5 % for n < 6.
    match () {
        () if paired.test.pairs < 6 => "too few samples",
        () if p >= 0.05 => "not significant",
        () if paired.ratio > 1.0 => "more accurate",
        () => "less accurate",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::stats::SignedRank;

    #[test]
    fn fewer_than_six_pairs_are_never_significant() {
        let paired =
            |pairs, ratio| Paired { ratio, test: SignedRank { pairs, positive: pairs, p: 0.0 } };
        assert_eq!(verdict(&paired(5, 9.0), 0.01), "too few samples");
        assert_eq!(verdict(&paired(6, 9.0), 0.01), "more accurate");
        assert_eq!(verdict(&paired(6, 0.5), 0.01), "less accurate");
        assert_eq!(verdict(&paired(6, 0.5), 0.05), "not significant");
    }
}
