//! A manufactured solution in a closed pipe.

use super::manufactured::modulation;
use crate::incompressible::Incompressible;
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Parameter, State};
use rand_chacha::ChaCha12Rng;
use std::f64::consts::PI;
use std::sync::Arc;

/// An oscillating vortex ring in a pipe of unit length, radius and density that is closed at both ends.
///
/// With s = sin² πx and g = 1 + ½ sin 2t:
///
/// ```text
/// u = g s A,   v = −g s′ B,   A = 2 (1 − r²)(1 − 3 r²),   B = r (1 − r²)²,   p = g r² cos πx
/// f = ∂u/∂t + (u·∇)u + ∇p − ν ∇²u
/// ```
///
/// f is the force per mass that makes u, v, p a solution. u and v vanish on all walls; the pressure gradient does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ManufacturedPipe {
    /// Kinematic viscosity ν in m²/s, > 0.
    pub kinematic_viscosity: f64,
}

impl ManufacturedPipe {
    /// The force f in m/s² at `time` in s.
    pub fn force(&self, time: f64, [x, r]: [f64; 2]) -> [f64; 2] {
        let (g, rate) = (modulation(time), (2.0 * time).cos());
        let (sin, cos) = (2.0 * PI * x).sin_cos();
        let s = (PI * x).sin().powi(2);
        let [s1, s2, s3] = [PI * sin, 2.0 * PI.powi(2) * cos, -4.0 * PI.powi(3) * sin];
        let [a, b] = [profile_u(r), profile_v(r)];
        let r2 = r * r;
        let [a1, b1] = [r * (24.0 * r2 - 16.0), 1.0 + r2 * (5.0 * r2 - 6.0)];
        // (1/r) (r A′)′ and ((1/r) (r B)′)′
        let [spread_a, spread_b] = [96.0 * r2 - 32.0, a1];
        let [u, v] = [g * s * a, -g * s1 * b];
        [
            s * a * rate + u * g * s1 * a + v * g * s * a1
                - PI * g * r2 * (PI * x).sin()
                - self.kinematic_viscosity * g * (s2 * a + s * spread_a),
            -s1 * b * rate - u * g * s2 * b - v * g * s1 * b1
                + 2.0 * g * r * (PI * x).cos()
                + self.kinematic_viscosity * g * (s3 * b + s1 * spread_b),
        ]
    }

    /// The flow at the centres of the cells.
    fn values(grid: &Grid, time: f64) -> State {
        let g = modulation(time);
        let [x, r] = [0, 1].map(|axis| grid.axes[axis].centres());
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((3, nx, ny, nz), |(channel, i, j, _)| match channel {
            0 => g * (PI * x[i]).sin().powi(2) * profile_u(r[j]),
            1 => -g * PI * (2.0 * PI * x[i]).sin() * profile_v(r[j]),
            _ => g * r[j] * r[j] * (PI * x[i]).cos(),
        })
    }
}

/// A
fn profile_u(r: f64) -> f64 {
    2.0 * (1.0 - r * r) * (1.0 - 3.0 * r * r)
}

/// B
fn profile_v(r: f64) -> f64 {
    r * (1.0 - r * r).powi(2)
}

impl Problem for ManufacturedPipe {
    fn fields(&self) -> Vec<Field> {
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")]
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![(Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.kinematic_viscosity)]
    }

    fn time_scale(&self) -> f64 {
        1.0
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        Ok(Grid::plane(
            Axis::uniform(cells[0], 0.0, 1.0, [Boundary::REST; 2]),
            Axis::uniform(cells[1], 0.0, 1.0, [Boundary::Axis, Boundary::REST]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        let flow = *self;
        let solver = Incompressible::new(grid, 1.0, self.kinematic_viscosity)?;
        Ok(Box::new(solver.with_forcing(Arc::new(move |time, place| flow.force(time, place)))))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        Self::values(grid, 0.0)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        Some(Self::values(grid, time))
    }
}
