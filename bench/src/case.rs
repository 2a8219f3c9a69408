//! A problem made definite: its parameters, how they vary, and what is saved.

mod distribution;
mod points;
mod reference;
mod roles;

pub use distribution::Distribution;
pub use reference::{Reference, Refine};
pub use roles::Roles;

use crate::BenchError;
use crate::cfdbench::Point;
use data::{Info, Interval, Invalid, Parameter, Split, hash_hex, rng};
use points::points;
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use solvers::{PROBLEMS, Problem};
use std::collections::BTreeMap;

/// A case as its TOML file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WireCase {
    summary: String,
    problem: String,
    #[serde(default)]
    parameters: toml::Table,
    #[serde(default)]
    vary: BTreeMap<String, Distribution>,
    #[serde(default)]
    points: Vec<String>,
    cells: Vec<usize>,
    interval: Interval,
    frames: usize,
    seed: u64,
    #[serde(default)]
    reference: Reference,
    split: Roles,
}

/// More cells, frames or samples than this are a slip of the finger.
const MOST: usize = 1_000_000;

/// A problem made definite, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// Its name, such as `cavity/quick`.
    #[serde(skip)]
    pub name: String,
    /// What it is, in a line.
    #[serde(skip)]
    pub summary: String,
    /// The TOML text it came from.
    #[serde(skip)]
    pub text: String,
    /// The problem's name.
    pub problem: String,
    /// The parameters that all samples share.
    pub parameters: toml::Table,
    /// The parameters that vary, and how.
    pub vary: BTreeMap<String, Distribution>,
    /// The samples' parameters, if they were chosen by somebody else and are not drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Point>,
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time between saved states.
    pub interval: Interval,
    /// Saved states a sample, that at time 0 included.
    pub frames: usize,
    /// What chance depends on.
    pub seed: u64,
    /// How the reference is computed.
    pub reference: Reference,
    /// Which samples take which role.
    pub split: Roles,
}

impl Case {
    /// Reads and checks a case; `place` is its file's name for messages.
    pub fn parse(name: &str, place: &str, text: &str) -> Result<Self, BenchError> {
        let wire: WireCase =
            toml::from_str(text).map_err(|source| BenchError::toml(place, text, source))?;
        let invalid = |source: Invalid| BenchError::Case { place: place.into(), source };
        let mut cells = [1; 3];
        let count = wire.cells.len();
        Invalid::unless(
            (1..=3).contains(&count),
            "cells",
            format!("{:?}", wire.cells),
            "one to three numbers",
        )
        .map_err(invalid)?;
        cells[..count].copy_from_slice(&wire.cells);
        let case = Self {
            name: name.into(),
            summary: wire.summary,
            text: text.into(),
            problem: wire.problem,
            parameters: wire.parameters,
            points: points(&wire.points).map_err(invalid)?,
            vary: wire.vary,
            cells,
            interval: wire.interval,
            frames: wire.frames,
            seed: wire.seed,
            reference: wire.reference,
            split: wire.split,
        };
        case.check().map_err(invalid)?;
        case.check_samples(place)?;
        Ok(case)
    }

    fn check(&self) -> Result<(), Invalid> {
        let within = |least: usize, count: usize| (least..=MOST).contains(&count);
        let interval = self.interval.value();
        let is_sound = interval > 0.0 && interval.is_finite();
        Invalid::unless(is_sound, "interval", interval, "greater than 0")?;
        let expected = "at least 2, a state and the one to predict, and at most a million";
        Invalid::unless(within(2, self.frames), "frames", self.frames, expected)?;
        self.reference.check()?;
        let cells = self.cells.iter().try_fold(1, |product: usize, &n| product.checked_mul(n));
        let is_sound = cells.is_some_and(|cells| within(1, cells));
        let expected = "at least 1 each, and at most a million together";
        Invalid::unless(is_sound, "cells", format!("{:?}", self.cells), expected)?;
        let is_sound = self.points.is_empty() || self.vary.is_empty();
        let expected = "left out where there are `points`, which say how samples differ";
        Invalid::unless(is_sound, "vary", "{ … }", expected)?;
        self.split.check(&self.points)?;
        self.vary.values().try_for_each(Distribution::check)
    }

    /// Draws every sample once, so that bad names, values and grids show before any work is done.
    fn check_samples(&self, place: &str) -> Result<(), BenchError> {
        let cells = self.reference_cells();
        let unfit = |source| BenchError::Grid { place: place.into(), cells, source };
        let first = self.problem(0)?;
        first.grid(cells).and_then(|grid| first.solver(&grid).map(drop)).map_err(unfit)?;
        for index in 1..self.samples() {
            self.problem(index)?.grid(cells).map(drop).map_err(unfit)?;
        }
        Ok(())
    }

