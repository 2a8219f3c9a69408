//! The Well: HDF5 files with any number of trajectories.
//!
//! ```text
//! ROOT/data/{train,valid,test}/NAME.hdf5
//!   /dimensions         @spatial_dims, time (T) or (trajectory, T), x, y, z: cell centres
//!   /boundary_conditions/NAME   @associated_dims, @bc_type, mask
//!   /scalars            one value per file or per trajectory, those that vary in time are left out
//!   /t0_fields/F        [trajectory][T][x, y, z]; /t1_fields/F with components; /t2_fields/F with D × D of them
//! ```
//!
//! Axes of which `dim_varying` is false are absent, and their values are repeated. Tensors become scalar fields, one
//! for each component.
//!
//! Source: The Well's `docs/data_format.md`.

use super::files::{self, ends_in, name, split};
use super::found::{edges, kebab, rounded};
use super::open_files::OpenFiles;
use super::{Found, FoundChannel, FoundSample, Import};
use crate::hdf5::ForeignFile;
use crate::{Boundary, DataError, Field, Rank, State, untrusted};
use ndarray::{ArrayD, Axis, IxDyn, s};
use std::path::{Path, PathBuf};

/// The groups of fields, by rank.
const GROUPS: [&str; 3] = ["t0_fields", "t1_fields", "t2_fields"];

/// A folder of The Well.
pub(super) struct TheWell {
    paths: Vec<PathBuf>,
    open: OpenFiles<ForeignFile>,
    found: Found,
    arrays: Vec<Array>,
    /// File and trajectory of every sample.
    places: Vec<[usize; 2]>,
}

/// One field of a file.
struct Array {
    path: String,
    sample_varying: bool,
    time_varying: bool,
    /// Which spatial axes are stored.
    dim_varying: Vec<bool>,
    components: usize,
    rank: usize,
    unit: String,
    symbols: Vec<String>,
}

impl TheWell {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let paths = files::list(path, &|name| ends_in(name, &["hdf5", "h5"]))?;
        untrusted::walk(&paths)?;
        let refused = |reason: String| DataError::Import { path: path.into(), reason };
        let first = paths.first().ok_or_else(|| refused("it holds no HDF5 files".into()))?;
        let (axes, arrays) = head(&ForeignFile::open(first)?, first)?;
        let (mut samples, mut places) = (Vec::new(), Vec::new());
        let (mut cells, mut parameters) = ([1; 3], Vec::new());
        for (number, path_of) in paths.iter().enumerate() {
            let file = ForeignFile::open(path_of)?;
            let of_file = Survey { file: &file, path: path_of, axes: &axes, arrays: &arrays };
            let survey = of_file.read()?;
            if number == 0 {
                (cells, parameters) = (survey.cells, survey.parameters);
            } else if survey.cells != cells || survey.parameters != parameters {
                let reason = format!(
                    "it has {:?} cells and the parameters {:?}, and `{}` has {cells:?} and {parameters:?}",
                    survey.cells,
                    survey.parameters,
                    first.display()
                );
                return Err(DataError::Import { path: path_of.clone(), reason });
            }
            let (stem, split) = (name(path, path_of), split(path, path_of));
            let alone = survey.samples.len() == 1;
            for (trajectory, sample) in survey.samples.into_iter().enumerate() {
                let name = if alone { stem.clone() } else { format!("{stem}/{trajectory}") };
                samples.push(FoundSample { name, split, ..sample });
                places.push([number, trajectory]);
            }
        }
        let (channels, fields) = (channels(&arrays, &axes), fields(&arrays, &axes));
        let parameters = parameters.iter().map(|name| kebab(name)).collect();
        let found = Found { channels, fields, parameters, cells, samples }.checked(path)?;
        Ok(Self { paths, open: OpenFiles::default(), found, arrays, places })
    }
}

/// What one file states.
struct FileSurvey {
    cells: [usize; 3],
    parameters: Vec<String>,
    samples: Vec<FoundSample>,
}

