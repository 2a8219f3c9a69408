//! What a case states of data that another program wrote.

use data::import::Layout;
use data::{Boundary, Field, Interval, Invalid, Rank};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The names of the axes.
pub(super) const AXES: [&str; 3] = ["x", "y", "z"];

/// The keys of a case with a `source`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Declared {
    /// The layout of the files.
    pub(super) source: Layout,
    /// The file or folder, relative to the folder of the case.
    #[serde(skip_serializing)]
    pub(super) path: PathBuf,
    #[serde(skip_serializing)]
    pub(super) summary: String,
    #[serde(skip_serializing)]
    pub(super) split: super::Roles,
    #[serde(default)]
    pub(super) seed: u64,
    /// The problem of ours that the data solve, if any.
    #[serde(default)]
    pub(super) problem: Option<String>,
    /// The parameters: each a name in the files, or a number. Default: all that the files state.
    #[serde(default)]
    pub(super) parameters: Option<BTreeMap<String, DeclaredParameter>>,
    /// The fields. Default: those that the files state.
    #[serde(default)]
    pub(super) field: Vec<DeclaredField>,
    /// Cells along x, y, z, for files that do not state them.
    #[serde(default)]
    pub(super) cells: Option<Vec<usize>>,
    /// Both ends of axes in m.
    #[serde(default)]
    pub(super) lengths: BTreeMap<String, [Position; 2]>,
    /// The boundaries of axes.
    #[serde(default)]
    pub(super) boundaries: BTreeMap<String, Ends>,
    /// Time between the states in the files. Default: what these state.
    #[serde(default)]
    pub(super) interval: Option<Interval>,
    /// The first state that is used.
    #[serde(default)]
    pub(super) first: usize,
    /// Every how many states one is used.
    #[serde(default = "one")]
    pub(super) every: usize,
    /// Number of states of a sample. Default: those of the shortest.
    #[serde(default)]
    pub(super) frames: Option<usize>,
}

fn one() -> usize {
    1
}

/// A parameter: a name in the files, a number, or a name with its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "the name of a parameter in the files, a number, or `{ from = \"…\", symbol = \"…\", unit = \"…\" }`"
)]
pub(super) enum DeclaredParameter {
    Constant(f64),
    From(String),
    Described(Description),
}

/// A parameter with its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Description {
    pub(super) from: String,
    pub(super) symbol: Option<String>,
    #[serde(default)]
    pub(super) unit: String,
}

/// A field and the channels in the files that are its components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeclaredField {
    pub(super) name: String,
    /// Names in the files. Default: the field's name.
    #[serde(default)]
    pub(super) from: Vec<String>,
    /// Default: the names in the files.
    #[serde(default)]
    pub(super) symbols: Vec<String>,
    #[serde(default)]
    pub(super) unit: String,
}

impl DeclaredField {
    /// The names of its components in the files.
    pub(super) fn from(&self) -> Vec<String> {
        if self.from.is_empty() { vec![self.name.clone()] } else { self.from.clone() }
    }

    /// The field, whose components have no time axis if `constant`.
    pub(super) fn field(&self, constant: bool) -> Result<Field, Invalid> {
        let from = self.from();
        let symbols = if self.symbols.is_empty() { from.clone() } else { self.symbols.clone() };
        let expected = format!("{} symbols, one for each of `from`", from.len());
        let is_sound = symbols.len() == from.len();
        Invalid::unless(is_sound, "field.symbols", format!("{symbols:?}"), &expected)?;
        let rank = if from.len() == 1 { Rank::Scalar } else { Rank::Vector };
        Ok(Field { name: self.name.clone(), rank, unit: self.unit.clone(), symbols, constant })
    }
}

/// An end of an axis in m: a number, or the name of a parameter in the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a position in m, or the name of a parameter in the files")]
pub(super) enum Position {
    Number(f64),
    Parameter(String),
}

/// The boundaries at both ends of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "\"periodic\", \"wall\", \"open\" or \"axis\", `{ wall = [u, v, w] }`, or a list of two of them"
)]
pub(super) enum Ends {
    Both(DeclaredBoundary),
    Each([DeclaredBoundary; 2]),
}

/// The boundary at an end of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "\"periodic\", \"wall\", \"open\", \"axis\", or `{ wall = [u, v, w] }`"
)]
pub(super) enum DeclaredBoundary {
    Kind(Kind),
    Wall(MovingWall),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Periodic,
    Wall,
    Open,
    Axis,
}

/// A wall with its velocity in m/s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MovingWall {
    pub(super) wall: [Position; 3],
}

impl Ends {
    /// The boundaries, where `number` is the value of a position.
    pub(super) fn boundaries(
        &self,
        number: &dyn Fn(&Position) -> Result<f64, Invalid>,
    ) -> Result<[Boundary; 2], Invalid> {
        let [low, high] = match self {
            Self::Both(boundary) => [boundary, boundary],
            Self::Each([low, high]) => [low, high],
        };
        Ok([low.boundary(number)?, high.boundary(number)?])
    }
}

impl DeclaredBoundary {
    fn boundary(
        &self,
        number: &dyn Fn(&Position) -> Result<f64, Invalid>,
    ) -> Result<Boundary, Invalid> {
        Ok(match self {
            Self::Kind(Kind::Periodic) => Boundary::Periodic,
            Self::Kind(Kind::Wall) => Boundary::REST,
            Self::Kind(Kind::Open) => Boundary::Open,
            Self::Kind(Kind::Axis) => Boundary::Axis,
            Self::Wall(MovingWall { wall: [u, v, w] }) => {
                Boundary::Wall { velocity: [number(u)?, number(v)?, number(w)?] }
            }
        })
    }
}

impl Declared {
    /// Refuses axes and numbers that do not exist.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        for (key, names) in [
            ("lengths", self.lengths.keys().collect::<Vec<_>>()),
            ("boundaries", self.boundaries.keys().collect()),
        ] {
            let other = names.into_iter().find(|name| !AXES.contains(&name.as_str()));
            other.map_or(Ok(()), |name| Err(Invalid::new(key, name, "axes: x, y, z")))?;
        }
        Invalid::unless(self.every >= 1, "every", self.every, "at least 1")?;
        let cells = self.cells.as_deref().unwrap_or(&[1]);
        let is_sound = (1..=3).contains(&cells.len()) && !cells.contains(&0);
        Invalid::unless(is_sound, "cells", format!("{cells:?}"), "one to three positive numbers")
    }

    /// The declared cells along x, y, z.
    pub(super) fn cells(&self) -> Option<[usize; 3]> {
        let cells = self.cells.as_ref()?;
        let mut all = [1; 3];
        all[..cells.len()].copy_from_slice(cells);
        Some(all)
    }
}
