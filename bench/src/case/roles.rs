//! The assignment of samples to splits.

mod drawn;

pub use drawn::{Drawn, Extrapolate, Side, SplitBy};

use crate::cfdbench::{Point, Rounding, published};
use data::{Invalid, SplitPlan, rng};
use rand::seq::SliceRandom;
use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;

/// The assignment of samples to the training, validation and test splits.
///
/// ```toml
/// split = { train = 24, valid = 4, test = 8 }                           # even over the parameters that vary
/// split = { train = 24, valid = 4, test = 8, by = "random" }            # drawn, whatever the parameters
/// split = { train = 24, valid = 4, test = 8, extrapolate = "reynolds" } # test beyond the training range
/// split = "published"                                                   # as CFDBench splits its points
/// split = "files"                                                       # imported data: folders train, valid, test
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Roles {
    /// Given numbers of samples. If there are more points, a random subset of these.
    Drawn(Drawn),
    /// The published split of the case's points.
    Published(Published),
}

/// Splits that others have chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Published {
    /// CFDBench's, of the autoregressive tasks.
    #[serde(rename = "published")]
    Autoregressive,
    /// CFDBench's, of the non-autoregressive tasks, which round the sizes of some splits differently.
    #[serde(rename = "published-direct")]
    Direct,
    /// Those of imported files, by the folders in which they are.
    #[serde(rename = "files")]
    Files,
}

impl From<SplitPlan> for Roles {
    fn from(plan: SplitPlan) -> Self {
        Self::Drawn(plan.into())
    }
}

impl<'de> Deserialize<'de> for Roles {
    /// A text or a table, so that errors in the table name its keys.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RolesVisitor)
    }
}

struct RolesVisitor;

impl<'de> Visitor<'de> for RolesVisitor {
    type Value = Roles;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("`{ train = …, valid = …, test = … }`, `\"published\"`, or `\"files\"` for imported data")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Roles, E> {
        match text {
            "published" => Ok(Roles::Published(Published::Autoregressive)),
            "published-direct" => Ok(Roles::Published(Published::Direct)),
            "files" => Ok(Roles::Published(Published::Files)),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Roles, A::Error> {
        Drawn::deserialize(MapAccessDeserializer::new(map)).map(Roles::Drawn)
    }
}

impl Roles {
    /// Whether they are possible for a case with `points`, of which there are 0 in a case that has none.
    pub(super) fn check(&self, points: usize) -> Result<(), Invalid> {
        match self {
            Self::Drawn(drawn) => drawn.check(points),
            Self::Published(Published::Files) => {
                let expected = "how many samples take which role: no files are imported";
                Err(Invalid::new("split", "\"files\"", expected))
            }
            Self::Published(_) => {
                let expected = "how many samples take which role, where there are no `points`";
                Invalid::unless(points > 0, "split", "\"published\"", expected)
            }
        }
    }

    /// The number of samples.
    pub fn total(&self, points: &[Point]) -> usize {
        match self {
            Self::Drawn(drawn) => drawn.plan().total(),
            Self::Published(_) => points.len(),
        }
    }

    /// The published splits of the points, if the roles are published.
    pub(super) fn published(&self, points: &[Point]) -> Option<Vec<data::Split>> {
        let Self::Published(kind) = self else { return None };
        let rounding = match kind {
            Published::Autoregressive => Rounding::Autoregressive,
            Published::Direct => Rounding::Direct,
            Published::Files => return None,
        };
        Some(published(points, rounding))
    }

    /// The index of a sample's point among `count` points.
    pub(super) fn point(&self, index: usize, count: usize, seed: u64) -> usize {
        match self {
            Self::Published(_) => index,
            Self::Drawn(_) => self.order(count, seed)[index],
        }
    }

    /// The points among `count` that are samples, in the order of the samples.
    pub(super) fn order(&self, count: usize, seed: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        if let Self::Drawn(drawn) = self {
            // A separate stream: `SplitPlan::assign` uses the next one.
            order.shuffle(&mut rng(seed, u64::MAX - 1));
            order.truncate(drawn.plan().total());
        }
        order
    }
}
