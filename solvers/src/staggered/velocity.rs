//! The velocity on the faces, and how walls and repetition continue it.

use super::array::{GHOSTS, StaggeredArray};
use super::mesh::{Mesh, Sides};

/// Normal velocities in m/s: `u` on the faces across x, `v` on those across y.
#[derive(Debug, Clone)]
pub(crate) struct Velocity {
    pub(crate) u: StaggeredArray,
    pub(crate) v: StaggeredArray,
}

impl Velocity {
    pub(crate) fn zeros(cells: [usize; 2]) -> Self {
        Self { u: StaggeredArray::zeros(cells), v: StaggeredArray::zeros(cells) }
    }

    /// Sets the faces of walls and the ghosts, but for those of open ends.
    ///
    /// Walls let nothing through. Beyond them both components continue as the parabola through the
    /// wall's value and the two nearest, or as in a mirror where the wall has no friction.
    pub(crate) fn close(&mut self, mesh: &Mesh) {
        let Self { u, v } = self;
        for (side, end) in End::both(mesh.cells[0]).into_iter().enumerate() {
            match mesh.sides[0] {
                Sides::Open => {}
                Sides::Periodic => [&mut *u, &mut *v].into_iter().for_each(|plane| {
                    end.repeats.into_iter().for_each(|[ghost, of]| plane.copy_line(of, ghost));
                }),
                walls => (0..u.line(0).len()).for_each(|j| {
                    let values = walls.stop(side, end.faces.map(|i| u.line(i)[j]));
                    end.faces.iter().zip(values).for_each(|(&i, value)| u.line_mut(i)[j] = value);
                    let values = walls.pass(side, end.cells.map(|i| v.line(i)[j]));
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
                        end.repeats.into_iter().for_each(|[ghost, of]| line[ghost] = line[of]);
                    }),
                    walls => {
                        let values = walls.pass(side, end.cells.map(|j| u[j]));
                        end.cells.iter().zip(values).for_each(|(&j, value)| u[j] = value);
                        let values = walls.stop(side, end.faces.map(|j| v[j]));
                        end.faces.iter().zip(values).for_each(|(&j, value)| v[j] = value);
                    }
                }
            }
        }
    }

    /// u or v.
    pub(crate) fn component(&self, axis: usize) -> &StaggeredArray {
        if axis == 0 { &self.u } else { &self.v }
    }

    /// The largest speed of a face, and its cell counted from 0.
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

/// Where things are at one end of an axis.
#[derive(Debug, Clone, Copy)]
struct End {
    /// Ghosts and what they repeat on a periodic axis.
    repeats: [[usize; 2]; 2],
    /// The two ghost cells and the two nearest inner ones, outwards in.
    cells: [usize; 4],
    /// The ghost face, the wall's face and the two nearest inner ones, outwards in.
    faces: [usize; 4],
}

impl End {
    /// The low and the high end of an axis of `n` cells.
    fn both(n: usize) -> [Self; 2] {
        [
            Self { repeats: [[0, n], [1, n + 1]], cells: [0, 1, 2, 3], faces: [1, 2, 3, 4] },
            Self {
                repeats: [[n + 2, 2], [n + 3, 3]],
                cells: [n + 3, n + 2, n + 1, n],
                faces: [n + 3, n + 2, n + 1, n],
            },
        ]
    }
}

impl Sides {
    /// Whether what lies beyond mirrors the flow: a wall without friction, or the axis of a pipe.
    fn is_mirror(self, side: usize) -> bool {
        self == Self::Slip || side == 0 && matches!(self, Self::Pipe(_))
    }

    /// Nothing passes a wall: zero on its face. Values are those of `End::faces`.
    fn stop(self, side: usize, [_, _, first, second]: [f64; 4]) -> [f64; 4] {
        let beyond = if self.is_mirror(side) { -first } else { second - 3.0 * first };
        [beyond, 0.0, first, second]
    }

    /// What a wall does to the velocity along it. Values are those of `End::cells`.
    fn pass(self, side: usize, [_, _, first, second]: [f64; 4]) -> [f64; 4] {
        match self {
            Self::Walls(slide) => slide_along(slide[side], first, second),
            Self::Pipe(wall) if side == 1 => slide_along(wall, first, second),
            _ => [second, first, first, second],
        }
    }
}

/// The parabola reaches `wall` half a cell beyond the nearest centre.
fn slide_along(wall: f64, first: f64, second: f64) -> [f64; 4] {
    let near = (8.0 * wall - 6.0 * first + second) / 3.0;
    [8.0 * wall - 9.0 * first + 2.0 * second, near, first, second]
}
