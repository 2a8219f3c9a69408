//! Taylor–Green vortices.

use crate::checks::check_positive;
use crate::spectral::{PeriodicFlow, Square, sinc};
use data::{Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Four decaying vortices in a periodic square, translated by a mean flow.
///
/// With k = 2π/L, X = k (x − U₀ t), Y = k (y − U₀ t) and F = exp(−2νk²t):
///
/// ```text
/// u = U₀ + U sin X cos Y F,   v = U₀ − U cos X sin Y F,   ω = 2 k U sin X sin Y F
/// p = ρ U²/4 (cos 2X + cos 2Y) F²,   Re = U L / ν
/// ```
///
/// Without mean flow the pressure gradient balances advection everywhere, and the vortices only decay.
///
/// **Expected behaviour over time.** The velocity of the vortices decays as exp(−8π² t U/(L Re)), their kinetic energy
/// as the square of that. The mean flow translates the pattern and returns it to its initial position after L/U₀.
///
/// **Good values.** Any grid resolves the single wavenumber. Without mean flow the error is round-off, 10⁻¹⁴ U after
/// L/U at Re 1000. In the mean flow of U/2 it is the error in time, at most 10⁻⁸ U after L/U with 250 steps or more on
/// 32²; with the steps that the solver chooses there, 2·10⁻⁶ of the root-mean-square velocity after 10 L/U. The cases
/// of the benchmark use Re 50 to 1000 and intervals of 0.1 L/U.
///
/// **When it breaks.** The flow has one wavenumber and cannot be under-resolved. The error of the translation grows
/// linearly in time; at Re 10⁵ on 32² it is 4·10⁻⁶ after 20 L/U, and no instability appears by then. At Re 50 the
/// vortices have decayed to 4 % of U after 2 L/U, so that relative errors refer to a vanishing field. An odd number of
/// cells along an axis, or fewer than 8, is refused.
///
/// Source: Taylor & Green (1937), Proc. R. Soc. Lond. A 158, 499, §1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TaylorGreen {
    /// Reynolds number Re = U L / ν, > 0. Default 100.
    pub reynolds: f64,
    /// Largest velocity U of the vortices in m/s, > 0. Default 1.
    pub speed: f64,
    /// Velocity U₀ of the mean flow along x and along y in m/s, finite. Default 0.5.
    pub translation_velocity: f64,
    /// Side L of the square in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

impl Default for TaylorGreen {
    fn default() -> Self {
        Self { reynolds: 100.0, speed: 1.0, translation_velocity: 0.5, length: 1.0, density: 1.0 }
    }
}

impl TaylorGreen {
    /// Exact cell averages: the average of a sine is its value at the centre times a sinc factor.
    fn averages(&self, grid: &Grid, time: f64) -> State {
        let k = TAU / self.length;
        let decay = (-2.0 * self.square().kinematic_viscosity * k * k * time).exp();
        let phases = [0, 1].map(|axis| -> Vec<f64> {
            grid.axes[axis]
                .centres()
                .iter()
                .map(|x| k * (x - self.translation_velocity * time))
                .collect()
        });
        let half_phases = |axis: usize| -> Vec<f64> {
            grid.axes[axis].widths().iter().map(|width| 0.5 * k * width).collect()
        };
        let half_phases = [half_phases(0), half_phases(1)];
        let pressure = 0.25 * self.density * (self.speed * decay).powi(2);
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((4, nx, ny, nz), |(channel, i, j, _)| {
            let ([x, y], [hx, hy]) =
                ([phases[0][i], phases[1][j]], [half_phases[0][i], half_phases[1][j]]);
            let vortex = self.speed * decay * sinc(hx) * sinc(hy);
            match channel {
                0 => self.translation_velocity + vortex * x.sin() * y.cos(),
                1 => self.translation_velocity - vortex * x.cos() * y.sin(),
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
    const RENAMED: &'static [Renamed] = &[Renamed::key("wind", "translation-velocity")];

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds", self.reynolds),
            ("speed", self.speed),
            ("length", self.length),
            ("density", self.density),
        ])?;
        Invalid::unless(
            self.translation_velocity.is_finite(),
            "translation-velocity",
            self.translation_velocity,
            "finite",
        )
    }
}

impl PeriodicFlow for TaylorGreen {
    fn square(&self) -> Square {
        Square {
            length: self.length,
            density: self.density,
            kinematic_viscosity: self.speed * self.length / self.reynolds,
        }
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let own = [
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("speed", "U", "m/s"), self.speed),
            (Parameter::new("translation-velocity", "U₀", "m/s"), self.translation_velocity),
        ];
        own.into_iter().chain(self.square().parameters()).collect()
    }

    fn time_scale(&self) -> f64 {
        self.length / self.speed
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        self.averages(grid, 0.0)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        Some(self.averages(grid, time))
    }
}
