//! How a sample of a dataset must be.

use crate::{Boundary, Grid, Info, Sample, Split};

/// What is compared, each with its name for messages.
pub(super) struct Shape(pub(super) [(&'static str, String); 7]);

impl Shape {
    /// How a sample is.
    pub(super) fn of(sample: &Sample) -> Self {
        let flat = |axis: usize| sample.grid.axes[axis].cells() == 1;
        let held = |axis: &usize| {
            flat(*axis) && sample.grid.axes[*axis].boundaries != [Boundary::Periodic; 2]
        };
        let states = sample.trajectory.values.shape();
        let estimate = sample.error_estimate.as_ref();
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
        ])
    }

    /// How a sample must be.
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
        ])
    }
}

fn cells(grid: &Grid) -> String {
    format!("{:?}", grid.cells())
}
