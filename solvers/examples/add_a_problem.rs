//! How to add a problem: a shear wave that a uniform flow translates and viscosity damps.
//!
//! In the crate this is `src/problems/shear_wave.rs`, and `src/problems/mod.rs` gets two lines: `mod shear_wave;`, and
//! `entry!(dyn Problem, shear_wave::ShearWave),` in [`PROBLEMS`](solvers::PROBLEMS).

use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Registry, State, entry};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use solvers::incompressible::Incompressible;
use solvers::verify::{Errors, order};
use solvers::{Problem, Solver, SolverError};
use std::f64::consts::TAU;

/// A sinusoidal shear flow in a periodic square of unit side, speed and density.
///
/// ```text
/// u = sin k(y − V t) exp(−ν k² t),   v = V,   p = 0,   k = 2π,   Re = 1/ν
/// ```
// The fields are the keys of the problem's TOML table. An empty table builds the default, an unknown key is an error.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct ShearWave {
    /// Reynolds number Re, > 0. Default 100.
    reynolds: f64,
    /// Velocity V of the uniform flow in m/s. Default 0.5.
    velocity: f64,
}

impl Default for ShearWave {
    fn default() -> Self {
        Self { reynolds: 100.0, velocity: 0.5 }
    }
}

// Name and summary for `eddymark list`, and the check of the values, which errors report with key and value.
impl Part for ShearWave {
    const NAME: &'static str = "shear-wave";
    const SUMMARY: &'static str = "shear wave that a uniform flow translates and viscosity damps";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.reynolds > 0.0, "reynolds", self.reynolds, "greater than 0")
    }
}

impl Problem for ShearWave {
    // The channels of a state, in order: here u, v, p.
    fn fields(&self) -> Vec<Field> {
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")]
    }

    // The numbers that the flow depends on, stored with every sample. Operators are conditioned on them.
    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("velocity", "V", "m/s"), self.velocity),
        ]
    }

    // The unit of `interval = { turnovers = … }` in a case.
    fn time_scale(&self) -> f64 {
        1.0
    }

    // The domain and its boundaries; the number of cells comes from the case.
    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::Periodic; 2]);
        Ok(Grid::plane(axis(cells[0]), axis(cells[1])))
    }

    // The numerical method, bound to the grid. It refuses grids that it cannot solve on.
    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(Incompressible::new(grid, 1.0, 1.0 / self.reynolds)?))
    }

    // Cell averages at time 0. A random initial condition would draw from `rng` only.
    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        self.averages(grid, 0.0)
    }

    // Optional. With it, `tests/contract.rs` measures the order of convergence.
    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        Some(self.averages(grid, time))
    }
}

impl ShearWave {
    /// Exact cell averages `[u v p, x, y, 1]`: the average of a sine is its value at the centre times sin(kh/2)/(kh/2).
    fn averages(&self, grid: &Grid, time: f64) -> State {
        let (y, widths) = (grid.axes[1].centres(), grid.axes[1].widths());
        let decay = (-TAU * TAU * time / self.reynolds).exp();
        let amplitude = |j: usize| {
            let half = 0.5 * TAU * widths[j];
            decay * half.sin() / half
        };
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((3, nx, ny, nz), |(channel, _, j, _)| match channel {
            0 => amplitude(j) * (TAU * (y[j] - self.velocity * time)).sin(),
            1 => self.velocity,
            _ => 0.0,
        })
    }
}

const PROBLEMS: Registry<dyn Problem> =
    Registry { kind: "problem", entries: &[entry!(dyn Problem, ShearWave)] };

/// Errors of the velocity in m/s at t = 0.5 s on 32² and 64² cells, and the observed order of convergence.
fn convergence(problem: &dyn Problem) -> Result<([f64; 2], f64), SolverError> {
    let error = |cells| Ok(Errors::of(problem, cells, 0.5)?.velocity);
    let errors = [error(32)?, error(64)?];
    Ok((errors, order([32, 64], errors)))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problem = PROBLEMS.build("shear-wave", toml::toml! { reynolds = 200.0 })?;
    let ([coarse, fine], order) = convergence(problem.as_ref())?;
    println!("error {coarse:.1e} m/s on 32², {fine:.1e} m/s on 64²: order {order:.2}");
    Ok(())
}

#[test]
fn the_shear_wave_converges_with_second_order() {
    let (errors, order) = convergence(&ShearWave::default()).expect("the default is stable");
    assert!(order > 1.9, "order {order:.2}, errors {errors:?}");
}
