//! Which samples teach, which choose, which judge.

use crate::{hash_hex, rng};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// The role of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// Fits the weights and the normalization.
    Train,
    /// Chooses the checkpoint.
    Valid,
    /// Judges, once.
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

/// How many samples take each role; which ones is drawn with the case's seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SplitPlan {
    /// Samples to train on.
    pub train: usize,
    /// Samples to choose checkpoints by.
    pub valid: usize,
    /// Samples to judge by.
    pub test: usize,
}

impl SplitPlan {
    /// All samples.
    pub fn total(&self) -> usize {
        self.train + self.valid + self.test
    }

    /// The role of every sample: a seeded shuffle, so that roles overlap nowhere by construction.
    pub fn assign(&self, seed: u64) -> Vec<Split> {
        let mut roles: Vec<Split> =
            [(Split::Train, self.train), (Split::Valid, self.valid), (Split::Test, self.test)]
                .into_iter()
                .flat_map(|(split, count)| std::iter::repeat_n(split, count))
                .collect();
        // A stream of its own, far from the samples' indices.
        roles.shuffle(&mut rng(seed, u64::MAX));
        roles
    }

    /// The hash that a dataset declares of its split.
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
        fn every_sample_has_one_role_and_the_counts_hold(train in 0usize..40, valid in 0usize..9, test in 0usize..9, seed: u64) {
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
