//! The innermost loops of the gradient of a convolution's weights.

use super::tile::BLOCK;
use super::unfolding::Unfolding;
use pulp::{Simd, WithSimd};

/// Taps that are computed together.
const TAPS: usize = 3;

/// `Σ_{sample, p} g_o(p) x_c(p + shift)` for [`BLOCK`] or fewer channels of the gradient.
pub(super) struct Correlation<'a> {
    pub(super) unfolding: &'a Unfolding,
    pub(super) channels: usize,
    /// Unfolded planes sample by sample.
    pub(super) unfolded: Vec<&'a [f32]>,
    /// Of every sample, [`BLOCK`] planes of the gradient spread over the places, zeros between.
    pub(super) g: Vec<&'a [f32]>,
    /// `[channel of the gradient, channel, tap]`
    pub(super) sums: &'a mut [f32],
}

impl WithSimd for Correlation<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.tiles::<S, BLOCK>(simd);
        } else {
            self.tiles::<S, 4>(simd);
        }
    }
}

impl Correlation<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(self, simd: S) {
        let shifts = self.unfolding.shifts();
        let (plane, size) = (self.unfolding.plane(), self.channels * shifts.len());
        for (part, rows) in self.sums.chunks_mut(ROWS * size).enumerate() {
            for channel in 0..self.channels {
                for (group, shifts) in shifts.chunks(TAPS).enumerate() {
                    let start = |tap| channel * plane + shifts[shifts.len().min(tap + 1) - 1];
                    let starts: [usize; TAPS] = std::array::from_fn(start);
                    let mut sums = [[simd.splat_f32s(0.0); TAPS]; ROWS];
                    for (g, x) in self.g.iter().zip(&self.unfolded) {
                        let places = g.len() / BLOCK;
                        let g = &g[part * ROWS * places..(part + 1) * ROWS * places];
                        add_products(simd, g, x, starts, &mut sums);
                    }
                    let first = channel * self.unfolding.shifts().len() + group * TAPS;
                    for (row, sums) in rows.chunks_exact_mut(size).zip(&sums) {
                        let row = &mut row[first..first + shifts.len()];
                        for (sum, lanes) in row.iter_mut().zip(sums) {
                            *sum = simd.reduce_sum_f32s(*lanes);
                        }
                    }
                }
            }
        }
    }
}

/// Adds the products of some rows of the gradient with as many pieces of a plane.
#[inline(always)]
fn add_products<S: Simd, const ROWS: usize>(
    simd: S,
    g: &[f32],
    x: &[f32],
    starts: [usize; TAPS],
    sums: &mut [[S::f32s; TAPS]; ROWS],
) {
    let places = g.len() / ROWS;
    let count = places / S::F32_LANES;
    let rows: [&[S::f32s]; ROWS] = std::array::from_fn(|row| {
        &S::as_simd_f32s(&g[row * places..(row + 1) * places]).0[..count]
    });
    let pieces: [&[S::f32s]; TAPS] =
        starts.map(|start| &S::as_simd_f32s(&x[start..start + places]).0[..count]);
    for step in 0..count {
        let pieces: [S::f32s; TAPS] = std::array::from_fn(|tap| pieces[tap][step]);
        for row in 0..ROWS {
            let g = rows[row][step];
            for tap in 0..TAPS {
                sums[row][tap] = simd.mul_add_f32s(g, pieces[tap], sums[row][tap]);
            }
        }
    }
}