struct Survey<'a> {
    file: &'a ForeignFile,
    path: &'a Path,
    axes: &'a [String],
    arrays: &'a [Array],
}

impl Survey<'_> {
    fn refused(&self, reason: String) -> DataError {
        DataError::Import { path: self.path.into(), reason }
    }

    fn read(&self) -> Result<FileSurvey, DataError> {
        let centres = self.axes.iter().map(|axis| self.list(&format!("dimensions/{axis}")));
        let centres = centres.collect::<Result<Vec<_>, _>>()?;
        let mut cells = [1; 3];
        for (count, centres) in cells.iter_mut().zip(&centres) {
            *count = centres.len();
        }
        let times = self.file.numbers("dimensions/time")?;
        let states = times.shape().last().copied().unwrap_or(0);
        let trajectories = self.trajectories(states, cells)?;
        let mut axis_edges = [const { None }; 3];
        let mut boundaries = [None; 3];
        for (axis, centres) in centres.iter().enumerate() {
            axis_edges[axis] = edges(centres);
            boundaries[axis] = self.boundaries(axis)?;
        }
        let parameters = self.parameters()?;
        let sample = |trajectory: usize| -> Result<FoundSample, DataError> {
            let times = match times.ndim() {
                2 if times.shape()[0] > trajectory => times.index_axis(Axis(0), trajectory),
                _ => times.view(),
            };
            let value = |name: &String| self.parameter(name, trajectory);
            Ok(FoundSample {
                name: String::new(),
                split: None,
                parameters: parameters.iter().map(value).collect::<Result<_, DataError>>()?,
                states,
                times: Some(times.iter().copied().collect()),
                edges: axis_edges.clone(),
                boundaries,
            })
        };
        let samples = (0..trajectories).map(sample).collect::<Result<Vec<_>, _>>()?;
        Ok(FileSurvey { cells, parameters, samples })
    }

    /// The number of trajectories; the shapes of all fields are checked.
    fn trajectories(&self, states: usize, cells: [usize; 3]) -> Result<usize, DataError> {
        let mut trajectories = None;
        for array in self.arrays {
            let name = &array.path;
            let shape = self.file.shape(name)?;
            let shape = shape.ok_or_else(|| self.refused(format!("it has no `{name}`")))?;
            if array.sample_varying && trajectories.is_none() {
                trajectories = shape.first().copied();
            }
            let wanted = array.shape(trajectories.unwrap_or(1), states, cells, self.axes.len());
            if shape != wanted {
                let reason = format!("`{name}` is {shape:?}, and must be {wanted:?}");
                return Err(self.refused(reason));
            }
        }
        Ok(trajectories.unwrap_or(1))
    }

    /// The names of the parameters that are constant in time.
    fn parameters(&self) -> Result<Vec<String>, DataError> {
        let mut names = self.file.texts("/", "simulation_parameters")?;
        for name in self.file.texts("scalars", "field_names")? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut constant = Vec::new();
        for name in names {
            let path = format!("scalars/{name}");
            let varies = self.file.shape(&path)?.is_some()
                && self.file.flag(&path, "time_varying")?.unwrap_or(false);
            if !varies {
                constant.push(name);
            }
        }
        Ok(constant)
    }

    /// The value of a parameter: the attribute of the file, which may be in double precision, or else the scalar.
    fn parameter(&self, name: &str, trajectory: usize) -> Result<f64, DataError> {
        let path = format!("scalars/{name}");
        let values = match self.file.shape(&path)? {
            Some(_) => self.file.numbers(&path)?.iter().copied().collect(),
            None => Vec::new(),
        };
        if values.len() <= 1 {
            let attributes = self.file.number_attributes("/")?;
            if let Some((_, value)) = attributes.into_iter().find(|(known, _)| known == name) {
                return Ok(value);
            }
        }
        let value = if values.len() == 1 { values.first() } else { values.get(trajectory) };
        let missing = || self.refused(format!("`{path}` has no value of trajectory {trajectory}"));
        value.map(|value| rounded(*value)).ok_or_else(missing)
    }

    fn list(&self, name: &str) -> Result<Vec<f64>, DataError> {
        let shape = self.file.shape(name)?;
        if shape.as_ref().is_none_or(|shape| shape.len() != 1 || shape[0] == 0) {
            let found = shape.map_or("is missing".into(), |shape| format!("is {shape:?}"));
            return Err(self.refused(format!("`{name}` {found}, and must have one axis")));
        }
        Ok(self.file.numbers(name)?.iter().copied().collect())
    }

    /// The boundaries at both ends of an axis; `None` unless both are stated.
    fn boundaries(&self, axis: usize) -> Result<Option<[Boundary; 2]>, DataError> {
        let mut ends = [None; 2];
        for member in self.file.members("boundary_conditions")? {
            let group = format!("boundary_conditions/{member}");
            if self.file.texts(&group, "associated_dims")? != [self.axes[axis].clone()] {
                continue;
            }
            let boundary = match self.file.text(&group, "bc_type")?.to_uppercase().as_str() {
                "PERIODIC" => Boundary::Periodic,
                "OPEN" => Boundary::Open,
                "AXIS" => Boundary::Axis,
                "WALL" => {
                    let velocity = self.file.number_list(&group, "velocity")?;
                    let velocity = velocity.and_then(|velocity| velocity.try_into().ok());
                    Boundary::Wall { velocity: velocity.unwrap_or_default() }
                }
                other => return Err(self.refused(format!("`{group}` has the `bc_type` `{other}`"))),
            };
            let mask = self.file.mask(&format!("{group}/mask"))?;
            for (end, touches) in ends.iter_mut().zip([mask.first(), mask.last()]) {
                *end = if touches == Some(&true) { Some(boundary) } else { *end };
            }
        }
        let [low, high] = ends;
        Ok(low.zip(high).map(|(low, high)| [low, high]))
    }
}

