//! A case: a problem with its parameters, how they vary between samples, and what is saved.

mod choices;
mod declared;
mod distribution;
mod imported;
mod points;
mod reference;
mod roles;
mod splits;

pub use distribution::Distribution;
pub(crate) use imported::Imported;
pub use reference::{Reference, Refine};
pub use roles::{Drawn, Extrapolate, Roles, Side, SplitBy};

use crate::BenchError;
use crate::cfdbench::Point;
use crate::name::check_name;
use data::{
    DatasetHeader, Grid, Info, Interval, Invalid, Parameter, Split, SplitPlan, hash_hex, rng,
};
use declared::Declared;
use imported::Fault;
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
    spin_up: Option<f64>,
    interval: Interval,
    frames: usize,
    seed: u64,
    #[serde(default)]
    reference: Reference,
    split: Roles,
}

/// Largest size in bytes of one field set in memory: all saved states of a sample, or one state on the
/// solver's grid. Training and evaluation read samples as a whole.
const MOST_BYTES: f64 = 64e9;

/// A case, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// Name, such as `cavity/quick`.
    #[serde(skip)]
    pub name: String,
    /// Description in one line.
    #[serde(skip)]
    pub summary: String,
    /// TOML text.
    #[serde(skip)]
    pub text: String,
    /// Name of the problem.
    pub problem: String,
    /// Parameters that all samples share.
    pub parameters: toml::Table,
    /// Parameters that vary between samples, with their distributions.
    pub vary: BTreeMap<String, Distribution>,
    /// Published operating points, whose parameters are not drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Point>,
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time before the first saved state in characteristic times of the problem; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spin_up: Option<f64>,
    /// Time between saved states.
    pub interval: Interval,
    /// Number of saved states per sample, including that at time 0.
    pub frames: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How the reference solution is computed.
    pub reference: Reference,
    /// Assignment of samples to the training, validation and test splits.
    pub split: Roles,
    /// The data of another program, for cases that are not solved here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imported: Option<Imported>,
}

/// The parameters of a dataset that its problem has: samples have values of their own for all of them.
fn varied(info: &Info) -> BTreeMap<String, Distribution> {
    let defaults = PROBLEMS.find(&info.problem).map(|entry| (entry.defaults)()).unwrap_or_default();
    let default = |name: &str| match defaults.get(name)? {
        toml::Value::Float(value) => Some(*value),
        toml::Value::Integer(value) => Some(*value as f64),
        _ => None,
    };
    let of = |parameter: &Parameter| {
        let value = default(&parameter.name)?;
        Some((parameter.name.clone(), Distribution::Choice(vec![value])))
    };
    info.parameters.iter().filter_map(of).collect()
}

