//! Which samples take which role.

use crate::cfdbench::{Point, Rounding, published};
use data::{Invalid, Split, SplitPlan, rng};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Which samples take which role.
///
/// ```toml
/// split = { train = 24, valid = 4, test = 8 } # drawn with the case's seed
/// split = "published"                         # as CFDBench splits its points
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`{ train = …, valid = …, test = … }`, or `\"published\"`")]
pub enum Roles {
    /// So many of each, drawn with the case's seed. Of points that are more, a seeded choice.
    Drawn(SplitPlan),
    /// Those of the publication that the case's points come from.
    Published(Published),
}

/// CFDBench's splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Published {
    /// Of its autoregressive tasks.
    #[serde(rename = "published")]
    Autoregressive,
    /// Of its other tasks, which round the sizes of some splits differently.
    #[serde(rename = "published-direct")]
    Direct,
}

/// More samples than this are a slip of the finger.
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

    /// Which of `count` points a sample is.
    pub(super) fn place(&self, index: usize, count: usize, seed: u64) -> usize {
        match self {
            Self::Published(_) => index,
            Self::Drawn(_) => {
                let mut order: Vec<usize> = (0..count).collect();
                // A stream of its own: `SplitPlan::assign` has the one after it.
                order.shuffle(&mut rng(seed, u64::MAX - 1));
                order[index]
            }
        }
    }
}
