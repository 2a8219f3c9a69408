//! A job: a batch of tasks as files, and the prediction that the program writes.

use super::Failure;
use super::predicted::PredictedStates;
use crate::{OperatorError, Task};
use data::{DataError, Grid, Info, Links, Trajectory};
use ndarray::{Array2, Array5, Array6, Axis};
use ndarray_npy::write_npy;
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
    protocol: u32,
) -> Result<(), OperatorError> {
    let description = TaskFile {
        protocol,
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

/// Reads the prediction of `tasks`. The shape is compared with what was requested before any value is read; values may
/// be NaN.
///
/// With `channels`, the positions of those that the program predicts, the array has these channels in this order, or all
/// channels, of which the others are ignored. Channels that are not predicted are NaN.
pub(super) fn read_prediction(
    folder: &Path,
    tasks: &[Task],
    channels: Option<&[usize]>,
) -> Result<Vec<Trajectory>, Failure> {
    let mut array = PredictedStates::open(&folder.join("prediction.npy"), Links::Refused)?;
    let (_, all, x, y, z) = tasks[0].history.values.dim();
    let with_channels = |channels| [tasks.len(), tasks[0].steps, channels, x, y, z];
    let predicted = channels.map_or(all, <[usize]>::len);
    let is_selected = array.shape() == with_channels(predicted);
    if !is_selected && array.shape() != with_channels(all) {
        let (found, expected) = (array.shape().into(), with_channels(predicted).into());
        return Err(Failure::Shape { found, expected });
    }
    let mut trajectory = |(sample, task): (usize, &Task)| {
        let read = array.sample(sample)?;
        let Some(channels) = channels else {
            return Ok(Trajectory { times: task.times(), values: read });
        };
        let mut values = Array5::from_elem((task.steps, all, x, y, z), f64::NAN);
        for (position, &channel) in channels.iter().enumerate() {
            let source = if is_selected { position } else { channel };
            let mut target = values.index_axis_mut(Axis(1), channel);
            target.assign(&read.index_axis(Axis(1), source));
        }
        Ok(Trajectory { times: task.times(), values })
    };
    tasks.iter().enumerate().map(&mut trajectory).collect()
}
