//! Archives of numpy: one `.npz` file per sample, or several samples in one.
//!
//! ```text
//! x, y, z             centres of the cells; or x_edges, y_edges, z_edges; absent if the case has `cells`
//! time                times of the states
//! NAME                a number: a parameter; with several samples in a file, one number per sample
//! NAME                a field: [sample][time] x, y, z [component]; constant without time
//! ```

use super::common::{Common, put};
use super::files::{self, ends_in, name, split};
use super::found::{edges, kebab, rounded};
use super::open_files::OpenFiles;
use super::{Found, FoundChannel, FoundSample, Import};
use crate::{DataError, Field, Npy, NpyError, NpzArchive, Rank, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The names of the axes.
const AXES: [&str; 3] = ["x", "y", "z"];
/// The names of the times.
const TIMES: [&str; 3] = ["time", "times", "t"];

/// Archives of numpy.
pub(super) struct Archives {
    paths: Vec<PathBuf>,
    open: OpenFiles<BTreeMap<String, Mutex<Npy>>>,
    found: Found,
    arrays: Vec<Array>,
    /// File and index in its arrays.
    places: Vec<[usize; 2]>,
}

/// A field of every file.
#[derive(Debug, Clone, PartialEq)]
struct Array {
    name: String,
    has_samples: bool,
    has_time: bool,
    components: Option<usize>,
}

impl Archives {
    pub(super) fn open(path: &Path, cells: Option<[usize; 3]>) -> Result<Self, DataError> {
        let paths = files::list(path, &|name| ends_in(name, &["npz"]))?;
        let mut all = Common::default();
        let (mut samples, mut places) = (Vec::new(), Vec::new());
        for (number, path_of) in paths.iter().enumerate() {
            let survey = Survey::of(path_of, cells)?;
            let here = (survey.arrays, survey.parameters, survey.cells);
            all.add(here, "arrays, parameters or cells", [path_of, &paths[0]])?;
            let (stem, split) = (name(path, path_of), split(path, path_of));
            let alone = survey.samples.len() == 1;
            for (index, sample) in survey.samples.into_iter().enumerate() {
                let name = if alone { stem.clone() } else { format!("{stem}/{index}") };
                samples.push(FoundSample { name, split, ..sample });
                places.push([number, index]);
            }
        }
        let (arrays, parameters, cells) = all.into_inner();
        let parameters = parameters.iter().map(|name| kebab(name)).collect();
        let (channels, fields) = (channels(&arrays), fields(&arrays, cells));
        let found = Found { channels, fields, parameters, cells, samples }.checked(path)?;
        Ok(Self { paths, open: OpenFiles::default(), found, arrays, places })
    }

    /// The arrays of a file in memory.
    fn load(&self, path: &Path) -> Result<BTreeMap<String, Mutex<Npy>>, DataError> {
        let mut archive = archive(path)?;
        let load = |array: &Array| {
            let npy = archive.array(&array.name);
            let npy = npy.map_err(|error| refused(path, format!("it {error}")))?;
            Ok((array.name.clone(), Mutex::new(npy)))
        };
        self.arrays.iter().map(load).collect()
    }
}

fn refused(path: &Path, reason: String) -> DataError {
    DataError::Import { path: path.into(), reason }
}

fn unreadable(path: &Path, array: &str, error: &NpyError) -> DataError {
    refused(path, format!("its array `{array}` {error}"))
}

fn archive(path: &Path) -> Result<NpzArchive, DataError> {
    NpzArchive::open(path).map_err(|error| refused(path, format!("it {error}")))
}

/// What one file states.
struct Survey {
    arrays: Vec<Array>,
    parameters: Vec<String>,
    cells: [usize; 3],
    samples: Vec<FoundSample>,
}

impl Survey {
    fn of(path: &Path, cells: Option<[usize; 3]>) -> Result<Self, DataError> {
        let mut archive = archive(path)?;
        let shapes = archive.shapes().clone();
        let mut numbers = |name: &str| -> Result<Vec<f64>, DataError> {
            let values = archive.array(name).and_then(|mut npy| npy.all());
            let values = values.map_err(|error| refused(path, format!("it {error}")))?;
            Ok(values.iter().map(|value| rounded(*value)).collect())
        };
        let mut axes: [Option<Vec<f64>>; 3] = [const { None }; 3];
        for (axis, letter) in AXES.iter().enumerate() {
            let edge_names = [format!("{letter}_edges"), format!("{letter}-edges")];
            if let Some(name) = edge_names.iter().find(|name| shapes.contains_key(*name)) {
                axes[axis] = Some(numbers(name)?);
            } else if shapes.contains_key(*letter) {
                axes[axis] = edges(&numbers(letter)?);
            }
        }
        let stated = || {
            let length = |axis: &Option<Vec<f64>>| axis.as_ref().map_or(1, |edges| edges.len() - 1);
            axes[0].is_some().then(|| axes.each_ref().map(length))
        };
        let cells = stated().or(cells).ok_or_else(|| {
            refused(path, "it does not state the cells, for it has no array `x` of their centres: give `cells`".into())
        })?;
        let time = TIMES.iter().find(|name| shapes.contains_key(**name));
        let times = time.map(|name| numbers(name)).transpose()?;
        let is_field = |name: &&String| {
            let name = name.as_str();
            let is_axis = AXES.iter().any(|axis| {
                name.trim_end_matches("_edges") == *axis || name.trim_end_matches("-edges") == *axis
            });
            !is_axis && !TIMES.contains(&name)
        };
        let mut fields = Vec::new();
        let mut scalars = Vec::new();
        for name in shapes.keys().filter(is_field) {
            let shape = &shapes[name];
            if shape.len() <= 1 {
                scalars.push(name.clone());
                continue;
            }
            fields.push((
                Array::of(name, shape, cells).map_err(|reason| refused(path, reason))?,
                shape,
            ));
        }
        let count = fields.iter().find(|(array, _)| array.has_samples).map(|(_, shape)| shape[0]);
        let states = fields.iter().find(|(array, _)| array.has_time);
        let states = states.map(|(array, shape)| shape[usize::from(array.has_samples)]);
        let states = states.ok_or_else(|| refused(path, "it has no array with states".into()))?;
        for (array, shape) in &fields {
            let has = |at: usize, wanted: usize| shape[at] == wanted;
            let fits = (!array.has_samples || has(0, count.unwrap_or(1)))
                && (!array.has_time || has(usize::from(array.has_samples), states));
            if !fits {
                let name = &array.name;
                return Err(refused(
                    path,
                    format!("its array `{name}` is {shape:?}, and others differ"),
                ));
            }
        }
        let count = count.unwrap_or(1);
        let mut parameters = Vec::new();
        for name in scalars {
            let values = numbers(&name)?;
            if values.len() == 1 || values.len() == count {
                parameters.push((name, values));
            }
        }
        let sample = |index: usize| FoundSample {
            name: String::new(),
            split: None,
            parameters: parameters.iter().map(|(_, v)| v[index.min(v.len() - 1)]).collect(),
            states,
            times: times.clone().filter(|times| times.len() == states),
            edges: axes.clone(),
            boundaries: [None; 3],
        };
        Ok(Self {
            samples: (0..count).map(sample).collect(),
            arrays: fields.into_iter().map(|(array, _)| array).collect(),
            parameters: parameters.into_iter().map(|(name, _)| name).collect(),
            cells,
        })
    }
}

impl Array {
    /// The meaning of the axes of an array, or why they have none.
    fn of(name: &str, shape: &[usize], cells: [usize; 3]) -> Result<Self, String> {
        let space: Vec<usize> = cells.into_iter().filter(|&count| count > 1).collect();
        for has_components in [false, true] {
            let last = shape.len() - usize::from(has_components);
            let Some(before) = last.checked_sub(space.len()) else { continue };
            if before <= 2 && shape[before..last] == space[..] {
                return Ok(Self {
                    name: name.into(),
                    has_samples: before == 2,
                    has_time: before >= 1,
                    components: has_components.then(|| shape[last]),
                });
            }
        }
        Err(format!(
            "its array `{name}` is {shape:?}, and must be [sample, time, {space:?}, component], \
             where sample, time and component may be absent"
        ))
    }
}

fn channels(arrays: &[Array]) -> Vec<FoundChannel> {
    let of_array = |array: &Array| -> Vec<FoundChannel> {
        let (name, constant) = (array.name.clone(), !array.has_time);
        let channel = |i| FoundChannel {
            name: if array.components.is_some() { format!("{name}-{i}") } else { name.clone() },
            constant,
        };
        (0..array.components.unwrap_or(1)).map(channel).collect()
    };
    arrays.iter().flat_map(of_array).collect()
}

fn fields(arrays: &[Array], cells: [usize; 3]) -> Vec<Field> {
    let dimensions = cells.iter().filter(|&&count| count > 1).count();
    let of_array = |array: &Array| -> Vec<Field> {
        let name = kebab(&array.name);
        let scalar = |name: &str, symbol: &str| Field {
            constant: !array.has_time,
            ..Field::scalar(name, symbol, "")
        };
        match array.components {
            Some(count) if count == dimensions => {
                let symbols = match name.as_str() {
                    "velocity" => ["u", "v", "w"].map(Into::into),
                    _ => AXES.map(|axis| format!("{}_{axis}", array.name)),
                };
                let symbols = symbols[..count].to_vec();
                vec![Field { rank: Rank::Vector, symbols, ..scalar(&name, "") }]
            }
            Some(count) => (0..count)
                .map(|i| scalar(&format!("{name}-{i}"), &format!("{}_{i}", array.name)))
                .collect(),
            None => vec![scalar(&name, &array.name)],
        }
    };
    arrays.iter().flat_map(of_array).collect()
}

impl Import for Archives {
    fn found(&self) -> &Found {
        &self.found
    }

    fn state(&self, sample: usize, time: usize) -> Result<State, DataError> {
        let [number, index] = self.places[sample];
        let path = &self.paths[number];
        let arrays = self.open.get(number, || self.load(path))?;
        let [nx, ny, nz] = self.found.cells;
        let mut state = State::zeros((self.found.channels.len(), nx, ny, nz));
        let mut first = 0;
        for array in &self.arrays {
            let mut npy = arrays[&array.name].lock().unwrap_or_else(PoisonError::into_inner);
            let indices = [(array.has_samples, index), (array.has_time, time)];
            let indices = indices.into_iter().filter(|(has, _)| *has).map(|(_, index)| index);
            let values = npy.part(&indices.collect::<Vec<_>>());
            let values = values.map_err(|error| unreadable(path, &array.name, &error))?;
            let next = put(&values, array.components.unwrap_or(1), first, &mut state);
            let changed = || refused(path, format!("its array `{}` has changed", array.name));
            first = next.ok_or_else(changed)?;
        }
        Ok(state)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.paths.clone()
    }
}
