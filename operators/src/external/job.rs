//! A job: a batch of tasks as arrays, and the prediction that the program returns.

use super::Failure;
use crate::{OperatorError, Task};
use data::{DataError, Grid, Info, Npy, Trajectory, npy_header, write_values};
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
    /// The number of members of an ensemble, if one is requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<usize>,
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
    pub(super) fn new(
        tasks: &'a [Task],
        info: Option<&'a Info>,
        protocol: u32,
        members: Option<usize>,
    ) -> Self {
        let description = Description {
            protocol,
            samples: tasks.len(),
            history: tasks[0].history.len(),
            steps: tasks[0].steps,
            members,
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
pub(super) fn most_bytes(tasks: &[Task], members: Option<usize>) -> usize {
    /// The longest header that is read, with what precedes it.
    const HEADER: usize = (1 << 16) + 12;
    let (_, channels, x, y, z) = tasks[0].history.values.dim();
    HEADER
        + tasks.len()
            * members.unwrap_or(1)
            * tasks[0].steps
            * channels
            * x
            * y
            * z
            * size_of::<f64>()
}

/// The predictions of `tasks`, one list of members per task. The shape is compared with what was requested before any
/// value is read; values may be NaN.
///
/// With `channels`, the positions of those that the program predicts, the array has these channels in this order, or
/// all channels, of which the others are ignored. Channels that are not predicted are NaN. With `members`, the array
/// has an axis of members after that of the samples.
pub(super) fn predictions(
    mut array: Npy,
    tasks: &[Task],
    channels: Option<&[usize]>,
    members: Option<usize>,
) -> Result<Vec<Vec<Trajectory>>, Failure> {
    let (_, all, x, y, z) = tasks[0].history.values.dim();
    let with_channels = |channels| -> Vec<usize> {
        let rest = [tasks[0].steps, channels, x, y, z];
        [tasks.len()].into_iter().chain(members).chain(rest).collect()
    };
    let predicted = channels.map_or(all, <[usize]>::len);
    let is_selected = array.shape() == with_channels(predicted);
    if !is_selected && array.shape() != with_channels(all) {
        let (found, expected) = (array.shape().into(), with_channels(predicted));
        return Err(match members {
            Some(_) => Failure::Members { found, expected },
            None => Failure::Shape { found, expected },
        });
    }
    let mut trajectory = |task: &Task, indices: &[usize]| -> Result<Trajectory, Failure> {
        let read = array.part(indices)?.into_dimensionality().expect("five axes remain");
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
    let of_task = |(sample, task): (usize, &Task)| match members {
        Some(members) => (0..members).map(|member| trajectory(task, &[sample, member])).collect(),
        None => Ok(vec![trajectory(task, &[sample])?]),
    };
    tasks.iter().enumerate().map(of_task).collect()
}
