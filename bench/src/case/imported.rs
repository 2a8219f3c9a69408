//! Cases whose data another program computed.

mod agreed;
mod states;

use super::Roles;
use super::declared::{AXES, Declared, DeclaredParameter, Position};
use super::splits::SplitFault;
use crate::BenchError;
use crate::cfdbench::Point;
use agreed::{fields, frames, interval, unstated};
use data::Sample;
use data::import::{Found, FoundSample, Import};
use data::{Axis, Boundary, DataError, Field, Grid, Info, Interval, Invalid, Parameter, Split};
use ndarray::Array2;
use serde::Serialize;
use solvers::{PROBLEMS, Problem};
use states::ImportedStates;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The version of the import: it changes with the numbers that are imported.
const VERSION: u32 = 1;
/// The name of the problem of a case that names none.
pub(super) const NO_PROBLEM: &str = "imported";
/// Lengths of a domain in the files and of the case's problem differ by less than this fraction.
const OTHER_LENGTH: f64 = 1e-3;

/// Data that another program computed, as a case uses them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Imported {
    declared: Declared,
    /// The file of the case, for messages.
    #[serde(skip)]
    file: String,
    /// That of the files.
    fingerprint: String,
    #[serde(skip)]
    data: Opened,
    /// The samples in the files that are those of the case.
    #[serde(skip)]
    order: Vec<usize>,
    #[serde(skip)]
    fields: Vec<Field>,
    /// The channels in the files that are those of the fields.
    #[serde(skip)]
    channels: Vec<usize>,
    #[serde(skip)]
    interval: Interval,
    #[serde(skip)]
    frames: usize,
}

/// Files whose states can be read.
#[derive(Clone)]
struct Opened(Arc<dyn Import>);

impl fmt::Debug for Opened {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.found().fmt(to)
    }
}

impl PartialEq for Opened {
    fn eq(&self, other: &Self) -> bool {
        self.0.found() == other.0.found()
    }
}

/// A key, its value and what was expected, or another error.
pub(super) enum Fault {
    Invalid(Invalid),
    Other(BenchError),
}

impl From<Invalid> for Fault {
    fn from(source: Invalid) -> Self {
        Self::Invalid(source)
    }
}

impl From<DataError> for Fault {
    fn from(error: DataError) -> Self {
        Self::Other(error.into())
    }
}

impl Imported {
    /// Opens the data, whose path is relative to the folder of the case's `file`, and reads what they state.
    pub(super) fn open(declared: Declared, file: &str) -> Result<Self, Fault> {
        declared.check()?;
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let path = folder.join(&declared.path);
        let data: Arc<dyn Import> = declared.source.open(&path, declared.cells())?.into();
        let found = data.found();
        if let Some(cells) = declared.cells() {
            let expected = format!("{:?}, which the files have", found.cells);
            Invalid::unless(cells == found.cells, "cells", format!("{cells:?}"), &expected)?;
        }
        let (fields, channels) = fields(&declared, found)?;
        let (interval, frames) = (interval(&declared, found, &path)?, frames(&declared, found)?);
        let count = found.samples.len();
        if matches!(declared.split, Roles::Drawn(_)) {
            declared.split.check(count)?;
        }
        let order = declared.split.order(count, declared.seed);
        let fingerprint = data.fingerprint()?;
        let data = Opened(data);
        let file = file.into();
        Ok(Self { declared, file, fingerprint, data, order, fields, channels, interval, frames })
    }

    fn found(&self) -> &Found {
        self.data.0.found()
    }

    /// The number of samples.
    pub(super) fn samples(&self) -> usize {
        self.order.len()
    }

    /// A sample in the files.
    fn in_files(&self, index: usize) -> &FoundSample {
        &self.found().samples[self.order[index]]
    }

    /// The names of all samples: their places in the files.
    pub(super) fn names(&self) -> Vec<String> {
        (0..self.samples()).map(|index| self.in_files(index).name.clone()).collect()
    }

    /// The splits that the files have, or that are published for them.
    pub(super) fn splits(&self, roles: &Roles) -> Result<Vec<Split>, SplitFault> {
        let problem = self.declared.problem.as_deref().unwrap_or_default();
        let origin = ["cfdbench/cavity", "cfdbench/tube", "cfdbench/dam", "cfdbench/cylinder"];
        let origin = origin.into_iter().find(|origin| origin.ends_with(&format!("/{problem}")));
        let point = |index| Point {
            origin: origin.unwrap_or_default(),
            name: self.in_files(index).name.clone(),
            values: BTreeMap::new(),
        };
        let points: Vec<Point> = (0..self.samples()).map(point).collect();
        let is_subset =
            |point: &Point| ["bc/", "geo/", "prop/"].iter().any(|s| point.name.starts_with(s));
        if let Some(splits) = roles.published(&points) {
            let expected = "another one: CFDBench's splits are those of a folder with `bc`, `geo` or `prop`, and of \
                            `problem = \"cavity\"`, `tube`, `dam` or `cylinder`";
            let is_known = origin.is_some() && points.iter().all(is_subset);
            Invalid::unless(is_known, "split", "\"published\"", expected)?;
            return Ok(splits);
        }
        let split = |index: usize| {
            let found = self.in_files(index);
            let expected = format!(
                "how many samples take which role: `{}` is in no folder `train`, `valid` or `test`",
                found.name
            );
            found.split.ok_or_else(|| Invalid::new("split", "\"files\"", expected).into())
        };
        (0..self.samples()).map(split).collect()
    }

