//! Two surrogates compared sample by sample.

use crate::results::stats::{SignedRank, median, signed_rank};
use crate::results::surrogate::Rival;

/// Two surrogates on the samples that both were judged by.
pub(crate) struct Duel {
    /// Median over samples of the other's error over the first's; above 1 the first is better.
    pub(crate) ratio: f64,
    /// The test of the logarithms of those ratios.
    pub(crate) test: SignedRank,
}

/// Pairs two surrogates sample by sample in the headline; `None` if they share no sample.
///
/// Logarithms of ratios, not differences, so that a hard sample has no more say than an easy one.
pub(crate) fn duel(first: &Rival, other: &Rival) -> Option<Duel> {
    let (first, other) = (first.headline_by_sample(), other.headline_by_sample());
    let shared = first.iter().filter_map(|(sample, a)| Some((*a, *other.get(sample)?)));
    // Both diverged, or both exact: neither is better.
    let ratios: Vec<f64> = shared.map(|(a, b)| if a == b { 1.0 } else { b / a }).collect();
    let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    (!ratios.is_empty()).then(|| Duel { ratio: median(&ratios), test: signed_rank(&logarithms) })
}
