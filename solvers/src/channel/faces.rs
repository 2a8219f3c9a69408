//! The velocity across the channel on faces, from its averages over cells.

use super::column::Wavenumbers;
use super::lanes::{Lanes, Mode};
use super::layout::Row;
use super::walls::Walls;

/// Replaces the averages of v over the cells of one column by its values on their lower faces.
///
/// The values minimize
///
/// ```text
/// Σ Δ |½ (v(j) + v(j + 1)) − v̄(j)|² + Σ Δ |∇·u|²/k²,   k² = kx² + kz²
/// ```
///
/// with u and w given: averages that were made from a velocity without divergence give its values back to round-off, and
/// any others give values that fit both. On the walls, and in the mean over planes, v = 0.
pub(super) fn faces(walls: &Walls, k: Wavenumbers, rows: &mut [Row], factors: &mut [Lanes]) {
    let cells = walls.cells();
    let along = |row: &Row| row.u.times_i(k.kx) + row.w.times_i(k.kz);
    let quarter = k.square * 0.25;
    let (mut below, mut done, mut factor) = (rows[0], Mode::default(), Lanes::default());
    rows[0].v = Mode::default();
    for j in 1..cells {
        let (row, [low, high]) = (rows[j], [walls.heights[j - 1], walls.heights[j]]);
        let coupling = |height: f64| quarter * height - Lanes::splat(1.0 / height);
        let diagonal = Lanes::splat(1.0 / low + 1.0 / high) + quarter * (low + high);
        let averages = (below.v * low + row.v * high) * (quarter * 2.0);
        let right = (along(&row) - along(&below) + averages) * k.varies;
        let pivot = (diagonal - coupling(low) * factor).recip();
        factor = coupling(high) * pivot;
        done = (right - done * coupling(low)) * pivot;
        (factors[j], rows[j].v, below) = (factor, done, row);
    }
    let mut above = Mode::default();
    for j in (1..cells).rev() {
        rows[j].v -= above * factors[j];
        above = rows[j].v;
    }
}
