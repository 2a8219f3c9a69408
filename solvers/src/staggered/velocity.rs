//! The velocity on faces, and its ghost values.

use super::array::{GHOSTS, StaggeredArray};
use super::mesh::{Mesh, Sides};

/// Normal velocities of faces in m/s: `u` on faces across x, `v` on faces across y.
#[derive(Debug, Clone)]
pub(crate) struct Velocity {
    pub(crate) u: StaggeredArray,
    pub(crate) v: StaggeredArray,
}

impl Velocity {
    /// At rest.
    pub(crate) fn zeros(cells: [usize; 2]) -> Self {
        Self { u: StaggeredArray::zeros(cells), v: StaggeredArray::zeros(cells) }
    }

    /// Applies the boundary conditions of `mesh`: sets wall faces and ghosts, except at open ends.
    ///
    /// The normal velocity of walls is zero. Beyond no-slip walls both components are extrapolated by the
    /// parabola through the wall value and the two nearest values; beyond free-slip walls and the axis of
    /// a pipe u and v are even or odd about the boundary.
    pub(crate) fn apply_boundaries(&mut self, mesh: &Mesh) {
        let Self { u, v } = self;
        for (side, end) in End::both(mesh.cells[0]).into_iter().enumerate() {
            match mesh.sides[0] {
                Sides::Open => {}
                Sides::Periodic => [&mut *u, &mut *v].into_iter().for_each(|plane| {
                    end.periodic.into_iter().for_each(|[ghost, of]| plane.copy_line(of, ghost));
                }),
                walls => (0..u.line(0).len()).for_each(|j| {
                    let values = walls.normal(side, end.faces.map(|i| u.line(i)[j]));
                    end.faces.iter().zip(values).for_each(|(&i, value)| u.line_mut(i)[j] = value);
                    let values = walls.tangential(side, end.cells.map(|i| v.line(i)[j]));
                    end.cells.iter().zip(values).for_each(|(&i, value)| v.line_mut(i)[j] = value);
                }),
            }
        }
        let ends = End::both(mesh.cells[1]);
        for i in 0..mesh.cells[0] + 2 * GHOSTS {
            let (u, v) = (u.line_mut(i), v.line_mut(i));
            for (side, end) in ends.iter().enumerate() {
                match mesh.sides[1] {
                    Sides::Open => {}
                    Sides::Periodic => [&mut *u, &mut *v].into_iter().for_each(|line| {
                        end.periodic.into_iter().for_each(|[ghost, of]| line[ghost] = line[of]);
                    }),
                    walls => {
                        let values = walls.tangential(side, end.cells.map(|j| u[j]));
                        end.cells.iter().zip(values).for_each(|(&j, value)| u[j] = value);
                        let values = walls.normal(side, end.faces.map(|j| v[j]));
                        end.faces.iter().zip(values).for_each(|(&j, value)| v[j] = value);
                    }
                }
            }
        }
    }

    /// u for axis 0, v for axis 1.
    pub(crate) fn component(&self, axis: usize) -> &StaggeredArray {
        if axis == 0 { &self.u } else { &self.v }
    }

    /// The largest speed in m/s, from the low faces of a cell, and that cell, counted from 0.
    pub(crate) fn fastest(&self) -> (f64, [usize; 2]) {
        let mut fastest = (0.0, [0, 0]);
        for i in self.u.inner() {
            let (u, v) = (self.u.line(i), self.v.line(i));
            for j in GHOSTS..u.len() - GHOSTS {
                let speed = u[j].hypot(v[j]);
                if speed > fastest.0 {
                    fastest = (speed, [i - GHOSTS, j - GHOSTS]);
                }
            }
        }
        fastest
    }
}

/// Indices at one end of an axis.
#[derive(Debug, Clone, Copy)]
struct End {
    /// On a periodic axis: ghosts, and the indices they are copied from.
    periodic: [[usize; 2]; 2],
    /// The two ghost cells and the two nearest inner cells, from outside in.
    cells: [usize; 4],
    /// The ghost face, the boundary face and the two nearest inner faces, from outside in.
    faces: [usize; 4],
}

impl End {
    /// The low and the high end of an axis of `n` cells.
    fn both(n: usize) -> [Self; 2] {
        [
            Self { periodic: [[0, n], [1, n + 1]], cells: [0, 1, 2, 3], faces: [1, 2, 3, 4] },
            Self {
                periodic: [[n + 2, 2], [n + 3, 3]],
                cells: [n + 3, n + 2, n + 1, n],
                faces: [n + 3, n + 2, n + 1, n],
            },
        ]
    }
}

impl Sides {
    /// Whether the boundary is a symmetry: a free-slip wall, or the axis of a pipe.
    fn is_symmetry(self, side: usize) -> bool {
        self == Self::Slip || side == 0 && matches!(self, Self::Pipe(_))
    }

    /// The velocity normal to a wall, at `End::faces`: zero on the wall.
    fn normal(self, side: usize, [_, _, first, second]: [f64; 4]) -> [f64; 4] {
        let beyond = if self.is_symmetry(side) { -first } else { second - 3.0 * first };
        [beyond, 0.0, first, second]
    }

    /// The velocity tangential to a wall, at `End::cells`.
    fn tangential(self, side: usize, [_, _, first, second]: [f64; 4]) -> [f64; 4] {
        match self {
            Self::Walls(slide) => no_slip(slide[side], first, second),
            Self::Pipe(wall) if side == 1 => no_slip(wall, first, second),
            _ => [second, first, first, second],
        }
    }
}

/// Ghosts on the parabola that has the value `wall` half a cell beyond the nearest centre.
fn no_slip(wall: f64, first: f64, second: f64) -> [f64; 4] {
    let near = (8.0 * wall - 6.0 * first + second) / 3.0;
    [8.0 * wall - 9.0 * first + 2.0 * second, near, first, second]
}
