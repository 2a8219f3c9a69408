//! Parameters that take one of some values, drawn without replacement.

use super::Distribution;
use data::rng;
use rand::seq::SliceRandom;

/// Largest number of combinations that are drawn without replacement, because a permutation of all of them is made for
/// every sample. Of more, each is drawn independently.
const MOST_COMBINATIONS: usize = 10_000;

/// The first stream of random numbers for permutations. Samples have the streams from 0, splits the last two.
const STREAM: u64 = 1 << 63;

/// Replaces the draws of all `choice` distributions by those of a combination without replacement.
///
/// Sample i has entry i mod K of a random permutation of all K combinations of the values, a new one for every K
/// samples. Every combination is drawn once before any is drawn again, and the draw of a sample does not depend on the
/// number of samples.
pub(super) fn choose<'a>(
    distributions: impl Iterator<Item = &'a Distribution> + Clone,
    seed: u64,
    index: usize,
    draws: &mut [f64],
) {
    let choices = || {
        let numbered = distributions.clone().enumerate();
        numbered.filter_map(|(place, distribution)| match distribution {
            Distribution::Choice(values) => Some((place, values)),
            _ => None,
        })
    };
    let combinations = choices().map(|(_, values)| values.len()).fold(1, usize::saturating_mul);
    if !(2..=MOST_COMBINATIONS).contains(&combinations) {
        return;
    }
    let mut order: Vec<usize> = (0..combinations).collect();
    order.shuffle(&mut rng(seed, STREAM + (index / combinations) as u64));
    let mut combination = order[index % combinations];
    for (place, values) in choices() {
        draws[place] = values[combination % values.len()];
        combination /= values.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_combination_is_drawn_once_before_any_is_drawn_again() {
        let distributions = [
            Distribution::Choice(vec![1.0, 2.0, 3.0]),
            Distribution::Uniform([0.0, 1.0]),
            Distribution::Choice(vec![10.0, 20.0]),
        ];
        let draw = |index: usize| {
            let mut draws = [0.0, 0.5, 0.0];
            choose(distributions.iter(), 4, index, &mut draws);
            assert_eq!(draws[1], 0.5, "only choices are replaced");
            (draws[0] as u8, draws[2] as u8)
        };
        for block in 0..3 {
            let drawn: BTreeSet<_> = (6 * block..6 * (block + 1)).map(draw).collect();
            assert_eq!(drawn.len(), 6);
        }
        let orders =
            [0, 1, 2].map(|block| (6 * block..6 * (block + 1)).map(draw).collect::<Vec<_>>());
        assert!(orders[0] != orders[1] || orders[1] != orders[2], "blocks differ in order");
    }

    #[test]
    fn too_many_combinations_are_left_as_they_were_drawn() {
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let distributions = [Distribution::Choice(values.clone()), Distribution::Choice(values)];
        let mut draws = [7.0, 8.0];
        choose(distributions.iter(), 4, 3, &mut draws);
        assert_eq!(draws, [7.0, 8.0]);
    }
}
