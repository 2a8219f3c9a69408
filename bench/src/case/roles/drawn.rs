//! Splits of given sizes.

use data::{Invalid, SplitPlan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Splits of given sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Drawn {
    /// Number of training samples. Default 0: the data are only tested on.
    #[serde(default)]
    pub train: usize,
    /// Number of validation samples. Without any, the last weights of a training are evaluated. Default 0.
    #[serde(default)]
    pub valid: usize,
    /// Number of test samples. Default 0: the data are only generated, and no suite can have the case.
    #[serde(default)]
    pub test: usize,
    /// What decides which samples belong to which split. Default: the parameters.
    #[serde(default)]
    pub by: SplitBy,
    /// The parameter along which the test samples lie beyond the others. Default: none, the test interpolates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extrapolate: Option<Extrapolate>,
    /// Whether samples of different splits may be the same flow. Default false: such a case is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_duplicates: bool,
}

/// What decides which samples belong to which split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The parameters that vary: every split is even over them. See [`SplitPlan::spread`].
    #[default]
    Parameters,
    /// The case's seed alone.
    Random,
}

/// The parameter along which a test extrapolates: its name, or `{ name = "above" }` or `{ name = "below" }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a parameter's name, or `{ name = \"above\" }` or `{ name = \"below\" }`"
)]
pub enum Extrapolate {
    /// The test samples have the greatest values of this parameter.
    Above(String),
    /// The test samples have the greatest or the smallest values of this parameter; one entry.
    Side(BTreeMap<String, Side>),
}

/// The side of the training range on which the test lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Above the greatest value of the training samples.
    Above,
    /// Below the smallest value of the training samples.
    Below,
}

impl Extrapolate {
    /// The parameter's name, and the side on which the test lies; `None` unless there is one name.
    pub(in crate::case) fn parameter(&self) -> Option<(&str, Side)> {
        match self {
            Self::Above(name) => Some((name, Side::Above)),
            Self::Side(sides) if sides.len() == 1 => {
                sides.iter().next().map(|(name, side)| (name.as_str(), *side))
            }
            Self::Side(_) => None,
        }
    }
}

/// Largest number of samples: a limit against misprints, for all parameters are drawn when a case is read.
const MOST: usize = 1_000_000;

impl Drawn {
    /// The sizes of the splits.
    pub fn plan(&self) -> SplitPlan {
        SplitPlan { train: self.train, valid: self.valid, test: self.test }
    }

    pub(super) fn check(&self, points: usize) -> Result<(), Invalid> {
        let Self { train, valid, test, .. } = *self;
        let all = [train, valid, test];
        let is_sound = all.iter().all(|count| *count <= MOST) && all.iter().any(|count| *count > 0);
        let value = format!("{{ train = {train}, valid = {valid}, test = {test} }}");
        let expected = "at least one sample, and at most a million of each";
        Invalid::unless(is_sound, "split", &value, expected)?;
        let is_sound = points == 0 || train + valid + test <= points;
        let expected = format!("at most {points} samples, all that there are");
        Invalid::unless(is_sound, "split", &value, &expected)?;
        let Some(extrapolate) = &self.extrapolate else { return Ok(()) };
        let expected = "at least 1 to train and 1 to test, where there is `extrapolate`";
        Invalid::unless(train > 0 && test > 0, "split", &value, expected)?;
        let is_one = extrapolate.parameter().is_some();
        Invalid::unless(is_one, "split.extrapolate", "{ … }", "one parameter")?;
        let expected = "left out where there is `extrapolate`, which decides what is tested";
        Invalid::unless(self.by == SplitBy::Parameters, "split.by", "random", expected)
    }
}

impl From<SplitPlan> for Drawn {
    fn from(SplitPlan { train, valid, test }: SplitPlan) -> Self {
        let (by, extrapolate, allow_duplicates) = (SplitBy::Parameters, None, false);
        Self { train, valid, test, by, extrapolate, allow_duplicates }
    }
}
