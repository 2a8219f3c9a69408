//! A manufactured solution between walls.

use crate::incompressible::Incompressible;
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Parameter, State};
use rand_chacha::ChaCha12Rng;
use std::f64::consts::PI;
use std::sync::Arc;

/// Four oscillating vortices in a unit square with walls at rest; the density is 1.
///
/// With X = πx, Y = πy and g = 1 + ½ sin 2t:
///
/// ```text
/// u = π g sin² X sin 2Y,   v = −π g sin 2X sin² Y,   p = g cos X sin Y
/// f = ∂u/∂t + (u·∇)u + ∇p − ν ∇²u
/// ```
///
/// f is the force per mass that makes u, v, p a solution. The pressure gradient does not vanish on the walls, so that
/// splitting errors are visible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manufactured {
    /// Kinematic viscosity ν in m²/s, > 0.
    pub kinematic_viscosity: f64,
}

impl Manufactured {
    /// The force f in m/s² at `time` in s.
    pub fn force(&self, time: f64, [x, y]: [f64; 2]) -> [f64; 2] {
        let (g, rate) = (modulation(time), (2.0 * time).cos());
        let ((sx, cx), (sy, cy)) = ((PI * x).sin_cos(), (PI * y).sin_cos());
        let ((s2x, c2x), (s2y, c2y)) = ((2.0 * PI * x).sin_cos(), (2.0 * PI * y).sin_cos());
        let [u, v] = [PI * g * sx * sx * s2y, -PI * g * s2x * sy * sy];
        let along = PI * PI * g * s2x * s2y; // ∂u/∂x = −∂v/∂y
        let u_y = 2.0 * PI * PI * g * sx * sx * c2y;
        let v_x = -2.0 * PI * PI * g * c2x * sy * sy;
        let laplacian_u = 2.0 * PI.powi(3) * g * (c2x - 2.0 * sx * sx) * s2y;
        let laplacian_v = 2.0 * PI.powi(3) * g * s2x * (2.0 * sy * sy - c2y);
        [
            u * rate / g + u * along + v * u_y
                - PI * g * sx * sy
                - self.kinematic_viscosity * laplacian_u,
            v * rate / g + u * v_x - v * along + PI * g * cx * cy
                - self.kinematic_viscosity * laplacian_v,
        ]
    }

    fn averages(grid: &Grid, time: f64) -> State {
        let g = modulation(time);
        let [x, y] = [0, 1].map(|axis| grid.axes[axis].centres());
        let half_phases = |axis: usize| -> Vec<f64> {
            grid.axes[axis].widths().iter().map(|width| 0.5 * PI * width).collect()
        };
        let [hx, hy] = [half_phases(0), half_phases(1)];
        let sinc = |x: f64| x.sin() / x;
        let square = |x: f64, h: f64| 0.5 * (1.0 - (2.0 * PI * x).cos() * sinc(2.0 * h));
        let double = |x: f64, h: f64| (2.0 * PI * x).sin() * sinc(2.0 * h);
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((3, nx, ny, nz), |(channel, i, j, _)| match channel {
            0 => PI * g * square(x[i], hx[i]) * double(y[j], hy[j]),
            1 => -PI * g * double(x[i], hx[i]) * square(y[j], hy[j]),
            _ => g * (PI * x[i]).cos() * sinc(hx[i]) * (PI * y[j]).sin() * sinc(hy[j]),
        })
    }
}

/// The factor g at `time` in s.
pub(super) fn modulation(time: f64) -> f64 {
    1.0 + 0.5 * (2.0 * time).sin()
}

impl Problem for Manufactured {
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
        let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::REST; 2]);
        Ok(Grid::plane(axis(cells[0]), axis(cells[1])))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        let flow = *self;
        let solver = Incompressible::new(grid, 1.0, self.kinematic_viscosity)?;
        Ok(Box::new(solver.with_forcing(Arc::new(move |time, place| flow.force(time, place)))))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        Self::averages(grid, 0.0)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        Some(Self::averages(grid, time))
    }
}
