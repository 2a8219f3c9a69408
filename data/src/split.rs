//! Training, validation and test samples.

mod coverage;
mod spread;

pub use coverage::SplitCoverage;

use crate::{hash_hex, rng};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// The purpose of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// Training: fits the weights and the normalization.
    Train,
    /// Validation: selects the checkpoint.
    Valid,
    /// Test: the scores are computed on it.
    Test,
}

impl Split {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Valid, Self::Test];

    /// The name of its folder in The Well's layout.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

/// The number of samples of each split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SplitPlan {
    /// The number of training samples.
    pub train: usize,
    /// The number of validation samples.
    pub valid: usize,
    /// The number of test samples.
    pub test: usize,
}

impl SplitPlan {
    /// The number of all samples.
    pub fn total(&self) -> usize {
        self.train + self.valid + self.test
    }

    /// The split of every sample, by a seeded shuffle: splits are disjoint by construction, and of whatever parameters
    /// the shuffle gives them. [`SplitPlan::spread`] is even over the parameters.
    pub fn assign(&self, seed: u64) -> Vec<Split> {
        let mut roles: Vec<Split> =
            [(Split::Train, self.train), (Split::Valid, self.valid), (Split::Test, self.test)]
                .into_iter()
                .flat_map(|(split, count)| std::iter::repeat_n(split, count))
                .collect();
        // Samples have the streams 0, 1, …, so that the last stream is free.
        roles.shuffle(&mut rng(seed, u64::MAX));
        roles
    }

    /// The hash of the splits of all samples, as a dataset declares it.
    pub fn hash(roles: &[Split]) -> String {
        hash_hex(roles.iter().map(|role| role.folder()).collect::<Vec<_>>().join("\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_sample_is_in_one_split_and_the_counts_hold(train in 0usize..40, valid in 0usize..9, test in 0usize..9, seed: u64) {
            let plan = SplitPlan { train, valid, test };
            let roles = plan.assign(seed);
            prop_assert_eq!(roles.len(), plan.total());
            for (split, count) in Split::ALL.into_iter().zip([train, valid, test]) {
                prop_assert_eq!(roles.iter().filter(|role| **role == split).count(), count);
            }
            prop_assert_eq!(&roles, &plan.assign(seed));
        }
    }
}
