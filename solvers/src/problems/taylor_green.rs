//! Decaying vortices with an exact solution.

use crate::checks::check_positive;
use crate::spectral::{self, Spectral, sinc};
use crate::{Problem, Solver, SolverError};
use data::{Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Four vortices in a periodic square that decay and drift with a wind.
///
/// With k = 2π/L, X = k (x − W t), Y = k (y − W t) and F = exp(−2νk²t):
///
/// ```text
/// u = W + U sin X cos Y F,   v = W − U cos X sin Y F,   ω = 2 k U sin X sin Y F
/// p = ρ U²/4 (cos 2X + cos 2Y) F²
/// ```
///
/// The wind W makes advection count: without it pressure balances advection everywhere.
///
/// Source: Taylor & Green (1937), Proc. R. Soc. Lond. A 158, 499, §1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TaylorGreen {
    /// Reynolds number Re = U L / ν, > 0. Default 100.
    pub reynolds: f64,
    /// The vortices' greatest speed U in m/s, > 0. Default 1.
    pub speed: f64,
    /// The wind W in m/s along x and y. Default 0.5.
    pub wind: f64,
    /// The square's side L in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

impl Default for TaylorGreen {
    fn default() -> Self {
        Self { reynolds: 100.0, speed: 1.0, wind: 0.5, length: 1.0, density: 1.0 }
    }
}

impl TaylorGreen {
    /// ν in m²/s.
    pub(crate) fn viscosity(&self) -> f64 {
        self.speed * self.length / self.reynolds
    }

    /// Exact cell averages: those of sin and cos are the values at the centre times a factor.
    fn averages(&self, grid: &Grid, time: f64) -> State {
        let k = TAU / self.length;
        let decay = (-2.0 * self.viscosity() * k * k * time).exp();
        let phases = [0, 1].map(|axis| -> Vec<f64> {
            grid.axes[axis].centres().iter().map(|x| k * (x - self.wind * time)).collect()
        });
        let [hx, hy] = [0, 1].map(|axis| 0.5 * k * grid.axes[axis].spacing());
        let vortex = self.speed * decay * sinc(hx) * sinc(hy);
        let pressure = 0.25 * self.density * (self.speed * decay).powi(2);
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((4, nx, ny, nz), |(channel, i, j, _)| {
            let [x, y] = [phases[0][i], phases[1][j]];
            match channel {
                0 => self.wind + vortex * x.sin() * y.cos(),
                1 => self.wind - vortex * x.cos() * y.sin(),
                3 => 2.0 * k * vortex * x.sin() * y.sin(),
                _ => {
                    pressure * ((2.0 * x).cos() * sinc(2.0 * hx) + (2.0 * y).cos() * sinc(2.0 * hy))
                }
            }
        })
    }
}

impl Part for TaylorGreen {
    const NAME: &'static str = "taylor-green";
    const SUMMARY: &'static str = "Taylor–Green vortices: periodic, decaying, known exactly";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds", self.reynolds),
            ("speed", self.speed),
            ("length", self.length),
            ("density", self.density),
        ])?;
        Invalid::unless(self.wind.is_finite(), "wind", self.wind, "finite")
    }
}

impl Problem for TaylorGreen {
    fn fields(&self) -> Vec<Field> {
        spectral::fields()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("speed", "U", "m/s"), self.speed),
            (Parameter::new("wind", "W", "m/s"), self.wind),
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
        ]
    }

    fn monitors(&self) -> Vec<Parameter> {
        spectral::monitors(false)
    }

    fn time_scale(&self) -> f64 {
        self.length / self.speed
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        spectral::periodic(cells, [self.length; 2])
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(Spectral::new(grid, self.density, self.viscosity())?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        self.averages(grid, 0.0)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        Some(self.averages(grid, time))
    }
}