/// The spatial axes and the fields of a file.
fn head(file: &ForeignFile, path: &Path) -> Result<(Vec<String>, Vec<Array>), DataError> {
    let refused = |reason: String| DataError::Import { path: path.into(), reason };
    let kind = file.text("/", "grid_type")?;
    if kind != "cartesian" {
        return Err(refused(format!("its `grid_type` is `{kind}`, and only `cartesian` is read")));
    }
    let axes = file.texts("dimensions", "spatial_dims")?;
    if axes.is_empty() || axes.len() > 3 {
        return Err(refused(format!("its `spatial_dims` are {axes:?}, and one to three are read")));
    }
    let mut arrays = Vec::new();
    for (rank, group) in GROUPS.iter().enumerate() {
        for name in file.texts(group, "field_names")? {
            let path = format!("{group}/{name}");
            if file.shape(&path)?.is_none() {
                return Err(refused(format!("it has no `{path}`, which `field_names` lists")));
            }
            let flag = |name: &str| Ok::<_, DataError>(file.flag(&path, name)?.unwrap_or(true));
            let dim_varying = file.flags(&path, "dim_varying")?;
            let symbols = file.array_texts(&path, "symbols")?;
            arrays.push(Array {
                sample_varying: flag("sample_varying")?,
                time_varying: flag("time_varying")?,
                dim_varying: dim_varying.unwrap_or_else(|| vec![true; axes.len()]),
                components: axes.len().pow(rank as u32),
                rank,
                unit: file.array_text(&path, "unit")?.unwrap_or_default(),
                symbols,
                path,
            });
        }
    }
    Ok((axes, arrays))
}

impl Array {
    fn name(&self) -> &str {
        self.path.split_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }

    /// The shape in a file.
    fn shape(
        &self,
        trajectories: usize,
        states: usize,
        cells: [usize; 3],
        dimensions: usize,
    ) -> Vec<usize> {
        let sample = self.sample_varying.then_some(trajectories);
        let time = self.time_varying.then_some(states);
        let stored = self.dim_varying.iter().zip(cells).filter(|(stored, _)| **stored);
        let axes = stored.map(|(_, cells)| cells);
        let components = std::iter::repeat_n(dimensions, self.rank);
        sample.into_iter().chain(time).chain(axes).chain(components).collect()
    }

