//! The velocity on the faces, and how walls and repetition continue it.

use super::mesh::{Mesh, Sides};
use super::plane::Plane;

/// Normal velocities in m/s: `u` on the faces across x, `v` on those across y.
#[derive(Debug, Clone)]
pub(crate) struct Velocity {
    pub(crate) u: Plane,
    pub(crate) v: Plane,
}

impl Velocity {
    pub(crate) fn zeros(cells: [usize; 2]) -> Self {
        Self { u: Plane::zeros(cells), v: Plane::zeros(cells) }
    }

    /// Sets the faces of walls and the ghosts.
    ///
    /// Walls let nothing through; beyond them the tangential velocity is mirrored, so that its mean
    /// across the wall is the wall's.
    pub(crate) fn close(&mut self, mesh: &Mesh) {
        let [nx, ny] = mesh.cells;
        match mesh.sides[0] {
            Sides::Periodic => [&mut self.u, &mut self.v].into_iter().for_each(|plane| {
                plane.copy_line(nx, 0);
                plane.copy_line(1, nx + 1);
            }),
            Sides::Walls([low, high]) => {
                self.u.line_mut(1).fill(0.0);
                self.u.line_mut(nx + 1).fill(0.0);
                mirror_line(&mut self.v, [0, 1], low);
                mirror_line(&mut self.v, [nx + 1, nx], high);
            }
        }
        for i in 0..nx + 2 {
            close_ends(self.u.line_mut(i), self.v.line_mut(i), ny, mesh.sides[1]);
        }
    }

    /// The largest speed of a face, and its cell counted from 0.
    pub(crate) fn fastest(&self, mesh: &Mesh) -> (f64, [usize; 2]) {
        let mut fastest = (0.0, [0, 0]);
        for i in 1..=mesh.cells[0] {
            for j in 1..=mesh.cells[1] {
                let speed = self.u.line(i)[j].hypot(self.v.line(i)[j]);
                if speed > fastest.0 {
                    fastest = (speed, [i - 1, j - 1]);
                }
            }
        }
        fastest
    }
}

fn mirror_line(plane: &mut Plane, [ghost, inner]: [usize; 2], wall: f64) {
    plane.copy_line(inner, ghost);
    plane.line_mut(ghost).iter_mut().for_each(|value| *value = 2.0 * wall - *value);
}

fn close_ends(u: &mut [f64], v: &mut [f64], n: usize, sides: Sides) {
    match sides {
        Sides::Periodic => [u, v].into_iter().for_each(|line| {
            line[0] = line[n];
            line[n + 1] = line[1];
        }),
        Sides::Walls([low, high]) => {
            u[0] = 2.0 * low - u[1];
            u[n + 1] = 2.0 * high - u[n];
            v[1] = 0.0;
            v[n + 1] = 0.0;
        }
    }
}
