//! Random vorticity with a given spectrum.

use super::domain;
use data::{Grid, State, rng};
use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use std::f64::consts::TAU;

/// A field of random phases whose energy lies about one wavenumber, in a square box.
///
/// ```text
/// E(m) ∝ (m/mₚ)⁷ exp(−7/2 (m/mₚ)²),   m = |k| L/2π,   |ω̂(k)|² ∝ m E(m)
/// ```
///
/// scaled so that the root mean square speed is U exactly. Smooth, so that grids that hold a few mₚ
/// hold all of it. Every wavenumber draws its phase from a stream of its own: the field does not
/// depend on the grid.
///
/// Source: the narrow random spectra of McWilliams (1984), J. Fluid Mech. 146, 21, in the smooth form
/// of San & Staples (2012), Comput. Fluids 63, 105.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spectrum {
    /// mₚ, where E is greatest.
    pub(crate) peak: f64,
    /// U in m/s.
    pub(crate) speed: f64,
    /// L in m.
    pub(crate) length: f64,
}

/// Where the spectrum is cut, over mₚ: E is there 3·10⁻¹⁹ of its greatest.
const CUT: f64 = 4.0;

impl Spectrum {
    /// Cell averages of a draw in a fluid of `density`.
    pub(crate) fn start(self, grid: &Grid, density: f64, rng: &mut ChaCha12Rng) -> State {
        domain::start(grid, density, self.draw(rng))
    }

    /// The coefficients of ω in 1/s.
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

    /// m E(m) but for a factor.
    fn square(self, [m, n]: [i64; 2]) -> f64 {
        let ratio = (m as f64).hypot(n as f64) / self.peak;
        if ratio > CUT { 0.0 } else { ratio.powi(8) * (-3.5 * ratio * ratio).exp() }
    }

    /// What makes Σ |ω̂|²/k² = U².
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

/// The one of two opposite wavenumbers that draws, and whether it is the other.
fn canonical([m, n]: [i64; 2]) -> (bool, [i64; 2]) {
    let is_opposite = n < 0 || (n == 0 && m < 0);
    (is_opposite, if is_opposite { [-m, -n] } else { [m, n] })
}

/// A number in 0..1 of a wavenumber's own stream.
fn phase(key: u64, stream: u64) -> f64 {
    rng(key, stream).random()
}