    /// The names of its components: nothing, `x`, or `xy`.
    fn components(&self, axes: &[String]) -> Vec<String> {
        match self.rank {
            0 => vec![String::new()],
            1 => axes.to_vec(),
            _ => axes.iter().flat_map(|a| axes.iter().map(move |b| format!("{a}{b}"))).collect(),
        }
    }
}

fn channels(arrays: &[Array], axes: &[String]) -> Vec<FoundChannel> {
    let of_array = |array: &Array| {
        let (name, constant) = (array.name().to_owned(), !array.time_varying);
        array.components(axes).into_iter().map(move |component| FoundChannel {
            name: if component.is_empty() { name.clone() } else { format!("{name}-{component}") },
            constant,
        })
    };
    arrays.iter().flat_map(of_array).collect()
}

fn fields(arrays: &[Array], axes: &[String]) -> Vec<Field> {
    let of_array = |array: &Array| -> Vec<Field> {
        let components = array.components(axes);
        let symbols = if array.symbols.len() == components.len() {
            array.symbols.clone()
        } else {
            let symbol = |component: &String| match (array.name(), component.as_str()) {
                ("velocity", "x") => "u".into(),
                ("velocity", "y") => "v".into(),
                ("velocity", "z") => "w".into(),
                (name, "") => name.to_owned(),
                (name, component) => format!("{name}_{component}"),
            };
            components.iter().map(symbol).collect()
        };
        let field = |name: String, rank: Rank, symbols: Vec<String>| Field {
            name,
            rank,
            unit: array.unit.clone(),
            symbols,
            constant: !array.time_varying,
        };
        let name = kebab(array.name());
        match array.rank {
            0 => vec![field(name, Rank::Scalar, symbols)],
            1 => vec![field(name, Rank::Vector, symbols)],
            _ => {
                let each = components.iter().zip(symbols);
                let scalar = |(component, symbol): (&String, String)| {
                    field(format!("{name}-{component}"), Rank::Scalar, vec![symbol])
                };
                each.map(scalar).collect()
            }
        }
    };
    arrays.iter().flat_map(of_array).collect()
}

impl Import for TheWell {
    fn found(&self) -> &Found {
        &self.found
    }

    fn state(&self, sample: usize, time: usize) -> Result<State, DataError> {
        let [number, trajectory] = self.places[sample];
        let file = self.open.get(number, || ForeignFile::open(&self.paths[number]))?;
        let [nx, ny, nz] = self.found.cells;
        let mut state = State::zeros((self.found.channels.len(), nx, ny, nz));
        let mut first = 0;
        for array in &self.arrays {
            let sample = array.sample_varying.then_some(trajectory);
            let time = array.time_varying.then_some(time);
            let indices: Vec<usize> = sample.into_iter().chain(time).collect();
            let values = on_all_axes(file.part(&array.path, &indices)?, array, [nx, ny, nz]);
            let channels = first..first + array.components;
            first = channels.end;
            let mut target = state.slice_mut(s![channels, .., .., ..]);
            for (mut target, values) in target.outer_iter_mut().zip(values.axis_iter(Axis(3))) {
                target.assign(&values);
            }
        }
        Ok(state)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.paths.clone()
    }
}

/// The values as `[x, y, z, component]`, with those of absent axes repeated.
fn on_all_axes(values: ArrayD<f64>, array: &Array, cells: [usize; 3]) -> ArrayD<f64> {
    let length = |axis: usize| {
        let is_stored = array.dim_varying.get(axis).copied().unwrap_or(false);
        if is_stored { cells[axis] } else { 1 }
    };
    let shape = [length(0), length(1), length(2), array.components];
    let values = values.to_shape(IxDyn(&shape)).expect("the shape of the file was checked");
    let whole = [cells[0], cells[1], cells[2], array.components];
    values.broadcast(IxDyn(&whole)).expect("absent axes have length 1").to_owned()
}
