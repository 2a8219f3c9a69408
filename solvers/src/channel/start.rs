//! The initial state of turbulent flow.

use super::solver::Channel;
use data::rng;
use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use std::f64::consts::{PI, TAU};

/// A turbulent profile with streaks that become unstable, and noise.
///
/// ```text
/// u = U(y⁺) + ¼ U_b cos(2π n z/Lz) (y⁺/30) exp(½ − 0.00055 y⁺²) + noise
/// w = (1/20) U_b sin(2π m x/Lx) (y⁺/10) exp(−0.00055 y⁺²) + noise
/// ```
///
/// with y⁺ from the nearer wall, streaks about 200 ν/u_τ apart and waves about 500 ν/u_τ long. U is Reichardt's profile,
/// scaled to the bulk velocity U_b. The noise has wavenumbers up to [`NOISY`] along x, y and z, each from a random stream
/// of its own, so that the state does not depend on the grid; its amplitude is 2 u_τ, and less for y⁺ < 10.
///
/// Sources: Reichardt (1951), Z. Angew. Math. Mech. 31, 208 (the profile); Schoppa & Hussain (2002), J. Fluid Mech. 453,
/// 57 (the streaks and their perturbation).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Start {
    /// Friction velocity u_τ in m/s.
    pub(crate) friction_velocity: f64,
    /// Half height h in m.
    pub(crate) half_height: f64,
    /// Kinematic viscosity ν in m²/s.
    pub(crate) nu: f64,
    /// Bulk velocity in m/s.
    pub(crate) bulk_velocity: f64,
    /// Lx and Lz in m.
    pub(crate) lengths: [f64; 2],
}

/// Largest integer wavenumber of the noise along each axis.
const NOISY: i64 = 8;

impl Start {
    /// Sets the state of `flow`.
    pub(crate) fn apply(self, flow: &mut Channel, rng: &mut ChaCha12Rng) {
        let key: u64 = rng.random();
        let wall_unit = self.nu / self.friction_velocity;
        let centres: Vec<f64> =
            flow.walls.faces.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
        let height = 2.0 * self.half_height;
        let from_wall: Vec<f64> = centres.iter().map(|y| y.min(height - y) / wall_unit).collect();
        let profile: Vec<f64> = from_wall.iter().map(|y| reichardt(*y)).collect();
        let scale = self.bulk_velocity / flow.walls.mean(profile.iter().copied());
        let [waves, streaks] = [(0, 500.0), (1, 200.0)].map(|(axis, length)| {
            (self.lengths[axis] / wall_unit / length).round().max(1.0) as i64
        });
        flow.start(|[m, n], j| {
            let y = from_wall[j];
            let decay = (-0.00055 * y * y).exp();
            let [mut u, mut w] = Self::noise(key, [m, n], centres[j] / height).map(|noise| {
                let near = (y / 10.0).min(1.0) * self.friction_velocity;
                noise.map(|part| near * part)
            });
            // A cosine has half its amplitude at each of two opposite wavenumbers, of which those with n > 0 are held.
            match [m, n] {
                [0, 0] => u = [scale * profile[j], 0.0],
                [0, n] if n == streaks => {
                    u[0] += 0.125 * self.bulk_velocity * y / 30.0 * 0.5_f64.exp() * decay;
                }
                [m, 0] if m == waves => {
                    w[1] -= 0.025 * self.bulk_velocity * y / 10.0 * decay;
                }
                _ => {}
            }
            [u, [0.0; 2], w]
        });
    }

    /// Coefficients of the noise of u and w at a height between 0 and 1, over u_τ; 0 in the mean over planes.
    fn noise(key: u64, [m, n]: [i64; 2], height: f64) -> [[f64; 2]; 2] {
        if [m, n] == [0, 0] || m.abs() > NOISY || n > NOISY {
            return [[0.0; 2]; 2];
        }
        let mut draws = rng(key, u64::from(m as u32) << 32 | u64::from(n as u32));
        let mut noise = [[0.0; 2]; 2];
        for l in 0..=NOISY {
            let shape = (PI * l as f64 * height).cos();
            for part in &mut noise {
                let (sin, cos) = (TAU * draws.random::<f64>()).sin_cos();
                part[0] += shape * cos;
                part[1] += shape * sin;
            }
        }
        // The number of modes: both signs of m and n, all l; of the mean squares of all, ½ from the cosines across.
        let modes = ((2 * NOISY + 1).pow(2) * (NOISY + 1)) as f64;
        noise.map(|part| part.map(|part| 2.0 * part / modes.sqrt()))
    }
}

/// Reichardt's mean velocity over u_τ at y⁺.
fn reichardt(y: f64) -> f64 {
    let near = 7.8 * (1.0 - (-y / 11.0).exp() - y / 11.0 * (-0.33 * y).exp());
    (1.0 + 0.4 * y).ln() / 0.4 + near
}
