//! The potential part of a vector field.

use super::column::Wavenumbers;
use super::lanes::{Lanes, Mode};
use super::walls::Walls;

/// Solves ∇²φ = ∇·f in one column, with ∂φ/∂y = fy = 0 at the walls. f − ∇φ is then free of divergence.
///
/// `field(j)` has the components of f at height j: along x and z at the centre of the cell, along y at its lower face,
/// 0 at the walls. In the mean over planes, f has a component along y only, and φ is its integral from the low wall.
#[inline(always)]
pub(super) fn potential(
    walls: &Walls,
    k: Wavenumbers,
    field: impl Fn(usize) -> [Mode; 3],
    phi: &mut [Mode],
    factors: &mut [Lanes],
) {
    let last = walls.cells() - 1;
    let varies = k.varies;
    let square = k.square + (Lanes::splat(1.0) - varies);
    let mut above = Mode::default();
    let (mut factor, mut value) = (Lanes::default(), Mode::default());
    for j in (0..=last).rev() {
        let [fx, fy, fz] = field(j);
        let height = 1.0 / walls.heights[j];
        let low = if j == 0 { 0.0 } else { height / walls.distances[j] };
        let high = if j == last { 0.0 } else { height / walls.distances[j + 1] };
        let divergence = fx.times_i(k.kx) + fz.times_i(k.kz) + (above - fy) * height;
        let pivot = (square + Lanes::splat(low + high) - factor * high).recip();
        factor = pivot * low;
        value = (value * high - divergence * varies) * pivot;
        (factors[j], phi[j], above) = (factor, value, fy);
    }
    let mean = Lanes::splat(1.0) - varies;
    let mut below = Mode::default();
    for j in 0..=last {
        let [_, fy, _] = field(j);
        let step = if j == 0 { Mode::default() } else { fy * walls.distances[j] };
        phi[j] = phi[j] + below * factors[j] * varies + (below + step) * mean;
        below = phi[j];
    }
}
