//! Scalar products of long rows.

use pulp::{Arch, Simd, WithSimd};

/// Rows of `a` that are multiplied at once with four or two rows of `b`: all sums stay in registers.
const TILE: usize = 4;

/// Values of a row that are processed at a time: the tiles of both operands fit the second-level cache.
const PIECE: usize = 4096;

/// Adds `Σ_k a_ik b_jk` to `sums [i, j]`, for rows of `count` values. Rows are read in place, those of
/// `b` once.
pub(crate) fn add_dots(a: &[f32], b: &[f32], count: usize, sums: &mut [f32]) {
    Arch::new().dispatch(Dots { a, b, count, sums });
}

struct Dots<'a> {
    a: &'a [f32],
    b: &'a [f32],
    count: usize,
    sums: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.tiles::<S, 4>(simd) } else { self.tiles::<S, 2>(simd) }
    }
}

impl Dots<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const COLUMNS: usize>(self, simd: S) {
        let Self { a, b, count, sums } = self;
        let [rows, columns] = [a, b].map(|side| side.len() / count);
        for start in (0..count).step_by(PIECE) {
            let end = count.min(start + PIECE);
            for j in (0..columns).step_by(COLUMNS) {
                for i in (0..rows).step_by(TILE) {
                    // Rows beyond the last repeat it; their sums are not used.
                    let piece = |side, row: usize, rows: usize| -> &[f32] {
                        let first = row.min(rows - 1) * count;
                        let side: &[f32] = side;
                        &side[first + start..first + end]
                    };
                    let of_a: [&[f32]; TILE] = std::array::from_fn(|k| piece(a, i + k, rows));
                    let of_b: [&[f32]; COLUMNS] = std::array::from_fn(|k| piece(b, j + k, columns));
                    let products = tile(simd, of_a, of_b);
                    for (i, products) in (i..rows).zip(&products) {
                        for (j, product) in (j..columns).zip(products) {
                            sums[i * columns + j] += product;
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn tile<S: Simd, const COLUMNS: usize>(
    simd: S,
    a: [&[f32]; TILE],
    b: [&[f32]; COLUMNS],
) -> [[f32; COLUMNS]; TILE] {
    let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; TILE];
    let (whole_a, rest_a) = parts::<S, TILE>(a);
    let (whole_b, rest_b) = parts::<S, COLUMNS>(b);
    for step in 0..whole_a[0].len().min(whole_b[0].len()) {
        let b: [S::f32s; COLUMNS] = std::array::from_fn(|j| whole_b[j][step]);
        for (a, sums) in whole_a.iter().zip(&mut sums) {
            for (b, sum) in b.iter().zip(sums) {
                *sum = simd.mul_add_f32s(a[step], *b, *sum);
            }
        }
    }
    std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let rest: f32 = rest_a[i].iter().zip(rest_b[j]).map(|(a, b)| a * b).sum();
            simd.reduce_sum_f32s(sums[i][j]) + rest
        })
    })
}

/// The whole vectors of rows of equal length, and the values after the last whole vector.
#[inline(always)]
fn parts<S: Simd, const N: usize>(rows: [&[f32]; N]) -> ([&[S::f32s]; N], [&[f32]; N]) {
    let whole = S::as_simd_f32s(rows[0]).0.len();
    let parts = rows.map(S::as_simd_f32s);
    (parts.map(|(vectors, _)| &vectors[..whole]), parts.map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of up to 5000 products of values up to 1, each rounded at 6e-8 of its size.
    #[test]
    fn every_row_is_multiplied_with_every_row() {
        let wave = |i: usize, k: f64| (k * i as f64).sin();
        for (rows, columns, count) in [(1, 1, 1), (4, 4, 16), (3, 6, 37), (5, 2, 5000)] {
            let a: Vec<f32> = (0..rows * count).map(|i| wave(i, 0.7) as f32).collect();
            let b: Vec<f32> = (0..columns * count).map(|i| wave(i, 1.3) as f32).collect();
            let mut sums = vec![1.0; rows * columns];
            add_dots(&a, &b, count, &mut sums);
            for (pair, sum) in sums.iter().enumerate() {
                let (a, b) = (&a[pair / columns * count..], &b[pair % columns * count..]);
                let products = a[..count].iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
                let exact = 1.0 + products.sum::<f64>();
                assert!((f64::from(*sum) - exact).abs() < 1e-5 * (count as f64).sqrt());
            }
        }
    }
}
