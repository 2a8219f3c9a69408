//! Conversion between face velocities and cell averages.

use super::array::{GHOSTS, StaggeredArray};
use super::mesh::Mesh;
use super::velocity::Velocity;
use data::State;

/// Sets face velocities to the mean of the two adjacent cell averages, and those on the high end of x by
/// linear extrapolation; both are of second order. Boundary faces and ghosts are set by the caller.
///
/// Shape: `state` is `[channel, x, y, 1]` with channels u, v first.
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

/// Writes cell averages of u and v, as means of the two faces of a cell, to channels 0 and 1.
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

/// Reads p in Pa from channel 2 into `pressure` as p/ρ.
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

/// Writes p in Pa to channel 2; `pressure` holds p/ρ.
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
