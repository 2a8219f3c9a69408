//! An assignment of samples to splits that is even over their parameters.

use super::{Split, SplitPlan};
use crate::rng;
use rand::seq::SliceRandom;

/// Largest product of the number of samples and the size of a split for which the split is chosen by its energy
/// distance, which takes a fraction of a second. Beyond it, a random split is even too: the mean Kolmogorov–Smirnov
/// distance of 500 random samples from all is 0.87 / √500 = 0.04.
const MOST_PAIRS: usize = 1_000_000;
/// Largest number of samples that stand for all of them in an energy distance.
const POPULATION: usize = 1024;
/// Smallest size of a split that counts in [`MOST_PAIRS`]: the distances to the population are always computed.
const LEAST_SIZE: usize = 64;
/// Largest number of passes over a split in which its samples are exchanged. Few are used: each lowers the distance.
const PASSES: usize = 20;

impl SplitPlan {
    /// Splits that are even over `parameters`, `[sample][parameter]`: test and validation samples have a similar
    /// distribution to that of all samples, and lie within the range of the training samples.
    ///
    /// The samples with the least and the greatest value of each parameter train, if there are enough training
    /// samples. Of the others, the test split T, and then the validation split, is the one of its size with the least
    /// energy distance to all samples X,
    ///
    /// ```text
    /// E(T, X) = 2 ⟨|t − x|⟩ − ⟨|t − t'|⟩ − ⟨|x − x'|⟩,
    /// ```
    ///
    /// where a sample is the vector of the ranks of its parameters, from 0 to 1. The minimum is sought by greedy
    /// addition and pairwise exchange. It depends on the order of the values only, not on their scale. `seed` decides
    /// between equal distances. Where samples do not differ, or are so many that a random split is as even, the splits
    /// are those of [`SplitPlan::assign`].
    ///
    /// Sources: energy distance: Székely & Rizzo (2013), J. Stat. Plan. Inference 143, 1249; as a criterion for
    /// splits: Joseph & Vakayil (2022), Technometrics 64, 166.
    pub fn spread(&self, parameters: &[Vec<f64>], seed: u64) -> Vec<Split> {
        let points = ranks(parameters);
        let size = self.test.max(self.valid).max(LEAST_SIZE);
        let is_varied = points.first().is_some_and(|point| !point.is_empty());
        if !is_varied || points.len().saturating_mul(size) > MOST_PAIRS {
            return self.assign(seed);
        }
        let mut order: Vec<usize> = (0..points.len()).collect();
        // The stream of `assign`: of the two, only one is used.
        order.shuffle(&mut rng(seed, u64::MAX));
        let mut free = self.without_extremes(&points, &order);
        let mut splits = vec![Split::Train; points.len()];
        for (split, count) in [(Split::Test, self.test), (Split::Valid, self.valid)] {
            for index in Subset::new(&points, &order, &free).choose(count) {
                splits[index] = split;
            }
            free.retain(|&index| splits[index] == Split::Train);
        }
        splits
    }

    /// Splits of which the test split has the greatest values of one parameter, and the others are as in
    /// [`SplitPlan::spread`]; `None` if the least test value does not exceed the greatest of the others.
    ///
    /// `values` are those of this parameter, one per sample.
    pub fn extrapolate(
        &self,
        values: &[f64],
        parameters: &[Vec<f64>],
        seed: u64,
    ) -> Option<Vec<Split>> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let (inner, test) = order.split_at(values.len() - self.test);
        let is_beyond = match (inner.last(), test.first()) {
            (Some(&below), Some(&above)) => values[below] < values[above],
            _ => true,
        };
        let mut inner = inner.to_vec();
        inner.sort_unstable();
        let known: Vec<Vec<f64>> = inner.iter().map(|&index| parameters[index].clone()).collect();
        let rest = Self { test: 0, ..*self }.spread(&known, seed);
        let mut splits = vec![Split::Test; values.len()];
        inner.iter().zip(rest).for_each(|(&index, split)| splits[index] = split);
        is_beyond.then_some(splits)
    }

    /// The samples in `order` without those at an end of a parameter's range; all of them if too few would train.
    fn without_extremes(&self, points: &[Vec<f64>], order: &[usize]) -> Vec<usize> {
        let mut extremes = Vec::new();
        for axis in 0..points[order[0]].len() {
            let key = |index: &&usize| points[**index][axis];
            let least = order.iter().min_by(|a, b| key(a).total_cmp(&key(b)));
            let greatest = order.iter().rev().max_by(|a, b| key(a).total_cmp(&key(b)));
            extremes.extend(least.into_iter().chain(greatest));
        }
        let inner: Vec<usize> =
            order.iter().copied().filter(|index| !extremes.contains(index)).collect();
        if order.len() - inner.len() <= self.train { inner } else { order.to_vec() }
    }
}

