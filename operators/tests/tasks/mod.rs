//! Small tasks, and the states that are given in them.

use data::{Axis, Boundary, Grid, Trajectory};
use ndarray::Array5;
use operators::Task;

pub(crate) const CELLS: [usize; 3] = [4, 3, 1];
pub(crate) const STEPS: usize = 5;

/// Task number `index`: two given states of two channels, exact in `f32`.
pub(crate) fn task(index: usize) -> Task {
    let [nx, ny, nz] = CELLS;
    let axis = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::REST; 2]);
    let value = |(t, c, x, y, _): (usize, usize, usize, usize, usize)| {
        (index * 1000 + t * 100 + c * 50 + x * 8 + y) as f64 / 8.0
    };
    Task {
        history: Trajectory {
            times: vec![0.0, 0.5],
            values: Array5::from_shape_fn((2, 2, nx, ny, nz), value),
        },
        parameters: vec![100.0 + index as f64],
        grid: Grid::plane(axis(nx, 1.0), axis(ny, 1.0 + index as f64)),
        interval: 0.5,
        steps: STEPS,
    }
}
