//! A uniform plane mesh with its boundary conditions.

use super::array::GHOSTS;
use crate::SolverError;
use data::{Boundary, Grid};

/// Boundary conditions at the two ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sides {
    /// Periodic.
    Periodic,
    /// No-slip walls that slide with these tangential velocities in m/s.
    Walls([f64; 2]),
    /// Free-slip walls, that is planes of symmetry.
    Slip,
    /// Inflow at the low end of x, outflow at the high end.
    Open,
    /// The axis of a pipe at the low end of y, and at the high end its no-slip wall, which slides with
    /// this velocity in m/s.
    Pipe(f64),
}

/// Uniform cells of a plane, or of the meridional half-plane of a pipe, where y is the radius r.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mesh {
    /// Cells along x and y.
    pub(crate) cells: [usize; 2],
    /// Their width in m.
    pub(crate) spacing: [f64; 2],
    /// Boundary conditions along x and y.
    pub(crate) sides: [Sides; 2],
}

impl Mesh {
    /// The mesh of a grid.
    ///
    /// Errors: fewer than `least` cells along x or y, more than one along z, a stretched axis, boundaries other
    /// than those of [`Sides`], or a pipe whose radius does not start at 0.
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
            spacing: crate::uniform_spacing(grid)?,
            sides: [sides(0, x.boundaries)?, sides(1, y.boundaries)?],
        })
    }

    /// Whether y is the radius of a pipe.
    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self.sides[1], Sides::Pipe(_))
    }

    /// The volumes of the cells of a line along y, over their mean.
    pub(crate) fn volumes(&self) -> Vec<f64> {
        let cells = self.cells[1];
        let ring = |j: usize| (2 * j + 1) as f64 / cells as f64;
        (0..cells).map(|j| if self.is_pipe() { ring(j) } else { 1.0 }).collect()
    }

    /// The index of the first face along `axis` whose normal velocity is not prescribed.
    pub(crate) fn first_face(&self, axis: usize) -> usize {
        GHOSTS + usize::from(self.sides[axis] != Sides::Periodic)
    }

    /// The largest wall speed over the cell width along the wall, in 1/s.
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
