//! Paired comparisons of surrogates, sample by sample.

use crate::results::case::Case;
use crate::results::rank_value::RankValue;
use crate::results::stats::{SignedRank, median, signed_rank, step_down};
use crate::results::surrogate::Surrogate;
use std::collections::{BTreeMap, BTreeSet};

/// With n pairs the smallest possible p is 2¹⁻ⁿ, which exceeds 5 % for fewer than this number.
pub(crate) const LEAST_SAMPLES: usize = 6;
/// The level of all tests.
pub(crate) const LEVEL: f64 = 0.05;

/// Two surrogates compared on the samples on which both were evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Paired {
    /// The number of these samples.
    pub(crate) samples: usize,
    /// Median over samples of the other's error divided by the first's; above 1 the first is more accurate.
    pub(crate) ratio: f64,
    /// The signed-rank test of the logarithms of these ratios.
    pub(crate) test: SignedRank,
    /// The logarithms by sample.
    contrasts: BTreeMap<usize, f64>,
}

/// What a test shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The first is better.
    Better,
    /// The first is worse.
    Worse,
    /// No difference was shown.
    NoDifference,
    /// The values of all samples are equal: predictions are the same, or errors are at the accuracy of the data.
    Equal,
    /// No test of so few samples can show a difference.
    TooFew,
}

/// Compares the primary scores of two surrogates sample by sample; `None` if they share no sample.
///
/// Errors below that of the reference count as equal to it. Logarithms of ratios instead of differences, so that
/// samples with large errors do not dominate the test.
pub(crate) fn compare(case: &Case, first: &Surrogate, other: &Surrogate) -> Option<Paired> {
    let value = |surrogate| RankValue::new(case, surrogate, case.primary);
    Paired::new(&value(first)?, &value(other)?)
}

impl Paired {
    /// Compares the values of two surrogates; `None` if they share no sample.
    pub(crate) fn new(first: &RankValue, other: &RankValue) -> Option<Self> {
        let shared = first.by_sample.iter().filter_map(|(sample, a)| {
            let b = other.by_sample.get(sample)?;
            Some((*sample, *a, *b))
        });
        let shared: Vec<(usize, f64, f64)> = shared.collect();
        // Two equal errors have ratio 1, infinite and zero ones too.
        let ratios: Vec<f64> =
            shared.iter().map(|(_, a, b)| if a == b { 1.0 } else { b / a }).collect();
        let contrasts: BTreeMap<usize, f64> =
            shared.iter().map(|(sample, a, b)| (*sample, contrast(*a, *b))).collect();
        let test = signed_rank(&contrasts.values().copied().collect::<Vec<f64>>());
        (!shared.is_empty()).then(|| Self {
            samples: shared.len(),
            ratio: median(&ratios),
            test,
            contrasts,
        })
    }

    /// What the test shows, with p adjusted for the number of comparisons.
    pub(crate) fn verdict(&self, p: f64) -> Verdict {
        match () {
            () if self.test.pairs == 0 => Verdict::Equal,
            () if self.samples < LEAST_SAMPLES => Verdict::TooFew,
            () if p >= LEVEL => Verdict::NoDifference,
            () if self.ratio > 1.0 => Verdict::Better,
            () if self.ratio < 1.0 => Verdict::Worse,
            () if 2 * self.test.positive > self.test.pairs => Verdict::Better,
            () => Verdict::Worse,
        }
    }

    /// `8 of 12`: on how many samples the first is better, and on how many they are equal.
    pub(crate) fn wins(&self) -> String {
        let equal = self.samples - self.test.pairs;
        let wins = format!("{} of {}", self.test.positive, self.samples);
        match equal {
            0 => wins,
            equal if equal == self.samples => format!("equal on {equal}"),
            equal => format!("{wins}, equal on {equal}"),
        }
    }
}

/// The difference of two values, positive if the second is worse: of logarithms where the values are errors.
fn contrast(a: f64, b: f64) -> f64 {
    match () {
        () if a == b => 0.0,
        () if a >= 0.0 && b >= 0.0 => (b / a).ln(),
        () => b - a,
    }
}

/// The p-values of comparisons adjusted for their number.
pub(crate) fn adjusted(comparisons: &[&Paired]) -> Vec<f64> {
    let samples: BTreeSet<usize> =
        comparisons.iter().flat_map(|paired| paired.contrasts.keys().copied()).collect();
    let row = |paired: &&Paired| {
        let of_sample = |sample| paired.contrasts.get(sample).copied().unwrap_or(f64::NAN);
        samples.iter().map(of_sample).collect::<Vec<f64>>()
    };
    let adjusted = step_down(&comparisons.iter().map(row).collect::<Vec<_>>());
    // An estimate from random patterns is not smaller than the exact value without adjustment.
    adjusted.iter().zip(comparisons).map(|(p, paired)| p.max(paired.test.p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(values: &[f64]) -> RankValue {
        RankValue {
            mean: 0.0,
            by_sample: values.iter().copied().enumerate().collect(),
            is_at_floor: false,
        }
    }

    fn verdict(first: &[f64], other: &[f64]) -> Verdict {
        let paired = Paired::new(&value(first), &value(other)).expect("they share samples");
        paired.verdict(adjusted(&[&paired])[0])
    }

    #[test]
    fn six_samples_are_needed_to_show_a_difference() {
        assert_eq!(verdict(&[1.0; 5], &[2.0; 5]), Verdict::TooFew);
        assert_eq!(verdict(&[1.0; 6], &[2.0; 6]), Verdict::Better);
        assert_eq!(verdict(&[2.0; 6], &[1.0; 6]), Verdict::Worse);
        assert_eq!(verdict(&[1.0; 5], &[1.0; 5]), Verdict::Equal);
        let mixed = [2.0, 2.0, 2.0, 0.1, 2.0, 2.0];
        assert_eq!(verdict(&[1.0; 6], &mixed), Verdict::NoDifference);
    }

    #[test]
    fn wins_are_counted_among_the_samples_that_are_shared() {
        let wins = |first: &[f64], other: &[f64]| {
            Paired::new(&value(first), &value(other)).expect("they share samples").wins()
        };
        assert_eq!(wins(&[1.0; 3], &[2.0; 3]), "3 of 3");
        assert_eq!(wins(&[1.0; 3], &[2.0, 1.0, 0.5]), "1 of 3, equal on 1");
        assert_eq!(wins(&[1.0; 3], &[1.0; 3]), "equal on 3");
        assert!(Paired::new(&value(&[]), &value(&[1.0])).is_none());
    }
}