    /// Everything that determines the samples' numbers, and the roles they take.
    pub fn hash(&self) -> String {
        hash_hex(&serde_json::to_vec(self).expect("a case is plain data"))
    }

    /// The solver's cells along x, y, z.
    pub fn reference_cells(&self) -> [usize; 3] {
        self.reference.cells(self.cells)
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.split.total(&self.points)
    }

    /// The roles of all samples.
    pub fn roles(&self) -> Vec<Split> {
        self.split.assign(&self.points, self.seed)
    }

    /// The names of all samples, if they have names.
    pub fn names(&self) -> Vec<String> {
        let count = if self.points.is_empty() { 0 } else { self.samples() };
        (0..count).map(|index| self.point(index).name.clone()).collect()
    }

    /// The point of a sample of a case that has points.
    fn point(&self, index: usize) -> &Point {
        &self.points[self.split.place(index, self.points.len(), self.seed)]
    }

    /// Whether a parameter differs from sample to sample.
    pub fn varies(&self, parameter: &str) -> bool {
        let values = || self.points.iter().map(|point| point.values.get(parameter));
        self.vary.contains_key(parameter) || values().any(|value| Some(value) != values().next())
    }

    /// The same case saved on `cells` cells an axis, solved on the same grids where they are finer.
    pub fn with_cells(&self, place: &str, cells: usize) -> Result<Self, BenchError> {
        let invalid = |source: Invalid| BenchError::Case { place: place.into(), source };
        Invalid::unless(cells > 0, "cells", cells, "at least 1").map_err(invalid)?;
        let solved = self.reference_cells();
        let mut changed = self.clone();
        changed.cells = self.cells.map(|n| if n == 1 { 1 } else { cells });
        let refine = [0, 1].map(|axis| (solved[axis] / cells).max(1));
        changed.reference.refine = Refine::Each(refine);
        changed.text = format!("# cells = {cells}\n{}", self.text);
        changed.check().map_err(invalid)?;
        changed.check_samples(place)?;
        Ok(changed)
    }

    /// The generator of a sample: parameters are drawn first, in the order of their names, then the initial state.
    fn sample_rng(&self, index: usize) -> ChaCha12Rng {
        rng(self.seed, index as u64)
    }

    /// The table of a sample's problem.
    fn table(&self, index: usize, rng: &mut ChaCha12Rng) -> toml::Table {
        let mut table = self.parameters.clone();
        if !self.points.is_empty() {
            let values = self.point(index).values.iter();
            table.extend(values.map(|(name, value)| (name.clone(), (*value).into())));
        }
        for (name, distribution) in &self.vary {
            table.insert(name.clone(), distribution.draw(rng).into());
        }
        table
    }

    /// A sample's problem.
    pub fn problem(&self, index: usize) -> Result<Box<dyn Problem>, BenchError> {
        self.problem_and_rng(index).map(|(problem, _)| problem)
    }

    /// A sample's problem, and the generator for its initial state.
    pub fn problem_and_rng(
        &self,
        index: usize,
    ) -> Result<(Box<dyn Problem>, ChaCha12Rng), BenchError> {
        let mut rng = self.sample_rng(index);
        let table = self.table(index, &mut rng);
        let problem = PROBLEMS.build(&self.problem, table).map_err(|source| BenchError::Part {
            place: format!("case `{}`", self.name),
            source,
        })?;
        Ok((problem, rng))
    }

    /// The problem of given parameter values, as a solver that competes must build it: from what a
    /// task tells, which is `values` of `parameters`.
    pub fn problem_of(
        &self,
        parameters: &[Parameter],
        values: &[f64],
    ) -> Result<Box<dyn Problem>, BenchError> {
        let mut table = self.parameters.clone();
        for (parameter, &value) in parameters.iter().zip(values) {
            if self.is_given(&parameter.name) {
                table.insert(parameter.name.clone(), value.into());
            }
        }
        PROBLEMS
            .build(&self.problem, table)
            .map_err(|source| BenchError::Part { place: format!("case `{}`", self.name), source })
    }

    /// Whether a sample's table has a parameter of that name beyond what all samples share.
    fn is_given(&self, parameter: &str) -> bool {
        let of_points =
            self.points.first().is_some_and(|point| point.values.contains_key(parameter));
        of_points || self.vary.contains_key(parameter)
    }

    /// What all samples have in common.
    pub fn info(&self) -> Result<Info, BenchError> {
        let problem = self.problem(0)?;
        Ok(Info {
            name: self.name.replace('/', "-"),
            problem: self.problem.clone(),
            fields: problem.fields(),
            parameters: problem.parameters().into_iter().map(|(parameter, _)| parameter).collect(),
            monitors: problem.monitors(),
            cells: self.cells,
            interval: self.interval,
            frames: self.frames,
        })
    }
}
