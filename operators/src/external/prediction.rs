//! Predictions that were computed by another program.

use super::job;
use crate::{OperatorError, Surrogate, Task};
use data::{DataError, Hasher, Source, Split, Trajectory};
use ndarray::{Array6, Axis};
use std::collections::BTreeMap;
use std::path::Path;

/// A file with the predictions for all test samples in the order of their indices, from the first state
/// after the history: f32 `[sample, time, channel, x, y, z]` in SI units.
///
/// The prediction of a task is found by the task's history and parameters, so that tasks may come in any
/// order and in any batches.
pub struct PredictionFile {
    name: String,
    hash: String,
    values: Array6<f32>,
    /// From the key of a task to the index of its prediction in the file.
    indices: BTreeMap<String, usize>,
}

impl PredictionFile {
    /// Reads a `.npy` file, or `prediction.npy` in a folder, with predictions for the test samples of `source`
    /// after their first `history` states.
    pub fn open(path: &Path, source: &dyn Source, history: usize) -> Result<Self, OperatorError> {
        let file = if path.is_dir() { path.join("prediction.npy") } else { path.into() };
        let bytes = fs_err::read(&file).map_err(DataError::from)?;
        let values = read(&file, source, history)?;
        let name = path.file_stem().map_or("prediction".into(), |name| name.to_string_lossy());
        let mut indices = BTreeMap::new();
        for (position, index) in source.indices(Split::Test).into_iter().enumerate() {
            let given = source.window(index, 0, history)?;
            indices.insert(key(given.iter().copied(), &source.parameters(index)?), position);
        }
        Ok(Self { name: name.into(), hash: data::hash_hex(&bytes), values, indices })
    }

    fn predict(&self, task: &Task) -> Result<Trajectory, OperatorError> {
        let given = task.history.values.iter().map(|&value| value as f32);
        let index = self.indices.get(&key(given, &task.parameters));
        let index = *index.ok_or_else(|| self.lacks("the", &task.parameters))?;
        let states = self.values.index_axis(Axis(0), index);
        if states.len_of(Axis(0)) < task.steps {
            return Err(self.lacks(&format!("{} states of the", task.steps), &task.parameters));
        }
        let asked = states.slice_axis(Axis(0), (0..task.steps).into());
        Ok(Trajectory { times: task.times(), values: asked.mapv(f64::from) })
    }

    fn lacks(&self, what: &str, parameters: &[f64]) -> OperatorError {
        let reason = format!("its file lacks {what} sample with parameters {parameters:?}");
        OperatorError::Surrogate { name: self.name.clone(), reason }
    }
}

/// Reads the predictions and checks their shape.
fn read(file: &Path, source: &dyn Source, history: usize) -> Result<Array6<f32>, DataError> {
    let info = source.info();
    let [x, y, z] = info.cells;
    let samples = source.indices(Split::Test).len();
    let channels = data::channels(&info.fields).len();
    let expected = [samples, info.frames.saturating_sub(history), channels, x, y, z];
    let refuse = |found| DataError::Mismatch {
        path: file.into(),
        found,
        expected: format!("f32 {expected:?}: [test sample, time, channel, x, y, z]"),
    };
    let values = job::read(file).map_err(|reason| refuse(format!("another array ({reason})")))?;
    let found = format!("f32 {:?}", values.shape());
    if values.shape() == expected { Ok(values) } else { Err(refuse(found)) }
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
