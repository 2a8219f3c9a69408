//! Between faces and cell averages.

use super::array::{GHOSTS, StaggeredArray};
use super::mesh::Mesh;
use super::velocity::Velocity;
use data::State;

/// Velocities of the faces as means of the cells on both sides, and extrapolated to the high end of
/// x, second order. What walls and inlets prescribe is left to `Flow::close`.
///
/// Shape: `state` is `[channel, x, y, 1]` with u and v first.
pub(crate) fn load_velocity(state: &State, mesh: &Mesh, velocity: &mut Velocity) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            let [west, south] = [(i + nx - 1) % nx, (j + ny - 1) % ny];
            let u = 0.5 * (state[[0, west, j, 0]] + state[[0, i, j, 0]]);
            let v = 0.5 * (state[[1, i, south, 0]] + state[[1, i, j, 0]]);
            velocity.u.line_mut(GHOSTS + i)[GHOSTS + j] = u;
            velocity.v.line_mut(GHOSTS + i)[GHOSTS + j] = v;
        }
    }
    for j in 0..ny {
        let u = 1.5 * state[[0, nx - 1, j, 0]] - 0.5 * state[[0, nx - 2, j, 0]];
        velocity.u.line_mut(GHOSTS + nx)[GHOSTS + j] = u;
    }
}

/// Cell averages of both components, as means of the faces on both sides.
pub(crate) fn store_velocity(velocity: &Velocity, mesh: &Mesh, state: &mut State) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        let [low, high] = [GHOSTS + i, GHOSTS + i + 1].map(|i| velocity.u.line(i));
        let v = velocity.v.line(GHOSTS + i);
        for j in 0..ny {
            let face = GHOSTS + j;
            state[[0, i, j, 0]] = 0.5 * (low[face] + high[face]);
            state[[1, i, j, 0]] = 0.5 * (v[face] + v[face + 1]);
        }
    }
}

/// Reads the pressure in Pa from channel 2.
pub(crate) fn load_pressure(
    state: &State,
    density: f64,
    mesh: &Mesh,
    pressure: &mut StaggeredArray,
) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            pressure.line_mut(GHOSTS + i)[GHOSTS + j] = state[[2, i, j, 0]] / density;
        }
    }
}

/// Writes the pressure in Pa to channel 2.
pub(crate) fn store_pressure(
    pressure: &StaggeredArray,
    density: f64,
    mesh: &Mesh,
    state: &mut State,
) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            state[[2, i, j, 0]] = density * pressure.line(GHOSTS + i)[GHOSTS + j];
        }
    }
}
