//! Random vorticity with a prescribed energy spectrum.

use super::domain;
use data::{Grid, State, rng};
use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use std::f64::consts::TAU;

/// A random-phase field with energy around one wavenumber, in a square periodic domain of side L.
///
/// ```text
/// E(m) ∝ (m/mₚ)⁷ exp(−7/2 (m/mₚ)²),   m = |k| L/2π,   |ω̂(k)|² ∝ m E(m)
/// ```
///
/// scaled so that the root mean square speed is exactly U. The spectrum decays like a Gaussian, so that grids
/// with wavenumbers up to [`CUT`] mₚ represent the field exactly. The phase of every wavenumber is drawn from its
/// own random stream, so that the field does not depend on the grid.
///
/// Source: the narrow random spectra of McWilliams (1984), J. Fluid Mech. 146, 21, in the smooth form
/// of San & Staples (2012), Comput. Fluids 63, 105.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spectrum {
    /// mₚ, the wavenumber of the largest E.
    pub(crate) peak: f64,
    /// U in m/s.
    pub(crate) speed: f64,
    /// L in m.
    pub(crate) length: f64,
}

/// The cut-off wavenumber over mₚ; E is there 3·10⁻¹⁹ of its maximum.
const CUT: f64 = 4.0;

impl Spectrum {
    /// Cell averages of a random field, in a fluid of `density` in kg/m³.
    pub(crate) fn start(self, grid: &Grid, density: f64, rng: &mut ChaCha12Rng) -> State {
        domain::start(grid, density, self.draw(rng))
    }

    /// The coefficients of ω in 1/s, as a function of the integer wavenumbers.
    fn draw(self, rng: &mut ChaCha12Rng) -> impl Fn([i64; 2]) -> [f64; 2] {
        let (key, scale) = (rng.random(), self.scale());
        move |index| {
            let (is_opposite, [m, n]) = canonical(index);
            let square = self.square(index);
            if square == 0.0 {
                return [0.0; 2];
            }
            let stream = u64::from(m as u32) << 32 | u64::from(n as u32);
            let angle = TAU * phase(key, stream);
            let (sin, cos) = angle.sin_cos();
            let modulus = scale * square.sqrt();
            [modulus * cos, if is_opposite { -modulus * sin } else { modulus * sin }]
        }
    }

    /// m E(m), up to a factor.
    fn square(self, [m, n]: [i64; 2]) -> f64 {
        let ratio = (m as f64).hypot(n as f64) / self.peak;
        if ratio > CUT { 0.0 } else { ratio.powi(8) * (-3.5 * ratio * ratio).exp() }
    }

    /// The factor of ω̂ for which Σ |ω̂|²/k² = U².
    fn scale(self) -> f64 {
        let reach = (CUT * self.peak).ceil() as i64;
        let k = |m: i64, n: i64| TAU / self.length * (m as f64).hypot(n as f64);
        let of_line = |m: i64| -> f64 {
            let inner = (-reach..=reach).filter(|n| [m, *n] != [0, 0]);
            inner.map(|n| self.square([m, n]) / k(m, n).powi(2)).sum()
        };
        self.speed / (-reach..=reach).map(of_line).sum::<f64>().sqrt()
    }
}

/// Of two opposite wavenumbers the one whose phase is drawn, and whether `[m, n]` is the other.
fn canonical([m, n]: [i64; 2]) -> (bool, [i64; 2]) {
    let is_opposite = n < 0 || (n == 0 && m < 0);
    (is_opposite, if is_opposite { [-m, -n] } else { [m, n] })
}

/// A random number in [0, 1) from the stream of a wavenumber.
fn phase(key: u64, stream: u64) -> f64 {
    rng(key, stream).random()
}