impl Case {
    /// Reads and checks a case; `file` is the file's name in messages.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, BenchError> {
        #[derive(Deserialize)]
        struct Head {
            source: Option<toml::Value>,
        }
        if toml::from_str::<Head>(text).is_ok_and(|head| head.source.is_some()) {
            return Self::parse_imported(name, file, text);
        }
        let wire: WireCase =
            toml::from_str(text).map_err(|source| BenchError::toml(file, text, source))?;
        let invalid = |source: Invalid| BenchError::Case { case: file.into(), source };
        check_name("the case's file name", name).map_err(invalid)?;
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
            spin_up: wire.spin_up,
            interval: wire.interval,
            frames: wire.frames,
            seed: wire.seed,
            reference: wire.reference,
            split: wire.split,
            imported: None,
        };
        case.check().map_err(invalid)?;
        case.check_samples(file)?;
        case.check_splits().map_err(|error| error.in_case(file))?;
        Ok(case)
    }

    /// Reads and checks a case whose data another program computed.
    fn parse_imported(name: &str, file: &str, text: &str) -> Result<Self, BenchError> {
        let wire: Declared =
            toml::from_str(text).map_err(|source| BenchError::toml(file, text, source))?;
        let invalid = |source: Invalid| BenchError::Case { case: file.into(), source };
        check_name("the case's file name", name).map_err(invalid)?;
        let (summary, split, seed) = (wire.summary.clone(), wire.split.clone(), wire.seed);
        let problem = wire.problem.clone().unwrap_or_else(|| imported::NO_PROBLEM.into());
        let imported = Imported::open(wire, file).map_err(|fault| match fault {
            Fault::Invalid(source) => invalid(source),
            Fault::Other(error) => error,
        })?;
        let case = Self {
            name: name.into(),
            summary,
            text: text.into(),
            problem,
            parameters: toml::Table::new(),
            vary: BTreeMap::new(),
            points: Vec::new(),
            cells: imported.cells(),
            spin_up: None,
            interval: imported.interval(),
            frames: imported.frames(),
            seed,
            reference: Reference { error_estimate: false, ..Reference::default() },
            split,
            imported: Some(imported),
        };
        let channels = data::channels(&case.info()?.fields).len();
        case.check_memory(channels).map_err(invalid)?;
        case.check_splits().map_err(|error| error.in_case(file))?;
        for index in 0..case.samples() {
            case.grid(index)?;
        }
        Ok(case)
    }

    /// The case of a dataset, as far as its header states it: that of its text, or one that is not solved.
    pub(crate) fn of_dataset(header: &DatasetHeader) -> Self {
        let Info { name, problem, cells, interval, frames, .. } = &header.info;
        let solved = Self::parse(name, "dataset.json", &header.case_text).ok();
        solved.filter(|case| case.imported.is_none()).unwrap_or_else(|| {
            let count = |split| header.splits.iter().filter(|other| **other == split).count();
            let [train, valid, test] = Split::ALL.map(count);
            Self {
                name: name.clone(),
                summary: format!("a dataset of {} samples", header.splits.len()),
                text: header.case_text.clone(),
                problem: problem.clone(),
                parameters: toml::Table::new(),
                vary: varied(&header.info),
                points: Vec::new(),
                cells: *cells,
                spin_up: None,
                interval: *interval,
                frames: *frames,
                seed: header.seed,
                reference: Reference::default(),
                split: SplitPlan { train, valid, test }.into(),
                imported: None,
            }
        })
    }

    fn check(&self) -> Result<(), Invalid> {
        let interval = self.interval.value();
        let is_sound = interval > 0.0 && interval.is_finite();
        Invalid::unless(is_sound, "interval", interval, "greater than 0")?;
        let spin_up = self.spin_up.unwrap_or(1.0);
        let is_sound = spin_up > 0.0 && spin_up.is_finite();
        Invalid::unless(is_sound, "spin-up", spin_up, "finite and greater than 0")?;
        let expected = "at least 2: a given state and a predicted one";
        Invalid::unless(self.frames >= 2, "frames", self.frames, expected)?;
        self.reference.check()?;
        let is_sound = self.cells.iter().all(|&n| n > 0);
        let expected = "at least 1 along every axis";
        Invalid::unless(is_sound, "cells", format!("{:?}", self.cells), expected)?;
        let is_sound = self.points.is_empty() || self.vary.is_empty();
        let expected = "left out where there are `points`, which say how samples differ";
        Invalid::unless(is_sound, "vary", "{ … }", expected)?;
        self.split.check(self.points.len())?;
        self.vary.values().try_for_each(Distribution::check)
    }

    /// Refuses grids whose states do not fit into the memory of any usual machine.
    fn check_memory(&self, channels: usize) -> Result<(), Invalid> {
        let bytes = |cells: [usize; 3], states: usize| {
            let values = cells.iter().map(|&n| n as f64).product::<f64>() * states as f64;
            values * (channels * size_of::<f64>()) as f64
        };
        let saved = bytes(self.cells, self.frames);
        let solved = bytes(self.reference_cells(), 1);
        let most = MOST_BYTES / 1e9;
        let expected = format!(
            "fewer, or fewer frames: the saved states of a sample take {:.0} GB of memory, more than {most} GB",
            saved / 1e9
        );
        let cells = || format!("{:?}", self.cells);
        Invalid::unless(saved <= MOST_BYTES, "cells", cells(), &expected)?;
        let expected = format!(
            "fewer, or a smaller `reference.refine`: one state on the solver's grid takes {:.0} GB of \
             memory, more than {most} GB",
            solved / 1e9
        );
        Invalid::unless(solved <= MOST_BYTES, "cells", cells(), &expected)
    }

    /// Draws every sample once, to report wrong names, values and grids before any computation.
    fn check_samples(&self, file: &str) -> Result<(), BenchError> {
        let channels = data::channels(&self.problem(0)?.fields()).len();
        self.check_memory(channels)
            .map_err(|source| BenchError::Case { case: file.into(), source })?;
        let is_sound =
            self.reference.checkpoint.is_none() || self.problem(0)?.is_continued_exactly();
        let expected =
            "left out: this problem's solver is not continued exactly from a stored state";
        let every = self.reference.checkpoint.unwrap_or_default();
        Invalid::unless(is_sound, "reference.checkpoint", every, expected)
            .map_err(|source| BenchError::Case { case: file.into(), source })?;
        let cells = self.reference_cells();
        let unfit = |source| BenchError::Grid { case: file.into(), cells, source };
        let first = self.problem(0)?;
        first.grid(cells).and_then(|grid| first.solver(&grid).map(drop)).map_err(unfit)?;
        for index in 1..self.samples() {
            self.problem(index)?.grid(cells).map(drop).map_err(unfit)?;
        }
        Ok(())
    }

    /// Hash of everything that determines the samples' values and their splits.
    pub fn hash(&self) -> String {
        hash_hex(&serde_json::to_vec(self).expect("a case is plain data"))
    }

    /// The solver's cells along x, y, z.
    pub fn reference_cells(&self) -> [usize; 3] {
        self.reference.cells(self.cells)
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        match &self.imported {
            Some(imported) => imported.samples(),
            None => self.split.total(&self.points),
        }
    }

    /// The names of all samples, if they have names.
    pub fn names(&self) -> Vec<String> {
        if let Some(imported) = &self.imported {
            return imported.names();
        }
        let count = if self.points.is_empty() { 0 } else { self.samples() };
        (0..count).map(|index| self.point(index).name.clone()).collect()
    }

    /// The point of a sample of a case that has points.
    fn point(&self, index: usize) -> &Point {
        &self.points[self.split.point(index, self.points.len(), self.seed)]
    }

    /// Whether a parameter differs from sample to sample.
    pub fn varies(&self, parameter: &str) -> bool {
        let values = || self.points.iter().map(|point| point.values.get(parameter));
        self.vary.contains_key(parameter) || values().any(|value| Some(value) != values().next())
    }

    /// The same case saved on `cells` cells along each axis, solved on the same grids where those are finer.
    pub fn with_cells(&self, file: &str, cells: usize) -> Result<Self, BenchError> {
        let invalid = |source: Invalid| BenchError::Case { case: file.into(), source };
        let expected = "left out: the data of another program are used as they are";
        Invalid::unless(self.imported.is_none(), "cells", cells, expected).map_err(invalid)?;
        Invalid::unless(cells > 0, "cells", cells, "at least 1").map_err(invalid)?;
        let solved = self.reference_cells();
        let mut changed = self.clone();
        changed.cells = self.cells.map(|n| if n == 1 { 1 } else { cells });
        let [x, y, z] = solved.map(|n| (n / cells).max(1));
        changed.reference.refine =
            if self.cells[2] == 1 { Refine::Plane([x, y]) } else { Refine::Space([x, y, z]) };
        changed.text = format!("# cells = {cells}\n{}", self.text);
        changed.check().map_err(invalid)?;
        changed.check_samples(file)?;
        Ok(changed)
    }

    /// A sample's random number generator. It first draws the parameters in the order of their names,
    /// then the initial state. Of a `choice`, the number drawn is not used: see [`choices::choose`].
    fn sample_rng(&self, index: usize) -> ChaCha12Rng {
        rng(self.seed, index as u64)
    }

    /// The parameters of a sample's problem.
    fn table(&self, index: usize, rng: &mut ChaCha12Rng) -> toml::Table {
        let mut table = self.parameters.clone();
        if !self.points.is_empty() {
            let values = self.point(index).values.iter();
            table.extend(values.map(|(name, value)| (name.clone(), (*value).into())));
        }
        let draws = self.vary.keys().zip(self.draws(index, rng));
        table.extend(draws.map(|(name, value)| (name.clone(), value.into())));
        table
    }

    /// The values of the parameters that vary, in the order of their names.
    fn draws(&self, index: usize, rng: &mut ChaCha12Rng) -> Vec<f64> {
        let mut draws: Vec<f64> =
            self.vary.values().map(|distribution| distribution.draw(rng)).collect();
        choices::choose(self.vary.values(), self.seed, index, &mut draws);
        draws
    }

    /// A sample's problem.
    pub fn problem(&self, index: usize) -> Result<Box<dyn Problem>, BenchError> {
        self.problem_and_rng(index).map(|(problem, _)| problem)
    }

    /// The axes along which the statistics of the flow do not vary; none if the problem cannot be built.
    pub fn homogeneous(&self) -> [bool; 3] {
        self.problem(0).map_or([false; 3], |problem| problem.homogeneous())
    }

    /// A sample's problem, and the generator for its initial state.
    pub fn problem_and_rng(
        &self,
        index: usize,
    ) -> Result<(Box<dyn Problem>, ChaCha12Rng), BenchError> {
        let mut rng = self.sample_rng(index);
        if let Some(imported) = &self.imported {
            let problem = imported.problem(index, &self.parameters)?;
            return Ok((problem.ok_or_else(|| self.without_problem())?, rng));
        }
        let table = self.table(index, &mut rng);
        let problem = PROBLEMS.build(&self.problem, table).map_err(|source| BenchError::Part {
            location: format!("case `{}`", self.name),
            source,
        })?;
        Ok((problem, rng))
    }

    /// The problem with given parameter values, as a solver that is evaluated must build it: from the
    /// `values` of `parameters` that a task states.
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
        PROBLEMS.build(&self.problem, table).map_err(|source| BenchError::Part {
            location: format!("case `{}`", self.name),
            source,
        })
    }

    /// The error where a problem is needed and the case names none.
    fn without_problem(&self) -> BenchError {
        let expected = "the name of a problem that eddymark solves, for its solver to take part";
        let source = Invalid::new("problem", "absent", expected);
        BenchError::Case { case: self.name.clone(), source }
    }

    /// The parameters of a sample with their values.
    pub(crate) fn parameters_of(&self, index: usize) -> Result<Vec<(Parameter, f64)>, BenchError> {
        match &self.imported {
            Some(imported) => imported.parameters_of(index),
            None => Ok(self.problem(index)?.parameters()),
        }
    }

    /// The output grid of a sample.
    pub(crate) fn grid(&self, index: usize) -> Result<Grid, BenchError> {
        if let Some(imported) = &self.imported {
            return imported.grid(index);
        }
        let (case, cells) = (self.name.clone(), self.cells);
        self.problem(index)?.grid(cells).map_err(|source| BenchError::Grid { case, cells, source })
    }

    /// What computed the data: the solvers, or another program.
    pub(crate) fn solver(&self) -> String {
        self.imported.as_ref().map_or_else(crate::solver, Imported::solver)
    }

    /// Whether a parameter of that name is set per sample.
    fn is_given(&self, parameter: &str) -> bool {
        if let Some(imported) = &self.imported {
            return imported.is_given(parameter);
        }
        let of_points =
            self.points.first().is_some_and(|point| point.values.contains_key(parameter));
        of_points || self.vary.contains_key(parameter)
    }

    /// The description that all samples share.
    pub fn info(&self) -> Result<Info, BenchError> {
        if let Some(imported) = &self.imported {
            return imported.info(&self.name.replace('/', "-"));
        }
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
