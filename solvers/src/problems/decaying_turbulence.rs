//! Turbulence left to itself.

use crate::checks::check_positive;
use crate::spectral::{self, Spectral, Spectrum};
use crate::{Problem, Solver, SolverError};
use data::{Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// A periodic square of random vortices that merge and decay.
///
/// ```text
/// ∂u/∂t + (u·∇)u = −∇p/ρ + ν ∇²u,   ∇·u = 0,   Re = U L / ν
/// ```
///
/// The start has random phases and a smooth spectrum about one wavenumber; energy moves to larger
/// vortices from there, enstrophy to thin filaments between them. U is the root mean square speed of
/// the start, so that its energy is U²/2 exactly.
///
/// Source: McWilliams (1984), J. Fluid Mech. 146, 21 (the flow; he has another spectrum).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DecayingTurbulence {
    /// Reynolds number Re = U L / ν, > 0. Default 10⁴.
    pub reynolds: f64,
    /// Wavenumber mₚ of the start's energy in waves a box, ≥ 1. Default 6.
    pub peak_wavenumber: f64,
    /// Root mean square speed U of the start in m/s, > 0. Default 1.
    pub speed: f64,
    /// The square's side L in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

impl Default for DecayingTurbulence {
    fn default() -> Self {
        Self { reynolds: 1e4, peak_wavenumber: 6.0, speed: 1.0, length: 1.0, density: 1.0 }
    }
}

impl DecayingTurbulence {
    /// ν in m²/s.
    fn viscosity(&self) -> f64 {
        self.speed * self.length / self.reynolds
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

impl Problem for DecayingTurbulence {
    fn fields(&self) -> Vec<Field> {
        spectral::fields()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("peak-wavenumber", "mₚ", ""), self.peak_wavenumber),
            (Parameter::new("speed", "U", "m/s"), self.speed),
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.viscosity()),
        ]
    }

    fn monitors(&self) -> Vec<Parameter> {
        spectral::monitors(false)
    }

    /// The time in which the start moves by one of its waves.
    fn time_scale(&self) -> f64 {
        self.length / (self.peak_wavenumber * self.speed)
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        spectral::periodic(cells, [self.length; 2])
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(Spectral::new(grid, self.density, self.viscosity())?))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        let spectrum =
            Spectrum { peak: self.peak_wavenumber, speed: self.speed, length: self.length };
        spectrum.start(grid, self.density, rng)
    }
}
