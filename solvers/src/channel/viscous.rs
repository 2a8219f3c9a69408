//! The viscous term of a column.

use super::column::Wavenumbers;
use super::lanes::Mode;
use super::layout::Row;
use super::walls::{WallCondition, Walls};

/// ∇² of u, v, w at height j of a column.
#[inline(always)]
pub(super) fn viscous(walls: &Walls, k: Wavenumbers, rows: &[Row], j: usize) -> [Mode; 3] {
    let last = walls.cells() - 1;
    let (row, above) = (rows[j], rows.get(j + 1).copied().unwrap_or_default());
    let below = if j == 0 { Row::default() } else { rows[j - 1] };
    let slip = if walls.condition == WallCondition::NoSlip { 1.0 } else { 0.0 };
    let height = 1.0 / walls.heights[j];
    let low = height / walls.distances[j] * if j == 0 { slip } else { 1.0 };
    let high = height / walls.distances[j + 1] * if j == last { slip } else { 1.0 };
    let along = |below: Mode, here: Mode, above: Mode| {
        (below - here) * low + (above - here) * high - here * k.square
    };
    let v = if j == 0 {
        Mode::default()
    } else {
        let lower = 1.0 / (walls.distances[j] * walls.heights[j - 1]);
        let upper = 1.0 / (walls.distances[j] * walls.heights[j]);
        (below.v - row.v) * lower + (above.v - row.v) * upper - row.v * k.square
    };
    [along(below.u, row.u, above.u), v, along(below.w, row.w, above.w)]
}
