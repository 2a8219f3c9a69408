//! A job: a batch of tasks as files, and the prediction that the program writes.

use super::{Failure, protocol};
use crate::{OperatorError, Task};
use data::{DataError, Grid, Info, Trajectory};
use ndarray::{Array2, Array6, Axis};
use ndarray_npy::{ReadNpyError, read_npy, write_npy};
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// `task.json`: everything that is not an array.
#[derive(Serialize)]
struct TaskFile<'a> {
    protocol: u32,
    samples: usize,
    history: usize,
    steps: usize,
    interval: f64,
    times: Vec<&'a [f64]>,
    grids: Vec<&'a Grid>,
    info: Option<&'a Info>,
}

/// Whether two tasks can be in the same job.
pub(super) fn is_alike(a: &Task, b: &Task) -> bool {
    let shape = |task: &Task| (task.history.values.dim(), task.parameters.len(), task.steps);
    shape(a) == shape(b) && a.interval == b.interval
}

/// Writes `task.json`, `history.npy` and `parameters.npy`.
pub(super) fn write(
    folder: &Path,
    tasks: &[Task],
    info: Option<&Info>,
) -> Result<(), OperatorError> {
    let description = TaskFile {
        protocol: protocol::VERSION,
        samples: tasks.len(),
        history: tasks[0].history.len(),
        steps: tasks[0].steps,
        interval: tasks[0].interval,
        times: tasks.iter().map(|task| task.history.times.as_slice()).collect(),
        grids: tasks.iter().map(|task| &task.grid).collect(),
        info,
    };
    let text = serde_json::to_string_pretty(&description).expect("a description is plain JSON");
    let mut file = fs_err::File::create(folder.join("task.json")).map_err(DataError::from)?;
    file.write_all(text.as_bytes()).map_err(DataError::from)?;
    save(&folder.join("history.npy"), &history(tasks))?;
    save(&folder.join("parameters.npy"), &parameters(tasks))
}

/// The given states, `[sample, time, channel, x, y, z]`, in single precision.
fn history(tasks: &[Task]) -> Array6<f32> {
    let (time, channels, x, y, z) = tasks[0].history.values.dim();
    let mut all = Array6::zeros((tasks.len(), time, channels, x, y, z));
    for (mut one, task) in all.outer_iter_mut().zip(tasks) {
        one.assign(&task.history.values.mapv(|value| value as f32));
    }
    all
}

/// The parameters, `[sample, parameter]`.
fn parameters(tasks: &[Task]) -> Array2<f64> {
    let shape = (tasks.len(), tasks[0].parameters.len());
    Array2::from_shape_fn(shape, |(sample, parameter)| tasks[sample].parameters[parameter])
}

fn save<T: ndarray_npy::WriteNpyExt>(path: &Path, array: &T) -> Result<(), OperatorError> {
    let written = write_npy(path, array).map_err(std::io::Error::other);
    Ok(written.map_err(DataError::from)?)
}

/// Reads an array `[sample, time, channel, x, y, z]`, or returns the reason why it cannot be read.
pub(super) fn read(path: &Path) -> Result<Array6<f32>, String> {
    read_npy(path).map_err(|error: ReadNpyError| error.to_string())
}

/// Reads the prediction of `tasks`. The shape is checked; values may be NaN.
pub(super) fn read_prediction(folder: &Path, tasks: &[Task]) -> Result<Vec<Trajectory>, Failure> {
    let values = read(&folder.join("prediction.npy")).map_err(Failure::Unreadable)?;
    let (_, channels, x, y, z) = tasks[0].history.values.dim();
    let expected = [tasks.len(), tasks[0].steps, channels, x, y, z];
    if values.shape() != expected {
        return Err(Failure::Shape { found: values.shape().into(), expected: expected.into() });
    }
    let one = |(values, task): (ndarray::ArrayView5<'_, f32>, &Task)| Trajectory {
        times: task.times(),
        values: values.mapv(f64::from),
    };
    Ok(values.axis_iter(Axis(0)).zip(tasks).map(one).collect())
}