/// The ranks of all parameters that differ between samples, from 0 to 1, `[sample][parameter]`. Equal values share
/// their mean rank.
fn ranks(parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = parameters.first().map_or(0, Vec::len);
    let mut points = vec![Vec::new(); parameters.len()];
    for axis in 0..count {
        let mut order: Vec<usize> = (0..parameters.len()).collect();
        order.sort_by(|&a, &b| parameters[a][axis].total_cmp(&parameters[b][axis]));
        let alike = order.chunk_by(|&a, &b| parameters[a][axis] == parameters[b][axis]);
        if alike.clone().count() < 2 {
            continue;
        }
        let (mut before, last) = (0, (parameters.len() - 1) as f64);
        for tied in alike {
            let rank = (before as f64 + (tied.len() - 1) as f64 / 2.0) / last;
            for &index in tied {
                points[index].push(rank);
            }
            before += tied.len();
        }
    }
    points
}

/// A subset of some samples, to be chosen by its energy distance to all.
struct Subset<'a> {
    points: &'a [Vec<f64>],
    /// The samples among which it is chosen, in the order in which equal ones are preferred.
    free: &'a [usize],
    /// Mean distance of each sample of `free` from all samples.
    to_all: Vec<f64>,
    /// Sum of the distances of each sample of `free` from those chosen.
    to_chosen: Vec<f64>,
    /// Positions in `free`.
    chosen: Vec<usize>,
    /// Whether each sample of `free` is chosen.
    is_chosen: Vec<bool>,
}

impl<'a> Subset<'a> {
    fn new(points: &'a [Vec<f64>], order: &[usize], free: &'a [usize]) -> Self {
        let all = &order[..order.len().min(POPULATION)];
        let to_all = |&index: &usize| {
            let sum: f64 = all.iter().map(|&other| distance(&points[index], &points[other])).sum();
            sum / all.len() as f64
        };
        Self {
            points,
            free,
            to_all: free.iter().map(to_all).collect(),
            to_chosen: vec![0.0; free.len()],
            chosen: Vec::new(),
            is_chosen: vec![false; free.len()],
        }
    }

    /// The samples of a subset of this size.
    fn choose(mut self, count: usize) -> Vec<usize> {
        while self.chosen.len() < count.min(self.free.len()) {
            self.add();
        }
        for _ in 0..PASSES {
            let exchanged = (0..self.chosen.len()).filter(|&place| self.exchange(place)).count();
            if exchanged == 0 {
                break;
            }
        }
        self.chosen.iter().map(|&position| self.free[position]).collect()
    }

    /// Adds the sample that gives the least energy distance.
    fn add(&mut self) {
        let best = self.best(self.chosen.len() + 1);
        self.chosen.push(best);
        self.put(best, true);
    }

    /// Exchanges one chosen sample for the one that lowers the energy distance most; returns whether there is one.
    fn exchange(&mut self, place: usize) -> bool {
        let (out, size) = (self.chosen[place], self.chosen.len());
        self.put(out, false);
        let best = self.best(size);
        // Rounding must not exchange two samples for ever.
        let is_better = self.cost(best, size) < self.cost(out, size) - 1e-12;
        self.chosen[place] = if is_better { best } else { out };
        self.put(self.chosen[place], true);
        is_better
    }

    /// The sample whose addition, to a total of `size`, gives the least energy distance.
    fn best(&self, size: usize) -> usize {
        let open = (0..self.free.len()).filter(|&position| !self.is_chosen[position]);
        let best = open.min_by(|&a, &b| self.cost(a, size).total_cmp(&self.cost(b, size)));
        best.expect("fewer are chosen than are free")
    }

    /// The terms of the energy distance that depend on a sample which is added, times half the size.
    fn cost(&self, position: usize, size: usize) -> f64 {
        self.to_all[position] - self.to_chosen[position] / size as f64
    }

