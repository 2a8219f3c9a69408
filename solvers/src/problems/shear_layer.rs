//! The double shear layer.

use crate::checks::{check_not_negative, check_positive};
use crate::spectral::{PeriodicFlow, Square, start};
use data::{Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// A jet in a periodic square whose two shear layers roll up from a sinusoidal perturbation.
///
/// ```text
/// u = U tanh s(Y − ¼) for Y ≤ ½, U tanh s(¾ − Y) for Y > ½;   v = δ U sin 2πX;   X = x/L, Y = y/L
/// ```
///
/// s is the steepness of the layers; Re = U L / ν. The profile is made periodic by adding its images. This changes it
/// by less than e^(−s/2) and makes it smooth where the two halves meet.
///
/// **Expected behaviour over time.** The perturbation grows, and both layers roll up into one vortex each, connected by
/// a thin braid. Viscosity then thickens layers and vortices.
///
/// **Good values.** At t = L/U the relative velocity error is 2.3·10⁻³ on 64² and 2·10⁻⁵ on 128² for s = 30 at Re 10⁴,
/// and 5·10⁻⁸ on 64² for s = 10 at Re 2000. The cases of the benchmark use s from 15 to 40, δ from 0.02 to 0.08 and Re
/// from 2000 to 10⁴ on 128², with intervals of 0.06 L/U.
///
/// **When it breaks.** Layers of s = 80 are 0.8 cells thick on 64²: at Re 10⁴ and t = L/U the velocity error is 3 % on
/// 64² and 0.03 % on 128². Under-resolved layers develop spurious vortices (Brown & Minion), and the solver remains
/// stable. An odd number of cells along an axis, or fewer than 8, is refused.
///
/// Source: Brown & Minion (1995), J. Comput. Phys. 122, 165; Minion & Brown (1997), J. Comput. Phys.
/// 138, 734.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ShearLayer {
    /// Reynolds number Re = U L / ν, > 0. Default 10⁴.
    pub reynolds: f64,
    /// Steepness s, ≥ 10; the thickness of a layer is L/s. Default 30.
    pub steepness: f64,
    /// Amplitude δ of the perturbation over U, ≥ 0. Default 0.05.
    pub perturbation: f64,
    /// Velocity U on either side of a layer in m/s, > 0. Default 1.
    pub speed: f64,
    /// Side L of the square in m, > 0. Default 1.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

/// Below this steepness the layers overlap, and the contribution of the images is no longer small.
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
    /// Fourier coefficient ω̂ in 1/s at the wavenumber `[m, n]`, real and imaginary part.
    ///
    /// The layers vary along y only, the perturbation along x only. The Fourier transform of s sech² sY is 2q/sinh q
    /// with q = π² n/s; at integer n it is that of the sum over all images. The layers at ¼ and ¾ have opposite signs,
    /// so that even n cancel.
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

impl PeriodicFlow for ShearLayer {
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
            (Parameter::new("steepness", "s", ""), self.steepness),
            (Parameter::new("perturbation", "δ", ""), self.perturbation),
            (Parameter::new("speed", "U", "m/s"), self.speed),
        ];
        own.into_iter().chain(self.square().parameters()).collect()
    }

    fn time_scale(&self) -> f64 {
        self.length / self.speed
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        start(grid, self.density, |index| self.vorticity(index))
    }
}
