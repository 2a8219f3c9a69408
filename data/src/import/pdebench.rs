//! PDEBench: four layouts of HDF5 files.
//!
//! ```text
//! compressible flow   density, pressure, Vx, Vy, Vz   (B, T, X[, Y[, Z]]), x-coordinate …, t-coordinate
//! scalar equations    tensor (B, T, X[, Y]); nu (B, X[, Y]) constant in time
//! one group a sample  0000/data (T, X[, Y], C), 0000/grid/{x, y, t}
//! incompressible      velocity (B, T, X, Y, 2), particles (B, T, X, Y, 1), force (B, X, Y, 2), t (B, T)
//! ```
//!
//! Attributes of the file or of a sample's group that are numbers are parameters, and so are the arrays (B) of a group
//! `parameters`. Boundaries are not stated.
//!
//! Source: PDEBench's `data_gen` and `models/fno/utils.py`, for names and shapes.

use super::common::{Common, put};
use super::files::{self, ends_in, name, split};
use super::found::{edges, kebab, rounded};
use super::open_files::OpenFiles;
use super::{Found, FoundChannel, FoundSample, Import};
use crate::hdf5::ForeignFile;
use crate::{DataError, Field, Rank, State, untrusted};
use std::path::{Path, PathBuf};

/// A file or a folder of PDEBench.
pub(super) struct Pdebench {
    paths: Vec<PathBuf>,
    open: OpenFiles<ForeignFile>,
    found: Found,
    arrays: Vec<Array>,
    places: Vec<Place>,
}

/// Where the states of a sample are.
struct Place {
    file: usize,
    /// The group, for files with one group a sample; empty otherwise.
    group: String,
    /// The index of the first axis, for files whose arrays hold all samples.
    batch: Option<usize>,
}

/// An array of every sample.
#[derive(Debug, Clone, PartialEq)]
struct Array {
    name: String,
    has_time: bool,
    /// The length of the last axis, for arrays that have one of components.
    components: Option<usize>,
    /// Without the axes of samples and time.
    cells: Vec<usize>,
}

/// The arrays with one value a cell, in the order of channels.
const SCALARS: [&str; 6] = ["density", "pressure", "Vx", "Vy", "Vz", "tensor"];
/// The group of parameters with one value per sample, which exports of eddymark add.
const PARAMETERS: &str = "parameters";
/// The arrays with components.
const VECTORS: [&str; 2] = ["velocity", "particles"];

impl Pdebench {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let paths = files::list(path, &|name| ends_in(name, &["hdf5", "h5"]))?;
        untrusted::walk(&paths)?;
        let mut all = Common::default();
        let (mut samples, mut places) = (Vec::new(), Vec::new());
        for (number, path_of) in paths.iter().enumerate() {
            let file = ForeignFile::open(path_of)?;
            let survey = survey(&file, path_of)?;
            let here = (survey.arrays, survey.parameters);
            all.add(here, "arrays or parameters", [path_of, &paths[0]])?;
            let (stem, split) = (name(path, path_of), split(path, path_of));
            for (place, sample) in survey.samples {
                let name = match (place.batch, place.group.as_str()) {
                    (Some(batch), _) => format!("{stem}/{batch}"),
                    (None, group) => format!("{stem}/{group}"),
                };
                samples.push(FoundSample { name, split, ..sample });
                places.push(Place { file: number, ..place });
            }
        }
        let (arrays, parameters) = all.into_inner();
        let mut cells = [1; 3];
        for (count, found) in cells.iter_mut().zip(arrays.first().map_or(&[][..], |a| &a.cells)) {
            *count = *found;
        }
        let parameters = parameters.iter().map(|name| kebab(name)).collect();
        let (channels, fields) = (channels(&arrays), fields(&arrays));
        let found = Found { channels, fields, parameters, cells, samples }.checked(path)?;
        Ok(Self { paths, open: OpenFiles::default(), found, arrays, places })
    }
}

/// What one file states.
struct Survey {
    arrays: Vec<Array>,
    parameters: Vec<String>,
    samples: Vec<(Place, FoundSample)>,
}

fn survey(file: &ForeignFile, path: &Path) -> Result<Survey, DataError> {
    let groups: Vec<String> = file
        .members("/")?
        .into_iter()
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    if groups.is_empty() { of_batches(file, path) } else { of_groups(file, path, groups) }
}

fn refused(path: &Path, reason: String) -> DataError {
    DataError::Import { path: path.into(), reason }
}