    /// Adds a sample to those chosen, or removes it.
    fn put(&mut self, position: usize, is_in: bool) {
        self.is_chosen[position] = is_in;
        let (from, sign) = (&self.points[self.free[position]], if is_in { 1.0 } else { -1.0 });
        for (sum, &index) in self.to_chosen.iter_mut().zip(self.free) {
            *sum += sign * distance(from, &self.points[index]);
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(splits: &[Split], split: Split) -> Vec<usize> {
        (0..splits.len()).filter(|&index| splits[index] == split).collect()
    }

    proptest! {
        #[test]
        fn counts_hold_and_test_samples_lie_within_the_training_range(
            values in prop::collection::vec((0.0..1.0, 0.0..1.0), 14..40),
            test in 1usize..5,
            valid in 0usize..5,
            seed: u64,
        ) {
            let parameters: Vec<Vec<f64>> = values.iter().map(|&(a, b)| vec![a, b]).collect();
            let plan = SplitPlan { train: parameters.len() - test - valid, valid, test };
            let splits = plan.spread(&parameters, seed);
            prop_assert_eq!(&splits, &plan.spread(&parameters, seed));
            let counts = Split::ALL.map(|split| of(&splits, split).len());
            prop_assert_eq!(counts, [plan.train, valid, test]);
            for axis in 0..2 {
                let train = of(&splits, Split::Train).into_iter().map(|i| parameters[i][axis]);
                let (low, high) = train.fold((1.0, 0.0), |(l, h): (f64, f64), x| (l.min(x), h.max(x)));
                for index in of(&splits, Split::Test) {
                    prop_assert!((low..=high).contains(&parameters[index][axis]));
                }
            }
        }
    }

    /// 40 values in a random order: the 8 test samples are one from each eighth, whatever the scale of the values.
    #[test]
    fn along_one_parameter_every_part_of_the_range_is_tested() {
        let mut values: Vec<f64> = (0..40).map(|i| (f64::from(i) / 5.0).exp()).collect();
        values.shuffle(&mut rng(3, 0));
        let parameters: Vec<Vec<f64>> = values.iter().map(|&value| vec![1.0, value]).collect();
        let splits = SplitPlan { train: 28, valid: 4, test: 8 }.spread(&parameters, 1);
        for (split, count) in [(Split::Test, 8), (Split::Valid, 4)] {
            let mut parts: Vec<usize> = of(&splits, split)
                .into_iter()
                .map(|index| (5.0 * values[index].ln()).round() as usize * count / 40)
                .collect();
            parts.sort_unstable();
            assert_eq!(parts, (0..count).collect::<Vec<_>>(), "{split:?}");
        }
    }

    /// Four test samples of a square grid of parameters: one from each quarter.
    #[test]
    fn along_two_parameters_all_corners_are_tested() {
        let parameters: Vec<Vec<f64>> =
            (0..36).map(|i| vec![f64::from(i % 6), f64::from(i / 6)]).collect();
        let splits = SplitPlan { train: 30, valid: 2, test: 4 }.spread(&parameters, 5);
        let quarter = |index: usize| (index % 6 / 3, index / 18);
        let mut quarters: Vec<_> = of(&splits, Split::Test).into_iter().map(quarter).collect();
        quarters.sort_unstable();
        assert_eq!(quarters, [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn samples_that_do_not_differ_or_are_many_are_shuffled() {
        let plan = SplitPlan { train: 5, valid: 2, test: 3 };
        assert_eq!(plan.spread(&vec![vec![7.0]; 10], 4), plan.assign(4));
        assert_eq!(plan.spread(&vec![vec![]; 10], 4), plan.assign(4));
        let plan = SplitPlan { train: 18_000, valid: 0, test: 2000 };
        let many: Vec<Vec<f64>> = (0..20_000).map(|i| vec![f64::from(i)]).collect();
        assert_eq!(plan.spread(&many, 4), plan.assign(4));
    }

    #[test]
    fn extrapolation_tests_the_greatest_values_and_refuses_ties() {
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * 5 % 12)).collect();
        let parameters: Vec<Vec<f64>> = values.iter().map(|&value| vec![value]).collect();
        let plan = SplitPlan { train: 7, valid: 2, test: 3 };
        let splits = plan.extrapolate(&values, &parameters, 1).expect("no two are equal");
        let mut test: Vec<f64> =
            of(&splits, Split::Test).into_iter().map(|index| values[index]).collect();
        test.sort_by(f64::total_cmp);
        assert_eq!(test, [9.0, 10.0, 11.0]);
        assert_eq!([Split::Train, Split::Valid].map(|split| of(&splits, split).len()), [7, 2]);
        let tied: Vec<f64> = values.iter().map(|value| value.min(8.0)).collect();
        assert_eq!(plan.extrapolate(&tied, &parameters, 1), None);
    }
}
