//! A job: a batch of tasks as arrays, and the prediction that the program returns.

use super::Failure;
use super::predicted::PredictedStates;
use crate::{OperatorError, Task};
use data::{DataError, Grid, Info, Trajectory, npy_header, write_values};
use ndarray::{Array5, Axis};
use serde::Serialize;
use std::path::Path;

/// `task.json`: everything that is not an array.
#[derive(Serialize)]
pub(super) struct Description<'a> {
    protocol: u32,
    samples: usize,
    history: usize,
    steps: usize,
    interval: f64,
    times: Vec<&'a [f64]>,
    grids: Vec<&'a Grid>,
    info: Option<&'a Info>,
}

/// What a program is asked to roll out.
pub(super) struct Job<'a> {
    pub(super) description: Description<'a>,
    /// The bytes of `history.npy` and `parameters.npy`.
    pub(super) arrays: [Vec<u8>; 2],
}

/// Whether two tasks can be in the same job.
pub(super) fn is_alike(a: &Task, b: &Task) -> bool {
    let shape = |task: &Task| (task.history.values.dim(), task.parameters.len(), task.steps);
    shape(a) == shape(b) && a.interval == b.interval
}

impl<'a> Job<'a> {
    /// The job of tasks that are alike.
    pub(super) fn new(tasks: &'a [Task], info: Option<&'a Info>, protocol: u32) -> Self {
        let description = Description {
            protocol,
            samples: tasks.len(),
            history: tasks[0].history.len(),
            steps: tasks[0].steps,
            interval: tasks[0].interval,
            times: tasks.iter().map(|task| task.history.times.as_slice()).collect(),
            grids: tasks.iter().map(|task| &task.grid).collect(),
            info,
        };
        Self { description, arrays: [history(tasks), parameters(tasks)] }
    }

    /// Writes `task.json`, `history.npy` and `parameters.npy`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), OperatorError> {
        let text = serde_json::to_string_pretty(&self.description).expect("it is plain JSON");
        let [history, parameters] = &self.arrays;
        for (name, bytes) in [
            ("task.json", text.as_bytes()),
            ("history.npy", history),
            ("parameters.npy", parameters),
        ] {
            fs_err::write(folder.join(name), bytes).map_err(DataError::from)?;
        }
        Ok(())
    }
}

/// The given states, `[sample, time, channel, x, y, z]`, in single precision, as a `.npy` file.
fn history(tasks: &[Task]) -> Vec<u8> {
    let (time, channels, x, y, z) = tasks[0].history.values.dim();
    let mut bytes = npy_header::<f32>(&[tasks.len(), time, channels, x, y, z]);
    bytes.reserve(tasks.len() * tasks[0].history.values.len() * size_of::<f32>());
    for task in tasks {
        let values = task.history.values.iter().map(|&value| value as f32);
        write_values(&mut bytes, values).expect("memory can be written");
    }
    bytes
}

/// The parameters, `[sample, parameter]`, as a `.npy` file.
fn parameters(tasks: &[Task]) -> Vec<u8> {
    let mut bytes = npy_header::<f64>(&[tasks.len(), tasks[0].parameters.len()]);
    for task in tasks {
        let values = task.parameters.iter().copied();
        write_values(&mut bytes, values).expect("memory can be written");
    }
    bytes
}

/// The most bytes that the prediction of tasks has as a `.npy` file: all channels in double precision.
pub(super) fn most_bytes(tasks: &[Task]) -> usize {
    /// The longest header that is read, with what precedes it.
    const HEADER: usize = (1 << 16) + 12;
    let (_, channels, x, y, z) = tasks[0].history.values.dim();
    HEADER + tasks.len() * tasks[0].steps * channels * x * y * z * size_of::<f64>()
}

/// The prediction of `tasks`. The shape is compared with what was requested before any value is read; values may be NaN.
///
/// With `channels`, the positions of those that the program predicts, the array has these channels in this order, or all
/// channels, of which the others are ignored. Channels that are not predicted are NaN.
pub(super) fn predictions(
    mut array: PredictedStates,
    tasks: &[Task],
    channels: Option<&[usize]>,
) -> Result<Vec<Trajectory>, Failure> {
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
