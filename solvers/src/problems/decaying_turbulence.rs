//! Decaying two-dimensional turbulence.

use crate::checks::check_positive;
use crate::spectral::{PeriodicFlow, Spectrum, Square};
use data::{Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Random vortices in a periodic square that merge and decay.
///
/// ```text
/// ∂u/∂t + (u·∇)u = −∇p/ρ + ν ∇²u,   ∇·u = 0,   Re = U L / ν
/// ```
///
/// The initial condition has random phases and a smooth energy spectrum with one peak. U is its root-mean-square speed,
/// so that the energy per mass is U²/2 exactly.
///
/// **Expected behaviour over time.** Vortices of equal sign merge, so that energy moves to larger scales; enstrophy
/// moves to thin filaments and is dissipated. At Re 2000 and mₚ = 4 the root-mean-square speed decreases from U to 0.79
/// U within L/U.
///
/// **Good values.** Relative velocity differences after 0.25 and 1 L/U from a grid twice as fine as the finest of
/// these: at Re 2000 and mₚ = 4, 0.6 and 2.9 % on 64², below 0.01 % on 128². The cases of the benchmark use mₚ = 4, Re
/// 500 to 2000 on 128², and intervals of 0.05 L/U.
///
/// **When it breaks.** With the defaults (Re 10⁴, mₚ = 6) the differences are 11 and 85 % on 64², and 1.2 and 14 % on
/// 128²: filaments thinner than a cell are not resolved, and the positions of the vortices differ after L/U. The solver
/// remains stable; an under-resolved reference is recognized by its error estimate. An odd number of cells along an
/// axis, or fewer than 8, is refused.
///
/// Source: McWilliams (1984), J. Fluid Mech. 146, 21 (the flow, with a different spectrum).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DecayingTurbulence {
    /// Reynolds number Re = U L / ν, > 0. Default 10⁴.
    pub reynolds: f64,
    /// Peak wavenumber mₚ of the initial energy spectrum in units of 2π/L, ≥ 1. Default 6.
    pub peak_wavenumber: f64,
    /// Root-mean-square speed U of the initial velocity in m/s, > 0. Default 1.
    pub speed: f64,
    /// Side L of the square in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

impl Default for DecayingTurbulence {
    fn default() -> Self {
        Self { reynolds: 1e4, peak_wavenumber: 6.0, speed: 1.0, length: 1.0, density: 1.0 }
    }
}

impl Part for DecayingTurbulence {
    const NAME: &'static str = "decaying-turbulence";
    const SUMMARY: &'static str = "decaying turbulence: random vortices that merge, periodic";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds", self.reynolds),
            ("speed", self.speed),
            ("length", self.length),
            ("density", self.density),
        ])?;
        let peak = self.peak_wavenumber;
        let holds = peak >= 1.0 && peak.is_finite();
        Invalid::unless(holds, "peak-wavenumber", peak, "finite and at least 1")
    }
}

impl PeriodicFlow for DecayingTurbulence {
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
            (Parameter::new("peak-wavenumber", "mₚ", ""), self.peak_wavenumber),
            (Parameter::new("speed", "U", "m/s"), self.speed),
        ];
        own.into_iter().chain(self.square().parameters()).collect()
    }

    /// L/(mₚ U): the time in which fluid at the initial speed U travels the wavelength of the spectral peak.
    fn time_scale(&self) -> f64 {
        self.length / (self.peak_wavenumber * self.speed)
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        let spectrum =
            Spectrum { peak: self.peak_wavenumber, speed: self.speed, length: self.length };
        spectrum.start(grid, self.density, rng)
    }
}