    /// Whether a parameter of that name is one of the case.
    pub(super) fn is_given(&self, name: &str) -> bool {
        match &self.declared.parameters {
            Some(declared) => declared.contains_key(name),
            None => self.found().parameters.iter().any(|known| known == name),
        }
    }

    pub(super) fn interval(&self) -> Interval {
        self.interval
    }

    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    pub(super) fn cells(&self) -> [usize; 3] {
        self.found().cells
    }

    /// What stands for the solver in datasets.
    pub(crate) fn solver(&self) -> String {
        format!("imported from {}, version {VERSION}", self.declared.source.name())
    }

    /// The description that all samples share.
    pub(super) fn info(&self, name: &str) -> Result<Info, BenchError> {
        let parameters = self.parameters_of(0)?.into_iter().map(|(own, _)| own).collect();
        Ok(Info {
            name: name.into(),
            problem: self.declared.problem.clone().unwrap_or_else(|| NO_PROBLEM.into()),
            fields: self.fields.clone(),
            parameters,
            monitors: vec![],
            cells: self.cells(),
            interval: self.interval,
            frames: self.frames,
        })
    }

    /// The parameters without a problem of ours.
    fn parameters(&self) -> Vec<Parameter> {
        let Some(declared) = &self.declared.parameters else {
            let names = self.found().parameters.iter();
            return names.map(|name| Parameter::new(name, name, "")).collect();
        };
        let parameter = |(name, declared): (&String, &DeclaredParameter)| match declared {
            DeclaredParameter::Described(about) => {
                Parameter::new(name, about.symbol.as_ref().unwrap_or(name), &about.unit)
            }
            _ => Parameter::new(name, name, ""),
        };
        declared.iter().map(parameter).collect()
    }

    /// The parameters of a sample with their values: those of the problem, if the case names one.
    pub(super) fn parameters_of(&self, index: usize) -> Result<Vec<(Parameter, f64)>, BenchError> {
        if let Some(problem) = self.problem(index, &toml::Table::new())? {
            return Ok(problem.parameters());
        }
        let named = self.named(index).map_err(|source| self.invalid(source))?;
        Ok(self.parameters().into_iter().zip(named.into_iter().map(|(_, value)| value)).collect())
    }

    /// The declared parameters of a sample with their values; all that the files state if none are declared.
    fn named(&self, index: usize) -> Result<Vec<(String, f64)>, Invalid> {
        let found = self.in_files(index);
        let all = || self.found().parameters.iter().cloned().zip(found.parameters.iter().copied());
        let Some(declared) = &self.declared.parameters else { return Ok(all().collect()) };
        let value = |(name, declared): (&String, &DeclaredParameter)| {
            let from = match declared {
                DeclaredParameter::Constant(value) => return Ok((name.clone(), *value)),
                DeclaredParameter::From(from) => from,
                DeclaredParameter::Described(about) => &about.from,
            };
            Ok((name.clone(), self.value(index, from, "parameters")?))
        };
        declared.iter().map(value).collect()
    }

    /// The value of a parameter in the files.
    fn value(&self, index: usize, from: &str, key: &'static str) -> Result<f64, Invalid> {
        let names = &self.found().parameters;
        let place = names.iter().position(|name| name == from);
        let place = place.ok_or_else(|| {
            let expected = match names.len() {
                0 => "a number: the files state no parameters".into(),
                _ => format!("a parameter of the files: {}", names.join(", ")),
            };
            Invalid::new(key, from, expected)
        })?;
        Ok(self.in_files(index).parameters[place])
    }

    /// The problem of ours that a sample solves, if the case names one, with further parameters of the method.
    pub(super) fn problem(
        &self,
        index: usize,
        further: &toml::Table,
    ) -> Result<Option<Box<dyn Problem>>, BenchError> {
        let Some(name) = &self.declared.problem else { return Ok(None) };
        let entry = PROBLEMS.find(name).map_err(|source| self.part(source))?;
        let known = (entry.defaults)();
        let mut values = self.named(index).map_err(|source| self.invalid(source))?;
        if self.declared.parameters.is_none() {
            values.retain(|(name, _)| known.contains_key(name));
        }
        let values = values.into_iter().map(|(name, value)| (name, value.into()));
        let table = values.chain(further.clone()).collect();
        PROBLEMS.build(name, table).map(Some).map_err(|source| self.part(source))
    }

    /// The grid of a sample: what the case declares, what the files state, or what the problem has.
    pub(super) fn grid(&self, index: usize) -> Result<Grid, BenchError> {
        self.try_grid(index).map_err(|fault| match fault {
            Fault::Invalid(source) => self.invalid(source),
            Fault::Other(error) => error,
        })
    }

