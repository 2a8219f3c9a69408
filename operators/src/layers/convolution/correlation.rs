//! The innermost loops of the gradient of a convolution's weights.

use super::unfolding::Unfolding;
use pulp::{Simd, WithSimd};

/// `Σ_{sample, p} g_o(p) x_c(p + shift)` for some channels of the gradient.
pub(super) struct Correlation<'a> {
    pub(super) unfolding: &'a Unfolding,
    pub(super) channels: usize,
    /// Unfolded planes sample by sample.
    pub(super) unfolded: Vec<&'a [f32]>,
    /// From one of those planes to the next.
    pub(super) plane: usize,
    /// Of every sample, planes of the gradient, [spread](Unfolding::spread).
    pub(super) g: Vec<&'a [f32]>,
    /// From one of those planes to the next, whole vectors.
    pub(super) places: usize,
    /// `[channel of the gradient, channel, tap]`
    pub(super) sums: &'a mut [f32],
}

impl WithSimd for Correlation<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.tiles::<S, 4, 6>(simd);
        } else {
            self.tiles::<S, 4, 3>(simd);
        }
    }
}

impl Correlation<'_> {
    /// Tiles of so many channels of the gradient and columns, pairs of a channel and a tap; the sums
    /// stay in registers.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const COLUMNS: usize>(self, simd: S) {
        let (shifts, plane, places) = (self.unfolding.shifts(), self.plane, self.places);
        let size = self.channels * shifts.len();
        let start = |column: usize| column / shifts.len() * plane + shifts[column % shifts.len()];
        for (part, rows) in self.sums.chunks_mut(ROWS * size).enumerate() {
            for first in (0..size).step_by(COLUMNS) {
                // Beyond the last row or column the last one again, whose sum is not used.
                let starts = std::array::from_fn(|column| start((first + column).min(size - 1)));
                let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; ROWS];
                for (g, x) in self.g.iter().zip(&self.unfolded) {
                    let last = g.len() / places - 1;
                    let rows = std::array::from_fn(|row| {
                        let row = (part * ROWS + row).min(last);
                        &g[row * places..(row + 1) * places]
                    });
                    let pieces = starts.map(|start| &x[start..start + places]);
                    add_products(simd, rows, pieces, &mut sums);
                }
                for (row, sums) in rows.chunks_exact_mut(size).zip(&sums) {
                    for (sum, lanes) in row[first..].iter_mut().zip(sums) {
                        *sum = simd.reduce_sum_f32s(*lanes);
                    }
                }
            }
        }
    }
}

/// Adds the products of some planes of the gradient with as many pieces of planes.
#[inline(always)]
fn add_products<S: Simd, const ROWS: usize, const COLUMNS: usize>(
    simd: S,
    rows: [&[f32]; ROWS],
    pieces: [&[f32]; COLUMNS],
    sums: &mut [[S::f32s; COLUMNS]; ROWS],
) {
    let count = rows[0].len() / S::F32_LANES;
    let rows: [&[S::f32s]; ROWS] =
        std::array::from_fn(|row| &S::as_simd_f32s(rows[row]).0[..count]);
    let pieces: [&[S::f32s]; COLUMNS] =
        std::array::from_fn(|column| &S::as_simd_f32s(pieces[column]).0[..count]);
    let mut all = *sums;
    for step in 0..count {
        let rows: [S::f32s; ROWS] = std::array::from_fn(|row| rows[row][step]);
        for column in 0..COLUMNS {
            let piece = pieces[column][step];
            for row in 0..ROWS {
                all[row][column] = simd.mul_add_f32s(rows[row], piece, all[row][column]);
            }
        }
    }
    *sums = all;
}
