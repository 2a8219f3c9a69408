//! The assignment of samples to splits.

use crate::cfdbench::{Point, Rounding, published};
use data::{Invalid, Split, SplitPlan, rng};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// The assignment of samples to the training, validation and test splits.
///
/// ```toml
/// split = { train = 24, valid = 4, test = 8 } # drawn with the case's seed
/// split = "published"                         # as CFDBench splits its points
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`{ train = …, valid = …, test = … }`, or `\"published\"`")]
pub enum Roles {
    /// Given numbers of samples, drawn with the case's seed. If there are more points, a random subset.
    Drawn(SplitPlan),
    /// The published split of the case's points.
    Published(Published),
}

/// CFDBench's splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Published {
    /// That of the autoregressive tasks.
    #[serde(rename = "published")]
    Autoregressive,
    /// That of the non-autoregressive tasks, which round the sizes of some splits differently.
    #[serde(rename = "published-direct")]
    Direct,
}

/// Largest number of samples: a limit against misprints, for all parameters are drawn when a case is read.
const MOST: usize = 1_000_000;

impl Roles {
    pub(super) fn check(&self, points: &[Point]) -> Result<(), Invalid> {
        let within = |least: usize, count: usize| (least..=MOST).contains(&count);
        let Self::Drawn(SplitPlan { train, valid, test }) = *self else {
            let expected = "how many samples take which role, where there are no `points`";
            return Invalid::unless(!points.is_empty(), "split", "\"published\"", expected);
        };
        let is_sound = within(1, train) && within(0, valid) && within(1, test);
        let value = format!("{{ train = {train}, valid = {valid}, test = {test} }}");
        let expected = "at least 1 to train and 1 to test, and at most a million each";
        Invalid::unless(is_sound, "split", &value, expected)?;
        let is_sound = points.is_empty() || train + valid + test <= points.len();
        let expected = format!("at most {} samples, which the `points` are", points.len());
        Invalid::unless(is_sound, "split", &value, &expected)
    }

    /// The number of samples.
    pub fn total(&self, points: &[Point]) -> usize {
        match self {
            Self::Drawn(plan) => plan.total(),
            Self::Published(_) => points.len(),
        }
    }

    /// The role of every sample.
    pub(super) fn assign(&self, points: &[Point], seed: u64) -> Vec<Split> {
        match self {
            Self::Drawn(plan) => plan.assign(seed),
            Self::Published(Published::Autoregressive) => {
                published(points, Rounding::Autoregressive)
            }
            Self::Published(Published::Direct) => published(points, Rounding::Direct),
        }
    }

    /// The index of a sample's point among `count` points.
    pub(super) fn point(&self, index: usize, count: usize, seed: u64) -> usize {
        match self {
            Self::Published(_) => index,
            Self::Drawn(_) => {
                let mut order: Vec<usize> = (0..count).collect();
                // A separate stream: `SplitPlan::assign` uses the next one.
                order.shuffle(&mut rng(seed, u64::MAX - 1));
                order[index]
            }
        }
    }
}
