//! Two layers that roll up.

use crate::checks::{check_not_negative, check_positive};
use crate::spectral::{self, Spectral, start};
use crate::{Problem, Solver, SolverError};
use data::{Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// A jet in a periodic square whose two shear layers roll up, from a sinusoidal disturbance.
///
/// ```text
/// u = U tanh s(Y − ¼) for Y ≤ ½, U tanh s(¾ − Y) for Y > ½;   v = δ U sin 2πX;   X = x/L, Y = y/L
/// ```
///
/// s is the steepness: 30 is a thick layer, 100 a thin one, which coarse grids fill with vortices that
/// are not there. The profile is made periodic by adding its images, which changes it by less than
/// e^(−s/2) and leaves no kink where the two halves meet.
///
/// Source: Brown & Minion (1995), J. Comput. Phys. 122, 165; Minion & Brown (1997), J. Comput. Phys.
/// 138, 734.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ShearLayer {
    /// Reynolds number Re = U L / ν, > 0. Default 10⁴.
    pub reynolds: f64,
    /// Steepness s, ≥ 10: a layer is L/s thick. Default 30.
    pub steepness: f64,
    /// The disturbance δ over U, ≥ 0. Default 0.05.
    pub perturbation: f64,
    /// The layers' speed U in m/s, > 0. Default 1.
    pub speed: f64,
    /// The square's side L in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

/// Below this steepness the layers run into one another, and the images no longer are small.
const LEAST_STEEPNESS: f64 = 10.0;

impl Default for ShearLayer {
    fn default() -> Self {
        Self {
            reynolds: 1e4,
            steepness: 30.0,
            perturbation: 0.05,
            speed: 1.0,
            length: 1.0,
            density: 1.0,
        }
    }
}

impl ShearLayer {
    /// ν in m²/s.
    fn viscosity(&self) -> f64 {
        self.speed * self.length / self.reynolds
    }

    /// ω̂ in 1/s: the layers vary along y alone, the disturbance along x alone.
    ///
    /// The transform of s sech² sY over all Y is 2q/sinh q with q = π² n/s, and at whole n that of the
    /// sum of its images. The layers at ¼ and ¾ have opposite signs, so that even n cancel.
    fn vorticity(&self, [m, n]: [i64; 2]) -> [f64; 2] {
        let rate = self.speed / self.length;
        match (m, n) {
            // 2πδ cos 2πX
            (-1 | 1, 0) => [PI * self.perturbation * rate, 0.0],
            (0, n) if n % 2 != 0 => {
                let q = PI * PI * n as f64 / self.steepness;
                let layer = 2.0 * q / q.sinh();
                // −(e^(−iπn/2) − e^(−3iπn/2)) = 2i sin(πn/2)
                [0.0, 2.0 * rate * layer * (0.25 * TAU * n as f64).sin()]
            }
            _ => [0.0; 2],
        }
    }
}

impl Part for ShearLayer {
    const NAME: &'static str = "shear-layer";
    const SUMMARY: &'static str = "double shear layer: a periodic jet that rolls up";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds", self.reynolds),
            ("speed", self.speed),
            ("length", self.length),
            ("density", self.density),
        ])?;
        let holds = self.steepness >= LEAST_STEEPNESS && self.steepness.is_finite();
        Invalid::unless(holds, "steepness", self.steepness, "finite and at least 10")?;
        check_not_negative([("perturbation", self.perturbation)])
    }
}

impl Problem for ShearLayer {
    fn fields(&self) -> Vec<Field> {
        spectral::fields()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("steepness", "s", ""), self.steepness),
            (Parameter::new("perturbation", "δ", ""), self.perturbation),
            (Parameter::new("speed", "U", "m/s"), self.speed),
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.viscosity()),
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
        start(grid, self.density, |index| self.vorticity(index))
    }
}