/// A file whose arrays have an axis of samples.
fn of_batches(file: &ForeignFile, path: &Path) -> Result<Survey, DataError> {
    let mut arrays = Vec::new();
    let mut first: Option<[usize; 2]> = None;
    for (names, has_components) in [(&SCALARS[..], false), (&VECTORS[..], true)] {
        for &name in names {
            let Some(shape) = file.shape(name)? else { continue };
            let last = if has_components { shape.len().saturating_sub(1) } else { shape.len() };
            if !(3..=5).contains(&last) {
                let wanted = "the axes of samples, of time, and one to three of space";
                return Err(refused(
                    path,
                    format!("`{name}` is {shape:?}, and must have {wanted}"),
                ));
            }
            let [samples, states] = [shape[0], shape[1]];
            if *first.get_or_insert([samples, states]) != [samples, states] {
                let reason =
                    format!("`{name}` is {shape:?}, and other arrays have {first:?} states");
                return Err(refused(path, reason));
            }
            let components = has_components.then(|| shape[last]);
            let cells = shape[2..last].to_vec();
            arrays.push(Array { name: name.into(), has_time: true, components, cells });
        }
    }
    let Some([samples, states]) = first else {
        let known: Vec<&str> = SCALARS.iter().chain(&VECTORS).copied().collect();
        let reason = format!("it has no groups `0000` …, and none of {}", known.join(", "));
        return Err(refused(path, reason));
    };
    for (name, has_components) in [("nu", false), ("force", true)] {
        let Some(shape) = file.shape(name)? else { continue };
        let last = if has_components { shape.len().saturating_sub(1) } else { shape.len() };
        if last < 2 || shape[0] != samples {
            continue;
        }
        let components = has_components.then(|| shape[last]);
        let cells = shape[1..last].to_vec();
        arrays.push(Array { name: name.into(), has_time: false, components, cells });
    }
    same_cells(&arrays, path)?;
    let dimensions = arrays[0].cells.len();
    let mut axes = [const { None }; 3];
    for (axis, name) in ["x-coordinate", "y-coordinate", "z-coordinate"].iter().enumerate() {
        axes[axis] = coordinates(file, name, arrays[0].cells.get(axis))?;
    }
    let times = times(file, "t-coordinate", states)?;
    let parameters = file.number_attributes("/")?;
    let mut by_sample = Vec::new();
    for name in file.members(PARAMETERS)? {
        let path = format!("{PARAMETERS}/{name}");
        if file.shape(&path)?.is_some_and(|shape| shape == [samples]) {
            by_sample.push((name, file.numbers(&path)?));
        }
    }
    let is_new = |(name, _): &(String, f64)| {
        name != "latestIndex" && by_sample.iter().all(|(known, _)| known != name)
    };
    let parameters: Vec<(String, f64)> = parameters.into_iter().filter(is_new).collect();
    let sample = |batch: usize| {
        let times = match &times {
            Some(times) => Some(times.clone()),
            None => batch_times(file, batch, states)?,
        };
        let sample = FoundSample {
            name: String::new(),
            split: None,
            parameters: parameters
                .iter()
                .map(|(_, value)| *value)
                .chain(by_sample.iter().map(|(_, values)| values[[batch]]))
                .collect(),
            states,
            times,
            edges: axes.clone(),
            boundaries: [None; 3],
        };
        Ok((Place { file: 0, group: String::new(), batch: Some(batch) }, sample))
    };
    debug_assert!(dimensions <= 3, "the shapes were checked");
    Ok(Survey {
        samples: (0..samples).map(sample).collect::<Result<_, DataError>>()?,
        parameters: parameters
            .iter()
            .map(|(name, _)| name.clone())
            .chain(by_sample.iter().map(|(name, _)| name.clone()))
            .collect(),
        arrays,
    })
}

