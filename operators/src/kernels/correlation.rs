//! Sums over cells of products of rows: the gradient of the weights of a convolution or of a matrix.

use super::tile::BLOCK;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Adds `Σ_n a_in b_jn` over `count` cells n to `sums [i, j]` of `columns` columns; `strides` are the row
/// strides of a and b.
pub(crate) fn add_products(
    [a, b]: [&[f32]; 2],
    strides: [usize; 2],
    count: usize,
    sums: &mut [f32],
    columns: usize,
) {
    Correlation { g: vec![a], x: vec![b], strides, shifts: &[0], count }.add_to(sums, columns);
}

/// `Σ_{sample, p} g_o(p) x_c(p + shift)` over `count` positions p, for every row o of g and every pair of
/// a row c of x and a shift.
pub(crate) struct Correlation<'a> {
    /// The rows of g for every sample.
    pub(crate) g: Vec<&'a [f32]>,
    /// The rows of x for every sample.
    pub(crate) x: Vec<&'a [f32]>,
    /// The row strides of g and x.
    pub(crate) strides: [usize; 2],
    pub(crate) shifts: &'a [usize],
    pub(crate) count: usize,
}

impl Correlation<'_> {
    /// Adds to `sums [o, (c, shift)]` of `columns` columns; a task computes some of the rows.
    pub(crate) fn add_to(&self, sums: &mut [f32], columns: usize) {
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
    /// Tiles whose sums stay in registers.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const COLUMNS: usize>(self, simd: S) {
        let (size, &Correlation { ref g, ref x, strides, shifts, count }) = (self.columns, self.of);
        let start =
            |column: usize| column / shifts.len() * strides[1] + shifts[column % shifts.len()];
        let rows = self.sums.len() / size;
        for column in (0..size).step_by(COLUMNS) {
            for row in (0..rows).step_by(ROWS) {
                // Rows and columns beyond the last repeat it; their sums are not used.
                let firsts: [usize; ROWS] = std::array::from_fn(|part| {
                    (self.first + (row + part).min(rows - 1)) * strides[0]
                });
                let starts: [usize; COLUMNS] =
                    std::array::from_fn(|part| start((column + part).min(size - 1)));
                let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; ROWS];
                let mut rest = [[0.0; COLUMNS]; ROWS];
                for (g, x) in g.iter().zip(x) {
                    let rows = firsts.map(|first| &g[first..first + count]);
                    let pieces = starts.map(|start| &x[start..start + count]);
                    add_vectors(simd, rows, pieces, &mut sums);
                    add_rest(count % S::F32_LANES, rows, pieces, &mut rest);
                }
                for (part, (sums, rest)) in sums.iter().zip(&rest).enumerate().take(rows - row) {
                    let sums_of_row = &mut self.sums[(row + part) * size..][column..size];
                    for (sum, (lanes, rest)) in sums_of_row.iter_mut().zip(sums.iter().zip(rest)) {
                        *sum += simd.reduce_sum_f32s(*lanes) + rest;
                    }
                }
            }
        }
    }
}

/// Adds the products of the last `count` positions.
#[inline(always)]
fn add_rest<const ROWS: usize, const COLUMNS: usize>(
    count: usize,
    rows: [&[f32]; ROWS],
    pieces: [&[f32]; COLUMNS],
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    for position in rows[0].len() - count..rows[0].len() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            for (sum, piece) in sums.iter_mut().zip(pieces) {
                *sum += row[position] * piece[position];
            }
        }
    }
}

/// Adds the products of rows and pieces at all positions that make up whole vectors.
#[inline(always)]
fn add_vectors<S: Simd, const ROWS: usize, const COLUMNS: usize>(
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

#[cfg(test)]
mod tests {
    use super::*;

    /// With this processor's vectors and with scalars, for a length that is not a multiple of the vector length, two
    /// samples and two shifts.
    #[test]
    fn agrees_with_scalar_sums() {
        let wave = |k: f32, count: usize| -> Vec<f32> {
            (0..count).map(|i| (k * i as f32).sin()).collect()
        };
        let (rows, channels, count, strides, shifts) = (11, 9, 37, [41, 50], [0, 13]);
        let g = [1.3, 0.7].map(|k| wave(k, rows * strides[0]));
        let x = [0.9, 2.1].map(|k| wave(k, channels * strides[1]));
        let of = Correlation {
            g: g.iter().map(|g| &g[..]).collect(),
            x: x.iter().map(|x| &x[..]).collect(),
            strides,
            shifts: &shifts,
            count,
        };
        let columns = channels * shifts.len();
        let (mut ours, mut scalar) = (vec![1.0; rows * columns], vec![1.0; rows * columns]);
        of.add_to(&mut ours, columns);
        let all = Rows { of: &of, first: 0, columns, sums: &mut scalar };
        all.with_simd(pulp::Scalar::new());
        for (index, (ours, scalar)) in ours.iter().zip(&scalar).enumerate() {
            let (o, c, shift) = (index / columns, index % columns / 2, shifts[index % 2]);
            let products = (0..2 * count).map(|term| {
                let (sample, p) = (term / count, term % count);
                f64::from(g[sample][o * strides[0] + p] * x[sample][c * strides[1] + p + shift])
            });
            // 74 products of at most 1, rounded at 6e-8 of sums of at most 10.
            let wanted = 1.0 + products.sum::<f64>();
            for sum in [ours, scalar] {
                assert!((f64::from(*sum) - wanted).abs() < 2e-5, "{index}: {sum} {wanted}");
            }
        }
    }
}
