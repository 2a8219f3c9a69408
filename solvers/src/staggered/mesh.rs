//! Cells, their size, and what surrounds them.

use super::array::GHOSTS;
use crate::SolverError;
use data::{Boundary, Grid};

/// What lies beyond the two ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sides {
    /// The domain repeats.
    Periodic,
    /// Solid walls that slide with these velocities in m/s.
    Walls([f64; 2]),
    /// Walls without friction: planes of symmetry.
    Slip,
    /// Fluid enters at the low end of x, and leaves at the high end.
    Open,
    /// The axis of a pipe at the low end of y, and its wall at the high end, which slides with this
    /// velocity in m/s.
    Pipe(f64),
}

/// Uniform cells between walls, repeating, or open along x: of a plane, or of a half-plane through the
/// axis of a pipe, where y is the distance r from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mesh {
    /// Cells along x and y.
    pub(crate) cells: [usize; 2],
    /// Their size in m.
    pub(crate) spacing: [f64; 2],
    /// What lies beyond the ends of x and y.
    pub(crate) sides: [Sides; 2],
}

impl Mesh {
    /// Reads a grid; refuses fewer than `least` cells along an axis, depth, and ends that
    /// are open but not both of x.
    pub(crate) fn new(grid: &Grid, least: usize) -> Result<Self, SolverError> {
        let [nx, ny, nz] = grid.cells();
        for (axis, cells) in [nx, ny].into_iter().enumerate() {
            if cells < least {
                let expected = "the staggered scheme needs at least 4";
                return Err(SolverError::Grid { axis, cells, expected });
            }
        }
        if nz != 1 {
            return Err(SolverError::Grid { axis: 2, cells: nz, expected: "plane flow has one" });
        }
        let [x, y, _] = &grid.axes;
        if y.boundaries[0] == Boundary::Axis && y.edges[0] != 0.0 {
            return Err(SolverError::Axis { radius: y.edges[0] });
        }
        Ok(Self {
            cells: [nx, ny],
            spacing: [x.spacing(), y.spacing()],
            sides: [sides(0, x.boundaries)?, sides(1, y.boundaries)?],
        })
    }

    /// Whether y is the distance from the axis of a pipe.
    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self.sides[1], Sides::Pipe(_))
    }

    /// Volumes of the cells of a line over their mean.
    pub(crate) fn volumes(&self) -> Vec<f64> {
        let cells = self.cells[1];
        let ring = |j: usize| (2 * j + 1) as f64 / cells as f64;
        (0..cells).map(|j| if self.is_pipe() { ring(j) } else { 1.0 }).collect()
    }

    /// The first face along `axis` that moves: not that of a wall or an inlet.
    pub(crate) fn first_face(&self, axis: usize) -> usize {
        GHOSTS + usize::from(self.sides[axis] != Sides::Periodic)
    }

    /// The largest wall speed over the size of the cells that it passes, in 1/s.
    pub(crate) fn wall_rate(&self) -> f64 {
        let of = |axis: usize| match self.sides[axis] {
            Sides::Periodic | Sides::Slip | Sides::Open => 0.0,
            Sides::Walls([low, high]) => low.abs().max(high.abs()) / self.spacing[1 - axis],
            Sides::Pipe(wall) => wall.abs() / self.spacing[0],
        };
        of(0).max(of(1))
    }
}

fn sides(axis: usize, boundaries: [Boundary; 2]) -> Result<Sides, SolverError> {
    match boundaries {
        [Boundary::Periodic, Boundary::Periodic] => Ok(Sides::Periodic),
        [Boundary::Wall { velocity: low }, Boundary::Wall { velocity: high }] => {
            Ok(Sides::Walls([low[1 - axis], high[1 - axis]]))
        }
        [Boundary::Open, Boundary::Open] if axis == 0 => Ok(Sides::Open),
        [Boundary::Axis, Boundary::Wall { velocity }] if axis == 1 => Ok(Sides::Pipe(velocity[0])),
        _ => Err(SolverError::Boundaries { axis, found: boundaries }),
    }
}
