//! CFDBench: a folder per case.
//!
//! ```text
//! {bc,geo,prop}/case0000/u.npy, v.npy, …   (T, y, x), row 0 at the lowest y
//! {bc,geo,prop}/case0000/case.json         the parameters of the case
//! ```
//!
//! Times (unless `case.json` has an `interval`), boundaries and units are not stated; the domain is, by `width` and
//! `height`, or by `x_min` … `y_max`.
//!
//! Source: CFDBench's README and `src/dataset`, for names and shapes.

use super::files::{self, name, parameters, split};
use super::found::kebab;
use super::{Found, FoundChannel, FoundSample, Import};
use crate::{DataError, Field, Links, Npy, NpyError, State};
use ndarray::{Axis, s};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The components of the velocity, which come first.
const VELOCITY: [&str; 2] = ["u", "v"];

/// The key of the time between states, which exports of eddymark add.
const INTERVAL: &str = "interval";

/// A folder of CFDBench.
pub(super) struct Cfdbench {
    /// The folders of the cases.
    cases: Vec<PathBuf>,
    /// The names of the arrays.
    arrays: Vec<String>,
    found: Found,
}

impl Cfdbench {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let refused = |path: &Path, reason: String| DataError::Import { path: path.into(), reason };
        let files = files::list(path, &|name| name == "u.npy")?;
        let folder = |file: &PathBuf| file.parent().map(Into::into);
        let cases: Vec<PathBuf> = files.iter().filter_map(folder).collect();
        let Some(first) = cases.first() else {
            return Err(refused(path, "it holds no folders with `u.npy`".into()));
        };
        let arrays = arrays(first)?;
        let [_, ny, nx] = shape(&first.join("u.npy"))?;
        let (mut samples, mut names) = (Vec::new(), Vec::new());
        for case in &cases {
            let mut parameters = parameters(&case.join("case.json"))?;
            let interval = parameters.remove(INTERVAL);
            if samples.is_empty() {
                names = parameters.keys().cloned().collect();
            }
            let missing = names.iter().find(|name| !parameters.contains_key(*name));
            if let Some(missing) = missing {
                let file = case.join("case.json");
                let reason = format!("it lacks `{missing}`, which `{}` has", first.display());
                return Err(refused(&file, reason));
            }
            let mut states = None;
            for array in &arrays {
                let file = case.join(format!("{array}.npy"));
                let [time, y, x] = shape(&file)?;
                if [y, x] != [ny, nx] || *states.get_or_insert(time) != time {
                    let reason = format!(
                        "it is {:?}, and `u.npy` of the first case has {ny} × {nx} points",
                        [time, y, x]
                    );
                    return Err(refused(&file, reason));
                }
            }
            let [x, y] = domain(&parameters);
            let edges = [
                x.map(|[low, high]| uniform(nx, low, high)),
                y.map(|[low, high]| uniform(ny, low, high)),
                None,
            ];
            samples.push(FoundSample {
                name: name(path, &case.join("u.npy")).trim_end_matches("/u").into(),
                split: split(path, &case.join("u.npy")),
                parameters: names.iter().map(|name| parameters[name]).collect(),
                states: states.unwrap_or(0),
                times: interval.map(|interval| times(states.unwrap_or(0), interval)),
                edges,
                boundaries: [None; 3],
            });
        }
        let channel = |name: &String| FoundChannel { name: name.clone(), constant: false };
        let found = Found {
            channels: arrays.iter().map(channel).collect(),
            fields: fields(&arrays),
            parameters: names.iter().map(|name| kebab(name)).collect(),
            cells: [nx, ny, 1],
            samples,
        };
        Ok(Self { cases, arrays, found: found.checked(path)? })
    }

    fn file(&self, sample: usize, array: &str) -> PathBuf {
        self.cases[sample].join(format!("{array}.npy"))
    }
}

/// The arrays of a case: velocities first.
fn arrays(case: &Path) -> Result<Vec<String>, DataError> {
    let all = files::list(case, &|name| files::ends_in(name, &["npy"]))?;
    let stem = |file: &PathBuf| Some(file.file_stem()?.to_string_lossy().into_owned());
    let mut names: Vec<String> = all.iter().filter_map(stem).collect();
    names.sort_by_key(|name| {
        (VELOCITY.iter().position(|known| known == name).unwrap_or(VELOCITY.len()), name.clone())
    });
    Ok(names)
}

fn fields(arrays: &[String]) -> Vec<Field> {
    let has_velocity = arrays.iter().take(2).eq(VELOCITY.iter());
    let velocity = has_velocity.then(|| Field::vector("velocity", &VELOCITY, "m/s"));
    let scalars = arrays.iter().skip(if has_velocity { 2 } else { 0 });
    velocity.into_iter().chain(scalars.map(|name| Field::scalar(&kebab(name), name, ""))).collect()
}

/// The shape `[time, y, x]` of an array.
fn shape(file: &Path) -> Result<[usize; 3], DataError> {
    let array = Npy::open(file, Links::Followed).map_err(|error| unreadable(file, &error))?;
    array.shape().try_into().map_err(|_| {
        let reason = format!("it is {:?}, and must be [time, y, x]", array.shape());
        DataError::Import { path: file.into(), reason }
    })
}

fn unreadable(file: &Path, error: &NpyError) -> DataError {
    DataError::Import { path: file.into(), reason: format!("it {error}") }
}

fn times(states: usize, interval: f64) -> Vec<f64> {
    (0..states).map(|state| state as f64 * interval).collect()
}

/// The domain along x and y, as far as the parameters state it.
fn domain(parameters: &BTreeMap<String, f64>) -> [Option<[f64; 2]>; 2] {
    let get = |name: &str| parameters.get(name).copied();
    [["x_min", "x_max", "width"], ["y_min", "y_max", "height"]].map(|[low, high, length]| {
        let ends = get(low).zip(get(high)).map(|(low, high)| [low, high]);
        let ends = ends.or_else(|| get(length).map(|length| [0.0, length]));
        ends.filter(|[low, high]| low < high && (high - low).is_finite())
    })
}

fn uniform(cells: usize, low: f64, high: f64) -> Vec<f64> {
    let edge = |i| low + (high - low) * i as f64 / cells as f64;
    (0..=cells).map(edge).collect()
}

impl Import for Cfdbench {
    fn found(&self) -> &Found {
        &self.found
    }

    fn state(&self, sample: usize, time: usize) -> Result<State, DataError> {
        let [nx, ny, _] = self.found.cells;
        let mut state = State::zeros((self.arrays.len(), nx, ny, 1));
        for (channel, array) in self.arrays.iter().enumerate() {
            let file = self.file(sample, array);
            let read = Npy::open(&file, Links::Followed).and_then(|mut array| array.record(time));
            let rows = read.map_err(|error| unreadable(&file, &error))?;
            if rows.shape() != [ny, nx] {
                let reason = format!("it has {:?} points, and had [{ny}, {nx}]", rows.shape());
                return Err(DataError::Import { path: file, reason });
            }
            let mut target = state.slice_mut(s![channel, .., .., 0]);
            for (y, row) in rows.axis_iter(Axis(0)).enumerate() {
                target.slice_mut(s![.., y]).assign(&row);
            }
        }
        Ok(state)
    }

    fn files(&self) -> Vec<PathBuf> {
        let of_case = |case: &PathBuf| -> Vec<PathBuf> {
            let json = Some(case.join("case.json")).filter(|file| file.exists());
            let arrays = self.arrays.iter().map(|array| case.join(format!("{array}.npy")));
            arrays.chain(json).collect()
        };
        self.cases.iter().flat_map(of_case).collect()
    }
}