/// A file with one group a sample.
fn of_groups(file: &ForeignFile, path: &Path, groups: Vec<String>) -> Result<Survey, DataError> {
    let (mut samples, mut arrays, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for group in groups {
        let name = format!("{group}/data");
        let shape = file.shape(&name)?.unwrap_or_default();
        if !(3..=5).contains(&shape.len()) {
            let wanted = "the axes of time, of one to three of space, and of channels";
            return Err(refused(path, format!("`{name}` is {shape:?}, and must have {wanted}")));
        }
        let (cells, components) = (shape[1..shape.len() - 1].to_vec(), shape[shape.len() - 1]);
        let array =
            Array { name: "data".into(), has_time: true, components: Some(components), cells };
        let values = file.number_attributes(&group)?;
        let here: Vec<String> = values.iter().map(|(name, _)| name.clone()).collect();
        if arrays.is_empty() {
            arrays.push(array.clone());
            names.clone_from(&here);
        }
        if arrays[0] != array || names != here {
            let reason = format!("`{name}` or its parameters differ from those of the first group");
            return Err(refused(path, reason));
        }
        let mut axes = [const { None }; 3];
        for (axis, letter) in ["x", "y", "z"].iter().enumerate() {
            axes[axis] =
                coordinates(file, &format!("{group}/grid/{letter}"), array.cells.get(axis))?;
        }
        let sample = FoundSample {
            name: String::new(),
            split: None,
            parameters: values.into_iter().map(|(_, value)| value).collect(),
            states: shape[0],
            times: times(file, &format!("{group}/grid/t"), shape[0])?,
            edges: axes,
            boundaries: [None; 3],
        };
        samples.push((Place { file: 0, group, batch: None }, sample));
    }
    Ok(Survey { arrays, parameters: names, samples })
}

fn same_cells(arrays: &[Array], path: &Path) -> Result<(), DataError> {
    let other = arrays.iter().find(|array| array.cells != arrays[0].cells);
    other.map_or(Ok(()), |other| {
        let (name, cells) = (&other.name, &other.cells);
        let reason =
            format!("`{name}` has {cells:?} cells, and `{}` {:?}", arrays[0].name, arrays[0].cells);
        Err(refused(path, reason))
    })
}

/// The edges of an axis: coordinates are those of cell centres.
fn coordinates(
    file: &ForeignFile,
    name: &str,
    cells: Option<&usize>,
) -> Result<Option<Vec<f64>>, DataError> {
    let fits = |shape: Vec<usize>| cells.is_some_and(|&cells| shape == [cells]);
    if !file.shape(name)?.is_some_and(fits) {
        return Ok(None);
    }
    Ok(edges(&file.numbers(name)?.iter().copied().collect::<Vec<_>>()))
}

/// The times of the states. Files have one time more where they store the edges of intervals.
fn times(file: &ForeignFile, name: &str, states: usize) -> Result<Option<Vec<f64>>, DataError> {
    let fits = |shape: Vec<usize>| shape == [states] || shape == [states + 1];
    if !file.shape(name)?.is_some_and(fits) {
        return Ok(None);
    }
    Ok(Some(file.numbers(name)?.iter().take(states).map(|time| rounded(*time)).collect()))
}

/// The times of a sample in an array of all samples.
fn batch_times(
    file: &ForeignFile,
    batch: usize,
    states: usize,
) -> Result<Option<Vec<f64>>, DataError> {
    let fits = |shape: Vec<usize>| shape.len() == 2 && shape[0] > batch && shape[1] == states;
    if !file.shape("t")?.is_some_and(fits) {
        return Ok(None);
    }
    Ok(Some(file.part("t", &[batch])?.iter().map(|time| rounded(*time)).collect()))
}

fn channels(arrays: &[Array]) -> Vec<FoundChannel> {
    let of_array = |array: &Array| -> Vec<FoundChannel> {
        let channel = |name: String| FoundChannel { name, constant: !array.has_time };
        match array.components {
            None | Some(1) => vec![channel(array.name.clone())],
            Some(count) => (0..count).map(|i| channel(format!("{}-{i}", array.name))).collect(),
        }
    };
    arrays.iter().flat_map(of_array).collect()
}

fn fields(arrays: &[Array]) -> Vec<Field> {
    let dimensions = arrays.first().map_or(0, |array| array.cells.len());
    let components = ["Vx", "Vy", "Vz"];
    let has_velocity =
        components[..dimensions].iter().all(|name| arrays.iter().any(|array| array.name == *name));
    let mut fields: Vec<Field> = Vec::new();
    for array in arrays {
        let scalar = |name: &str, symbol: &str, unit: &str| Field {
            constant: !array.has_time,
            ..Field::scalar(name, symbol, unit)
        };
        match (array.name.as_str(), array.components) {
            ("Vx", _) if has_velocity => {
                let symbols = &["u", "v", "w"][..dimensions];
                fields.push(Field::vector("velocity", symbols, "m/s"));
            }
            ("Vy" | "Vz", _) if has_velocity => (),
            ("density", _) => fields.push(scalar("density", "ρ", "kg/m³")),
            ("pressure", _) => fields.push(scalar("pressure", "p", "Pa")),
            (name, Some(count)) if count == dimensions && count > 1 && name != "data" => {
                let letters = if name == "velocity" { ["u", "v", "w"] } else { ["fx", "fy", "fz"] };
                let symbols = letters[..count].iter().map(ToString::to_string).collect();
                let unit = if name == "velocity" { "m/s" } else { "" };
                fields.push(Field {
                    rank: Rank::Vector,
                    symbols,
                    ..scalar(&kebab(name), "", unit)
                });
            }
            (name, Some(count)) if count > 1 => fields.extend((0..count).map(|i| {
                let name = format!("{}-{i}", kebab(name));
                scalar(&name, &name, "")
            })),
            (name, _) => fields.push(scalar(&kebab(name), name, "")),
        }
    }
    fields
}

impl Import for Pdebench {
    fn found(&self) -> &Found {
        &self.found
    }

    fn state(&self, sample: usize, time: usize) -> Result<State, DataError> {
        let Place { file, group, batch } = &self.places[sample];
        let open = self.open.get(*file, || ForeignFile::open(&self.paths[*file]))?;
        let [nx, ny, nz] = self.found.cells;
        let mut state = State::zeros((self.found.channels.len(), nx, ny, nz));
        let mut first = 0;
        for array in &self.arrays {
            let path = if group.is_empty() {
                array.name.clone()
            } else {
                format!("{group}/{}", array.name)
            };
            let time = array.has_time.then_some(time);
            let indices: Vec<usize> = batch.iter().copied().chain(time).collect();
            let values = open.part(&path, &indices)?;
            let next = put(&values, array.components.unwrap_or(1), first, &mut state);
            let changed = || {
                let reason = format!("`{path}` has another shape than at first");
                refused(&self.paths[*file], reason)
            };
            first = next.ok_or_else(changed)?;
        }
        Ok(state)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.paths.clone()
    }
}
