//! Whether the best is better than the others, or lucky.

use super::Table;
use crate::results::evidence::{Case, Evidence};
use crate::results::number::plain;
use crate::results::paired::{Duel, duel};
use crate::results::stats::holm;
use crate::results::surrogate::Rival;
use crate::sheet::{Cell, Sheet};
use data::Part;
use serde::{Deserialize, Serialize};

/// The best learned surrogate of a case against each of the others, sample by sample.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Significance {}

impl Part for Significance {
    const NAME: &'static str = "significance";
    const SUMMARY: &'static str =
        "the best learned surrogate against each of the others, sample by sample";
}

impl Table for Significance {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        evidence.cases.iter().filter_map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Option<Sheet> {
    let best = case.best_learned()?;
    let others = case.rivals.iter().filter(|rival| rival.label != best.label);
    let duels: Vec<(&Rival, Duel)> =
        others.filter_map(|other| Some((other, duel(best, other)?))).collect();
    let adjusted = holm(&duels.iter().map(|(_, duel)| duel.test.p).collect::<Vec<_>>());
    let row = |((other, duel), p): (&(&Rival, Duel), &f64)| {
        let wins = format!("{} of {}", duel.test.positive, duel.test.pairs);
        let entries = [plain(duel.ratio), wins, plain(duel.test.p), plain(*p), verdict(duel, *p)];
        [other.label.clone()].into_iter().chain(entries).map(Cell::text).collect()
    };
    let headings =
        ["against", "median error ratio", "samples won", "p", "p (Holm)", "verdict at 5 %"];
    (!duels.is_empty()).then(|| Sheet {
        title: format!("{} against the others on {}", best.label, case.name),
        caption: "NRMSE sample by sample (means over steps and seeds): the other's error divided by \
                  this one's, and Wilcoxon's exact signed-rank test of the logarithms of those ratios, two-sided, \
                  corrected for the number of comparisons by Holm's method."
            .into(),
        headings: headings.map(String::from).to_vec(),
        rows: duels.iter().zip(&adjusted).map(row).collect(),
                ..Sheet::default()
    })
}

fn verdict(duel: &Duel, p: f64) -> String {
    // With n pairs the least attainable p is 2¹⁻ⁿ, which is above 5 % for n < 6.
    match () {
        () if duel.test.pairs < 6 => "too few samples to say",
        () if p >= 0.05 => "no difference shown",
        () if duel.ratio > 1.0 => "better",
        () => "worse",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::stats::SignedRank;

    #[test]
    fn few_pairs_decide_nothing() {
        let duel =
            |pairs, ratio| Duel { ratio, test: SignedRank { pairs, positive: pairs, p: 0.0 } };
        assert_eq!(verdict(&duel(5, 9.0), 0.01), "too few samples to say");
        assert_eq!(verdict(&duel(6, 9.0), 0.01), "better");
        assert_eq!(verdict(&duel(6, 0.5), 0.01), "worse");
        assert_eq!(verdict(&duel(6, 0.5), 0.05), "no difference shown");
    }
}
