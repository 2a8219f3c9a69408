//! Paired comparisons of two surrogates, sample by sample.

use crate::results::stats::{SignedRank, median, signed_rank};
use crate::results::surrogate::Surrogate;

/// Two surrogates compared on the samples on which both were evaluated.
pub(crate) struct Paired {
    /// Median over samples of the other's error divided by the first's; above 1 the first is more accurate.
    pub(crate) ratio: f64,
    /// The signed-rank test of the logarithms of these ratios.
    pub(crate) test: SignedRank,
}

/// Compares the primary scores of two surrogates sample by sample; `None` if they share no sample.
///
/// Logarithms of ratios instead of differences, so that samples with large errors do not dominate the test.
pub(crate) fn compare(first: &Surrogate, other: &Surrogate) -> Option<Paired> {
    let (first, other) = (first.primary_by_sample(), other.primary_by_sample());
    let shared = first.iter().filter_map(|(sample, a)| Some((*a, *other.get(sample)?)));
    // Two equal errors have ratio 1, infinite and zero ones too.
    let ratios: Vec<f64> = shared.map(|(a, b)| if a == b { 1.0 } else { b / a }).collect();
    let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    (!ratios.is_empty()).then(|| Paired { ratio: median(&ratios), test: signed_rank(&logarithms) })
}
