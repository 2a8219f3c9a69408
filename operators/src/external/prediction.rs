//! Predictions that were computed by another program.

use super::predicted::PredictedStates;
use crate::{OperatorError, Surrogate, Task};
use data::{DataError, Hasher, Links, NpyError, Source, Split, Trajectory, open_regular};
use ndarray::Axis;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file with the predictions for all test samples in the order of their indices, from the first state
/// after the history: real numbers `[sample, time, channel, x, y, z]` in SI units.
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
    /// Opens the predictions for the test samples of `source` after their first `history` states, at least `steps` each.
    ///
    /// `path` is a `.npy` file, or a folder: then the file is `CASE.npy` in it, or else `prediction.npy`. `case` is the name
    /// of the case as a part of a path.
    pub fn open(
        path: &Path,
        case: &str,
        source: &dyn Source,
        [history, steps]: [usize; 2],
    ) -> Result<Self, OperatorError> {
        let info = source.info();
        let [x, y, z] = info.cells;
        let samples = source.indices(Split::Test).len();
        let shape = [samples, steps, data::channels(&info.fields).len(), x, y, z];
        let (file, array) = open(path, case, shape)?;
        let hash = Self::hash_of(path, case)?;
        let name = path.file_stem().map_or("prediction".into(), |name| name.to_string_lossy());
        let mut indices = BTreeMap::new();
        for (position, index) in source.indices(Split::Test).into_iter().enumerate() {
            let given = source.window(index, 0, history)?;
            indices.insert(key(given.iter().copied(), &source.parameters(index)?), position);
        }
        Ok(Self { name: name.into(), hash, file, array, indices })
    }

    /// Checks that the predictions of a case can be read and have the shape `[sample, time, channel, x, y, z]`, or more
    /// times.
    pub fn check(path: &Path, case: &str, shape: [usize; 6]) -> Result<(), OperatorError> {
        open(path, case, shape).map(|_| ())
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
    if !path.is_dir() {
        return path.into();
    }
    let of_case = path.join(format!("{case}.npy"));
    let single = path.join("prediction.npy");
    if !of_case.exists() && single.exists() { single } else { of_case }
}

fn hash(file: &Path) -> Result<String, NpyError> {
    let opened = open_regular(file, Links::Followed)?;
    let length = opened.metadata()?.len();
    Ok(Hasher::default().reader(length, opened)?.hex())
}

/// Opens the file with the predictions of a case, which must have the shape, or more states than it says.
fn open(
    path: &Path,
    case: &str,
    shape: [usize; 6],
) -> Result<(PathBuf, PredictedStates), OperatorError> {
    let file = file_of(path, case);
    let array =
        PredictedStates::open(&file, Links::Followed).map_err(|error| unreadable(&file, error))?;
    let ([samples, steps, state @ ..], [_, needed, ..]) = (array.shape(), shape);
    if samples == shape[0] && steps >= needed && state == shape[2..] {
        return Ok((file, array));
    }
    let found = format!("the shape {:?}", array.shape());
    let expected =
        format!("{shape:?} with {needed} steps or more: [test sample, step, channel, x, y, z]");
    Err(DataError::Mismatch { path: file, found, expected }.into())
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
