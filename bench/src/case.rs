//! A problem made definite: its parameters, how they vary, and what is saved.

use crate::{BenchError, Distribution};
use data::{Info, Invalid, Parameter, Split, SplitPlan, hash_hex, rng};
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
    cells: Vec<usize>,
    interval: f64,
    frames: usize,
    seed: u64,
    #[serde(default)]
    reference: Reference,
    split: SplitPlan,
}

/// How the reference is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Reference {
    /// Solver cells an output cell, along every axis. Default 2.
    pub refine: usize,
    /// Whether every sample is also solved on halved and quartered grids, to estimate its error. Default true.
    pub error_estimate: bool,
}

impl Default for Reference {
    fn default() -> Self {
        Self { refine: 2, error_estimate: true }
    }
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
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time between saved states in s.
    pub interval: f64,
    /// Saved states a sample, that at time 0 included.
    pub frames: usize,
    /// What chance depends on.
    pub seed: u64,
    /// How the reference is computed.
    pub reference: Reference,
    /// How many samples take which role.
    pub split: SplitPlan,
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
        let interval = self.interval;
        let is_sound = interval > 0.0 && interval.is_finite();
        Invalid::unless(is_sound, "interval", interval, "greater than 0")?;
        let expected = "at least 2, a state and the one to predict, and at most a million";
        Invalid::unless(within(2, self.frames), "frames", self.frames, expected)?;
        let refine = self.reference.refine;
        Invalid::unless(
            (1..=64).contains(&refine),
            "reference.refine",
            refine,
            "between 1 and 64",
        )?;
        let cells = self.cells.iter().try_fold(1, |product: usize, &n| product.checked_mul(n));
        let is_sound = cells.is_some_and(|cells| within(1, cells));
        let expected = "at least 1 each, and at most a million together";
        Invalid::unless(is_sound, "cells", format!("{:?}", self.cells), expected)?;
        let SplitPlan { train, valid, test } = self.split;
        let is_sound = within(1, train) && within(0, valid) && within(1, test);
        let value = format!("{{ train = {train}, valid = {valid}, test = {test} }}");
        let expected = "at least 1 to train and 1 to test, and at most a million each";
        Invalid::unless(is_sound, "split", value, expected)?;
        self.vary.values().try_for_each(Distribution::check)
    }

    /// Draws every sample once, so that bad names, values and grids show before any work is done.
    fn check_samples(&self, place: &str) -> Result<(), BenchError> {
        let cells = self.reference_cells();
        let unfit = |source| BenchError::Grid { place: place.into(), cells, source };
        let first = self.problem(0)?;
        first.grid(cells).and_then(|grid| first.solver(&grid).map(drop)).map_err(unfit)?;
        for index in 1..self.split.total() {
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
        self.cells.map(|cells| if cells == 1 { 1 } else { cells * self.reference.refine })
    }

    /// The roles of all samples.
    pub fn roles(&self) -> Vec<Split> {
        self.split.assign(self.seed)
    }

    /// The generator of a sample: parameters are drawn first, in the order of their names, then the initial state.
    fn sample_rng(&self, index: usize) -> ChaCha12Rng {
        rng(self.seed, index as u64)
    }

    /// The table of a sample's problem.
    fn table(&self, rng: &mut ChaCha12Rng) -> toml::Table {
        let mut table = self.parameters.clone();
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
        let table = self.table(&mut rng);
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
            if self.vary.contains_key(&parameter.name) {
                table.insert(parameter.name.clone(), value.into());
            }
        }
        PROBLEMS
            .build(&self.problem, table)
            .map_err(|source| BenchError::Part { place: format!("case `{}`", self.name), source })
    }

    /// What all samples have in common.
    pub fn info(&self) -> Result<Info, BenchError> {
        let problem = self.problem(0)?;
        Ok(Info {
            name: self.name.replace('/', "-"),
            problem: self.problem.clone(),
            fields: problem.fields(),
            parameters: problem.parameters().into_iter().map(|(parameter, _)| parameter).collect(),
            cells: self.cells,
            interval: self.interval,
            frames: self.frames,
        })
    }
}
