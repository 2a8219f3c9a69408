//! Predictions that were computed by another program.

use super::predicted::PredictedStates;
use crate::{OperatorError, Surrogate, Task};
use data::{
    ARRAY_FILES, DataError, Hasher, Links, NpyError, Source, Split, Trajectory, open_regular,
};
use ndarray::Axis;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file with the predictions for all samples of a split, from the first state after the history, in SI units: an
/// array `[sample, time, channel, x, y, z]` with the samples in the order of their indices, or an archive of numpy, an
/// HDF5 file or a folder of Zarr, with such an array named `prediction`, or with an array `[time, channel, x, y, z]`
/// per sample, named `sample_` and its index.
///
/// The prediction of a task is found by the task's history and parameters, so that tasks may come in any
/// order and in any batches.
pub struct PredictionFile {
    name: String,
    file: PathBuf,
    hash: String,
    array: PredictedStates,
    /// From the key of a task to the index of its prediction in the file.
    indices: BTreeMap<String, usize>,
}

impl PredictionFile {
    /// Opens the predictions for the samples of `split` in `source` after their first `history` states, at least
    /// `steps` each.
    ///
    /// `path` is such a file (`.npy`, `.npz`, `.h5`, `.hdf5`, `.zarr`), or a folder: then the file is `CASE.npy`,
    /// `CASE.npz`, … in it, or else `prediction.npy`, … `case` is the name of the case as a part of a path.
    pub fn open(
        path: &Path,
        case: &str,
        source: &dyn Source,
        split: Split,
        [history, steps]: [usize; 2],
    ) -> Result<Self, OperatorError> {
        let info = source.info();
        let [x, y, z] = info.cells;
        let samples = source.indices(split);
        let shape = [samples.len(), steps, data::channels(&info.fields).len(), x, y, z];
        let (file, array) = open(path, case, shape, Some(&samples))?;
        if let Some(start) = array.start().filter(|start| start + 1 != history) {
            let found = format!("predictions from the state after state {start} on");
            let expected = format!("predictions from the state after state {} on", history - 1);
            return Err(DataError::Mismatch { path: file, found, expected }.into());
        }
        let hash = Self::hash_of(path, case)?;
        let name = path.file_stem().map_or("prediction".into(), |name| name.to_string_lossy());
        let mut indices = BTreeMap::new();
        for (position, index) in samples.into_iter().enumerate() {
            let given = source.window(index, 0, history)?;
            indices.insert(key(given.iter().copied(), &source.parameters(index)?), position);
        }
        Ok(Self { name: name.into(), hash, file, array, indices })
    }

    /// Checks that the predictions of a case can be read and have the shape `[sample, time, channel, x, y, z]`, or more
    /// times.
    pub fn check(path: &Path, case: &str, shape: [usize; 6]) -> Result<(), OperatorError> {
        open(path, case, shape, None).map(|_| ())
    }

    /// The hash of the file with the predictions of a case, as [`PredictionFile::open`] finds it.
    pub fn hash_of(path: &Path, case: &str) -> Result<String, OperatorError> {
        let file = file_of(path, case);
        hash(&file).map_err(|error| unreadable(&file, error))
    }

    fn predict(&mut self, task: &Task) -> Result<Trajectory, OperatorError> {
        let given = task.history.values.iter().map(|&value| value as f32);
        let index = self.indices.get(&key(given, &task.parameters));
        let index = *index.ok_or_else(|| self.lacks("the", &task.parameters))?;
        if self.array.shape()[1] < task.steps {
            return Err(self.lacks(&format!("{} states of the", task.steps), &task.parameters));
        }
        let states = self.array.sample(index).map_err(|error| unreadable(&self.file, error))?;
        let asked = states.slice_axis(Axis(0), (0..task.steps).into());
        Ok(Trajectory { times: task.times(), values: asked.to_owned() })
    }

    fn lacks(&self, what: &str, parameters: &[f64]) -> OperatorError {
        let reason = format!("its file lacks {what} sample with parameters {parameters:?}");
        OperatorError::Surrogate { name: self.name.clone(), reason }
    }
}