    fn try_grid(&self, index: usize) -> Result<Grid, Fault> {
        let (cells, found) = (self.cells(), self.in_files(index));
        let problem = self.problem(index, &toml::Table::new()).map_err(Fault::Other)?;
        let of_problem = problem.and_then(|problem| problem.grid(cells).ok());
        let number = |position: &Position| match position {
            Position::Number(value) => Ok(*value),
            Position::Parameter(from) => self.value(index, from, "lengths or boundaries"),
        };
        let axis = |axis: usize| -> Result<Axis, Fault> {
            if cells[axis] == 1 {
                return Ok(Axis::flat());
            }
            let own = of_problem.as_ref().map(|grid| &grid.axes[axis]);
            let edges = match self.declared.lengths.get(AXES[axis]) {
                Some(ends) => Some(uniform(cells[axis], [number(&ends[0])?, number(&ends[1])?])?),
                None => found.edges[axis].clone(),
            };
            if let (Some(edges), Some(own)) = (&edges, own) {
                agree(AXES[axis], edges, own, &found.name)?;
            }
            let edges = edges.or_else(|| own.map(|own| own.edges.clone()));
            let edges = edges.ok_or_else(|| {
                let name = AXES[axis];
                self.unstated(&format!(
                    "the ends of the axis {name}: give `lengths = {{ {name} = [low, high] }}` in m"
                ))
            })?;
            Ok(Axis { edges, boundaries: self.boundaries(axis, found, own, &number)? })
        };
        Ok(Grid { axes: [axis(0)?, axis(1)?, axis(2)?] })
    }

    fn boundaries(
        &self,
        axis: usize,
        found: &FoundSample,
        own: Option<&Axis>,
        number: &dyn Fn(&Position) -> Result<f64, Invalid>,
    ) -> Result<[Boundary; 2], Fault> {
        if let Some(ends) = self.declared.boundaries.get(AXES[axis]) {
            return Ok(ends.boundaries(number)?);
        }
        // The problem knows the velocities of walls, which most layouts do not state.
        let known = own.map(|own| own.boundaries).or(found.boundaries[axis]);
        known.ok_or_else(|| {
            let name = AXES[axis];
            self.unstated(&format!(
                "the boundaries of the axis {name}: give `boundaries = {{ {name} = \"periodic\" }}`, \"wall\" or \"open\", \
                 or a list of both ends"
            ))
        })
    }

    /// A sample, whose states are read one at a time.
    pub(crate) fn sample(
        &self,
        index: usize,
        split: Split,
    ) -> Result<Sample<ImportedStates>, BenchError> {
        let found = self.in_files(index);
        let time = found.times.as_ref().map_or(0.0, |times| times[self.declared.first]);
        let seconds = match self.interval {
            Interval::Seconds(seconds) => seconds,
            Interval::Turnovers { turnovers } => {
                let problem = self.problem(index, &toml::Table::new())?;
                problem.map_or(turnovers, |problem| turnovers * problem.time_scale())
            }
        };
        let times = (0..self.frames).map(|state| time + state as f64 * seconds).collect();
        let [nx, ny, nz] = self.cells();
        Ok(Sample {
            index,
            split,
            grid: self.grid(index)?,
            parameters: self.parameters_of(index)?.into_iter().map(|(_, value)| value).collect(),
            trajectory: ImportedStates {
                data: Arc::clone(&self.data.0),
                sample: self.order[index],
                first: self.declared.first,
                every: self.declared.every,
                channels: self.channels.clone(),
                times,
                shape: [self.frames, self.channels.len(), nx, ny, nz],
            },
            monitors: Array2::zeros((self.frames, 0)),
            error_estimate: None,
            statistics_estimate: None,
            reference_cells: [0; 3],
            steady_from: None,
        })
    }

    /// The error for what the files do not state, and the case does not declare.
    fn unstated(&self, what: &str) -> Fault {
        unstated(&self.declared.path, what).into()
    }

    fn invalid(&self, source: Invalid) -> BenchError {
        BenchError::Case { case: self.file.clone(), source }
    }

    fn part(&self, source: data::PartError) -> BenchError {
        BenchError::Part { location: format!("case `{}`", self.file), source }
    }
}

fn uniform(cells: usize, [low, high]: [f64; 2]) -> Result<Vec<f64>, Invalid> {
    let is_sound = low < high && (high - low).is_finite();
    Invalid::unless(is_sound, "lengths", format!("[{low}, {high}]"), "a low end and a high end")?;
    Ok((0..=cells).map(|i| low + (high - low) * i as f64 / cells as f64).collect())
}

/// An error unless the domain in the files has the length of the problem's.
fn agree(name: &str, edges: &[f64], own: &Axis, sample: &str) -> Result<(), Invalid> {
    let length = edges[edges.len() - 1] - edges[0];
    let expected = format!(
        "{length}, as sample `{sample}` in the files: the problem with its parameters has another domain along {name}"
    );
    let is_same = (length - own.length()).abs() <= OTHER_LENGTH * own.length();
    Invalid::unless(is_same, "lengths", own.length(), &expected)
}
