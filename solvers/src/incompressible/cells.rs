//! Between faces and cell averages.

use super::mesh::Mesh;
use super::plane::Plane;
use super::velocity::Velocity;
use data::State;

/// Velocities of the faces as means of the cells on both sides, second order; walls let nothing
/// through, whatever the cells say.
///
/// Shape: `state` is `[channel, x, y, 1]` with u and v first.
pub(crate) fn load_velocity(state: &State, mesh: &Mesh, velocity: &mut Velocity) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            let [west, south] = [(i + nx - 1) % nx, (j + ny - 1) % ny];
            let u = 0.5 * (state[[0, west, j, 0]] + state[[0, i, j, 0]]);
            let v = 0.5 * (state[[1, i, south, 0]] + state[[1, i, j, 0]]);
            velocity.u.line_mut(i + 1)[j + 1] = u;
            velocity.v.line_mut(i + 1)[j + 1] = v;
        }
    }
    velocity.close(mesh);
}

/// Cell averages of both components, as means of the faces on both sides.
pub(crate) fn store_velocity(velocity: &Velocity, mesh: &Mesh, state: &mut State) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        let [low, high] = [velocity.u.line(i + 1), velocity.u.line(i + 2)];
        let v = velocity.v.line(i + 1);
        for j in 0..ny {
            state[[0, i, j, 0]] = 0.5 * (low[j + 1] + high[j + 1]);
            state[[1, i, j, 0]] = 0.5 * (v[j + 1] + v[j + 2]);
        }
    }
}

/// Reads the pressure in Pa from channel 2.
pub(crate) fn load_pressure(state: &State, density: f64, mesh: &Mesh, pressure: &mut Plane) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            pressure.line_mut(i + 1)[j + 1] = state[[2, i, j, 0]] / density;
        }
    }
}

/// Writes the pressure in Pa to channel 2.
pub(crate) fn store_pressure(pressure: &Plane, density: f64, mesh: &Mesh, state: &mut State) {
    let [nx, ny] = mesh.cells;
    for i in 0..nx {
        for j in 0..ny {
            state[[2, i, j, 0]] = density * pressure.line(i + 1)[j + 1];
        }
    }
}
