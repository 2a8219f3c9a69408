//! Checks that a sample fits its dataset.

use crate::{Boundary, DataError, Field, Grid, Info, Sample, Split, State, States};
use ndarray::Axis;
use std::ops::Range;

/// The properties that are compared, each with its name in messages.
pub(super) struct Shape(pub(super) [(&'static str, String); 10]);

impl Shape {
    /// The properties of a sample.
    pub(super) fn of<S: States>(sample: &Sample<S>, info: &Info) -> Result<Self, DataError> {
        let flat = |axis: usize| sample.grid.axes[axis].cells() == 1;
        let held = |axis: &usize| {
            flat(*axis) && sample.grid.axes[*axis].boundaries != [Boundary::Periodic; 2]
        };
        let states = sample.trajectory.shape();
        let estimate = sample.error_estimate.as_ref();
        let statistics = sample.statistics_estimate.as_ref();
        Ok(Self([
            ("split", sample.split.folder().into()),
            ("states' shape", format!("{states:?}")),
            ("number of times", sample.trajectory.times().len().to_string()),
            ("grid", cells(&sample.grid)),
            ("number of flat axes with walls", (0..3).filter(held).count().to_string()),
            ("number of parameters", sample.parameters.len().to_string()),
            (
                "error estimate's shape",
                format!("{:?}", estimate.map_or(&states[..2], |e| e.shape())),
            ),
            (
                "shape of the statistics' error estimate",
                format!("{:?}", statistics.map_or(&[2, states[1]][..], |e| e.shape())),
            ),
            ("monitors' shape", format!("{:?}", sample.monitors.shape())),
            (
                "constant fields",
                changing(sample, info)?
                    .map_or(STEADY.into(), |field| format!("`{field}`, which changes in time")),
            ),
        ]))
    }

    /// The properties that the dataset asks for.
    pub(super) fn wanted(info: &Info, split: Split) -> Self {
        let Info { frames, cells, .. } = info;
        let channels = crate::channels(&info.fields).len();
        Self([
            ("split", split.folder().into()),
            ("states' shape", format!("{:?}", [*frames, channels, cells[0], cells[1], cells[2]])),
            ("number of times", frames.to_string()),
            ("grid", format!("{cells:?}")),
            ("number of flat axes with walls", "0".into()),
            ("number of parameters", info.parameters.len().to_string()),
            ("error estimate's shape", format!("{:?}", [*frames, channels])),
            ("shape of the statistics' error estimate", format!("{:?}", [2, channels])),
            ("monitors' shape", format!("{:?}", [*frames, info.monitors.len()])),
            ("constant fields", STEADY.into()),
        ])
    }
}

/// The condition on constant fields.
const STEADY: &str = "the same at all times";

/// The first field that is declared constant and varies in time.
fn changing<'a, S: States>(
    sample: &Sample<S>,
    info: &'a Info,
) -> Result<Option<&'a str>, DataError> {
    let [frames, channels, ..] = sample.trajectory.shape();
    let mut first = 0;
    let mut constant: Vec<(&Field, Range<usize>)> = Vec::new();
    for field in &info.fields {
        let range = first..first + field.symbols.len();
        first = range.end;
        if field.constant && range.end <= channels {
            constant.push((field, range));
        }
    }
    if constant.is_empty() || frames == 0 {
        return Ok(None);
    }
    let start = sample.trajectory.state(0)?;
    for step in 1..frames {
        let state = sample.trajectory.state(step)?;
        let part = |state: &State, range: &Range<usize>| {
            state.slice_axis(Axis(0), range.clone().into()).to_owned()
        };
        let changes = |(_, range): &&(_, _)| part(&state, range) != part(&start, range);
        if let Some((field, _)) = constant.iter().find(changes) {
            return Ok(Some(&field.name));
        }
    }
    Ok(None)
}

fn cells(grid: &Grid) -> String {
    format!("{:?}", grid.cells())
}