/// The file with the predictions of a case.
fn file_of(path: &Path, case: &str) -> PathBuf {
    // A folder of Zarr is an array or a group of arrays.
    let is_array = path.extension().is_some_and(|end| end == "zarr");
    if is_array || !path.is_dir() {
        return path.into();
    }
    let stems = [case, "prediction"].into_iter();
    let ends = ["npy"].into_iter().chain(ARRAY_FILES);
    let names = stems.flat_map(|stem| ends.clone().map(move |end| format!("{stem}.{end}")));
    let mut files = names.map(|name| path.join(name));
    files.find(|file| file.exists()).unwrap_or_else(|| path.join(format!("{case}.npy")))
}

/// The hash of a file, or of all files of a folder.
fn hash(file: &Path) -> Result<String, NpyError> {
    let mut hasher = Hasher::default();
    if file.is_dir() {
        let mut files = Vec::new();
        list(file, &mut files)?;
        files.sort();
        for path in files {
            let name = path.strip_prefix(file).expect("it was found there");
            hasher.bytes(name.as_os_str().as_encoded_bytes());
            add(&mut hasher, &path)?;
        }
    } else {
        add(&mut hasher, file)?;
    }
    Ok(hasher.hex())
}

fn add(hasher: &mut Hasher, file: &Path) -> Result<(), NpyError> {
    let opened = open_regular(file, Links::Followed)?;
    let length = opened.metadata()?.len();
    hasher.reader(length, opened)?;
    Ok(())
}

/// All files of a folder, in no order. Links to folders are not followed.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), NpyError> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Opens the file with the predictions of a case, which must have the shape, or more states than it says, and be those
/// of the samples.
fn open(
    path: &Path,
    case: &str,
    shape: [usize; 6],
    samples: Option<&[usize]>,
) -> Result<(PathBuf, PredictedStates), OperatorError> {
    let file = file_of(path, case);
    let array = PredictedStates::open(&file).map_err(|error| unreadable(&file, error))?;
    if let (Some(found), Some(expected)) = (array.samples(), samples) {
        must_be_samples(&file, found, expected)?;
    }
    let ([count, steps, state @ ..], [_, needed, ..]) = (array.shape(), shape);
    if count == shape[0] && steps >= needed && state == shape[2..] {
        return Ok((file, array));
    }
    let found = format!("the shape {:?}", array.shape());
    let expected =
        format!("{shape:?} with {needed} steps or more: [test sample, step, channel, x, y, z]");
    Err(DataError::Mismatch { path: file, found, expected }.into())
}

/// An error that names the samples that a file lacks, and those that it should not have.
fn must_be_samples(file: &Path, found: &[usize], expected: &[usize]) -> Result<(), OperatorError> {
    let without = |all: &[usize], known: &[usize]| -> Vec<String> {
        all.iter().filter(|index| !known.contains(index)).map(ToString::to_string).collect()
    };
    let (missing, surplus) = (without(expected, found), without(found, expected));
    if missing.is_empty() && surplus.is_empty() {
        return Ok(());
    }
    let lists = [("lacks", missing), ("should not have", surplus)];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let lists = lists.map(|(verb, list)| format!("it {verb} {}", list.join(", ")));
    let (path, found) = (file.into(), format!("predictions of {} samples", found.len()));
    let lists = lists.collect::<Vec<_>>().join(", and ");
    let expected = format!("those of the {} samples of the split: {lists}", expected.len());
    Err(DataError::Mismatch { path, found, expected }.into())
}

fn unreadable(file: &Path, source: NpyError) -> OperatorError {
    OperatorError::Predictions { path: file.into(), source: Box::new(source) }
}

/// The hash that identifies a task.
fn key(given: impl ExactSizeIterator<Item = f32>, parameters: &[f64]) -> String {
    Hasher::default().f32s(given).f64s(parameters).hex()
}

impl Surrogate for PredictionFile {
    fn name(&self) -> &str {
        &self.name
    }

    /// The hash of the file.
    fn hash(&self) -> String {
        self.hash.clone()
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        tasks.iter().map(|task| self.predict(task)).collect()
    }
}
