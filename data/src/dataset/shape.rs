//! Checks that a sample fits its dataset.

use crate::{Boundary, Field, Grid, Info, Sample, Split};
use ndarray::Axis;

/// The properties that are compared, each with its name in messages.
pub(super) struct Shape(pub(super) [(&'static str, String); 10]);

impl Shape {
    /// The properties of a sample.
    pub(super) fn of(sample: &Sample, info: &Info) -> Self {
        let flat = |axis: usize| sample.grid.axes[axis].cells() == 1;
        let held = |axis: &usize| {
            flat(*axis) && sample.grid.axes[*axis].boundaries != [Boundary::Periodic; 2]
        };
        let states = sample.trajectory.values.shape();
        let estimate = sample.error_estimate.as_ref();
        let statistics = sample.statistics_estimate.as_ref();
        Self([
            ("split", sample.split.folder().into()),
            ("states' shape", format!("{states:?}")),
            ("number of times", sample.trajectory.len().to_string()),
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
                changing(sample, info)
                    .map_or(STEADY.into(), |field| format!("`{field}`, which changes in time")),
            ),
        ])
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
fn changing<'a>(sample: &Sample, info: &'a Info) -> Option<&'a str> {
    let mut first = 0;
    let changes = |field: &&Field| {
        let channels = first..first + field.symbols.len();
        first = channels.end;
        let values = &sample.trajectory.values;
        if !field.constant || channels.end > values.len_of(Axis(1)) {
            return false;
        }
        let values = values.slice_axis(Axis(1), channels.into());
        let mut states = values.outer_iter();
        let start = states.next();
        start.is_some_and(|start| states.any(|state| state != start))
    };
    info.fields.iter().find(changes).map(|field| field.name.as_str())
}

fn cells(grid: &Grid) -> String {
    format!("{:?}", grid.cells())
}
