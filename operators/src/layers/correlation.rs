//! Sums over cells of products of rows: the gradient of a convolution's weights, or of a matrix.

use super::tile::BLOCK;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// `Σ_{sample, p} g_o(p) x_c(p + shift)`, with planes of some samples and so many places p.
pub(super) struct Correlation<'a> {
    pub(super) g: Vec<&'a [f32]>,
    /// From one plane of g to the next.
    pub(super) places: usize,
    pub(super) x: Vec<&'a [f32]>,
    /// From one plane of x to the next.
    pub(super) plane: usize,
    pub(super) shifts: &'a [usize],
    pub(super) count: usize,
}

impl Correlation<'_> {
    /// Adds to sums `[o, (c, shift)]` of so many columns, some rows a task.
    pub(super) fn add_to(&self, sums: &mut [f32], columns: usize) {
        let parts = rayon::current_num_threads();
        let rows = (sums.len() / columns).div_ceil(parts).next_multiple_of(BLOCK);
        sums.par_chunks_mut(rows * columns).enumerate().for_each(|(part, sums)| {
            Arch::new().dispatch(Rows { of: self, first: part * rows, columns, sums });
        });
    }
}

/// Some rows of the sums.
struct Rows<'a> {
    of: &'a Correlation<'a>,
    first: usize,
    columns: usize,
    sums: &'a mut [f32],
}

impl WithSimd for Rows<'_> {
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

impl Rows<'_> {
    /// Tiles of so many rows and columns, whose sums stay in registers.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const COLUMNS: usize>(self, simd: S) {
        let (size, &Correlation { ref g, places, ref x, plane, shifts, count }) =
            (self.columns, self.of);
        let start = |column: usize| column / shifts.len() * plane + shifts[column % shifts.len()];
        let rows = self.sums.len() / size;
        for column in (0..size).step_by(COLUMNS) {
            for row in (0..rows).step_by(ROWS) {
                // Beyond the last row or column the last one again, whose sum is not used.
                let firsts: [usize; ROWS] =
                    std::array::from_fn(|part| (self.first + (row + part).min(rows - 1)) * places);
                let starts: [usize; COLUMNS] =
                    std::array::from_fn(|part| start((column + part).min(size - 1)));
                let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; ROWS];
                let mut rest = [[0.0; COLUMNS]; ROWS];
                for (g, x) in g.iter().zip(x) {
                    let rows = firsts.map(|first| &g[first..first + count]);
                    let pieces = starts.map(|start| &x[start..start + count]);
                    add_products(simd, rows, pieces, &mut sums);
                    add_rest(count % S::F32_LANES, rows, pieces, &mut rest);
                }
                for (part, (sums, rest)) in sums.iter().zip(&rest).enumerate().take(rows - row) {
                    let places = &mut self.sums[(row + part) * size..][column..size];
                    for (place, (lanes, rest)) in places.iter_mut().zip(sums.iter().zip(rest)) {
                        *place += simd.reduce_sum_f32s(*lanes) + rest;
                    }
                }
            }
        }
    }
}

/// Adds the products of so many last places.
#[inline(always)]
fn add_rest<const ROWS: usize, const COLUMNS: usize>(
    count: usize,
    rows: [&[f32]; ROWS],
    pieces: [&[f32]; COLUMNS],
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    for place in rows[0].len() - count..rows[0].len() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            for (sum, piece) in sums.iter_mut().zip(pieces) {
                *sum += row[place] * piece[place];
            }
        }
    }
}

/// Adds the products of rows and pieces, but for places that are no whole vector.
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
