//! Maps of rows of cells that are laid out to be computed with.

use super::map::WeightAndBias;
use crate::kernels::slices::matrix_mut;
use crate::kernels::tile::{
    BLOCK, Factors, NARROW, PANEL, Put, Weights, in_blocks, is_wide, panel, scale,
};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use pulp::{Arch, Simd, WithSimd};

/// A map with its weights in [blocks](in_blocks).
pub(crate) struct Packed {
    weights: Vec<f32>,
    offsets: Vec<f32>,
    pub(super) out: usize,
}

impl Packed {
    pub(crate) fn of(WeightAndBias { weight, bias }: WeightAndBias<'_>, step: f32) -> Self {
        let weights = in_blocks(weight, step);
        let offsets = bias.iter().map(|bias| step * bias).collect();
        Self { weights, offsets, out: weight.nrows() }
    }

    /// Writes `d W x + b` to rows as far apart.
    pub(crate) fn apply(&self, x: &[f32], apart: usize, slopes: &[f32], y: &mut [f32]) {
        let y = matrix_mut(&mut y[..self.out * apart], (self.out, apart));
        // Rows are apart by whole panels and some more.
        let y = y.slice_move(s![.., ..apart / PANEL * PANEL]);
        self.product(x, apart, slopes, 0.0, y);
    }

    /// `y ← k y + d W x + b`; no d is 1.
    pub(crate) fn product(
        &self,
        x: &[f32],
        apart: usize,
        slopes: &[f32],
        keep: f32,
        y: ArrayViewMut2<'_, f32>,
    ) {
        let Self { weights, offsets, .. } = self;
        Arch::new().dispatch(Product { weights, offsets, x, apart, slopes, keep, y });
    }
}

/// `f` of every value, row by row, and zeros behind every row up to the next whole panel.
#[inline(always)]
pub(crate) fn lay_out(
    x: ArrayView2<'_, f32>,
    apart: usize,
    f: impl Fn(f32) -> f32,
    rows: &mut [f32],
) {
    for (x, row) in x.outer_iter().zip(rows.chunks_mut(apart)) {
        let (values, rest) = row.split_at_mut(x.len());
        let x = x.to_slice().expect("cells lie side by side");
        values.iter_mut().zip(x).for_each(|(value, x)| *value = f(*x));
        let gap = (x.len().next_multiple_of(PANEL) - x.len()).min(rest.len());
        rest[..gap].fill(0.0);
    }
}

/// `f` in place of every value.
#[inline(always)]
pub(super) fn bend(values: &mut [f32], f: impl Fn(f32) -> f32) {
    for value in values {
        *value = f(*value);
    }
}

/// `y ← k y + d W x + b`, of rows so far apart.
struct Product<'a> {
    weights: &'a [f32],
    offsets: &'a [f32],
    x: &'a [f32],
    apart: usize,
    slopes: &'a [f32],
    keep: f32,
    y: ArrayViewMut2<'a, f32>,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if is_wide::<S>() { self.tiles::<S, BLOCK>(simd) } else { self.tiles::<S, NARROW>(simd) }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(mut self, simd: S) {
        let (rows, count) = self.y.dim();
        let size = self.weights.len() / rows.next_multiple_of(BLOCK) * BLOCK;
        for start in (0..count).step_by(PANEL) {
            let places = start..count.min(start + PANEL);
            for first in (0..rows).step_by(ROWS) {
                let block = &self.weights[first / BLOCK * size..][..size];
                let weights = Weights::Columns(&block[first % BLOCK..], BLOCK);
                let factors = Factors { weights, cells: &self.x[start..], apart: self.apart };
                let mut sums = panel::<S, ROWS>(simd, std::iter::once(factors));
                for (row, sums) in (first..rows).zip(&mut sums) {
                    let offset = self.offsets.get(row).copied().unwrap_or_default();
                    let place = row * self.apart + start;
                    if let Some(slopes) = self.slopes.get(place..place + PANEL) {
                        scale(simd, sums, slopes);
                    }
                    let y = self.y.row_mut(row).into_slice().expect("cells lie side by side");
                    let put = Put { alpha: 1.0, beta: self.keep, offset };
                    put.put(simd, sums, &mut y[places.clone()]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Whatever vectors there are, with a last panel that is not whole.
    #[test]
    fn agrees_with_another_product() {
        let wave = |k: f32, shape: (usize, usize)| {
            Array2::from_shape_fn(shape, |(i, j)| (k * (17 * i + 5 * j) as f32).sin())
        };
        let ((rows, channels), count, apart) = ((13, 7), 70, 112);
        let (weight, x, slopes) =
            (wave(0.7, (rows, channels)), wave(1.3, (channels, apart)), wave(0.4, (rows, apart)));
        let bias: Vec<f32> = (0..rows).map(|row| row as f32).collect();
        let y = wave(2.1, (rows, count));
        let wanted = weight.dot(&x) * 0.5 * &slopes;
        let map = Packed::of(WeightAndBias { weight: weight.view(), bias: &bias }, 0.5);
        let (mut ours, mut scalar) = (y.clone(), y.clone());
        let [cells, factors] = [&x, &slopes].map(|rows| rows.as_slice().expect("it is in order"));
        map.product(cells, apart, factors, 3.0, ours.view_mut());
        let Packed { weights, offsets, .. } = &map;
        let y_again = scalar.view_mut();
        Product { weights, offsets, x: cells, apart, slopes: factors, keep: 3.0, y: y_again }
            .with_simd(pulp::Scalar::new());
        for ((row, place), y) in y.indexed_iter() {
            let wanted = wanted[[row, place]] + 0.5 * bias[row] + 3.0 * y;
            for y in [ours[[row, place]], scalar[[row, place]]] {
                assert!((y - wanted).abs() < 1e-5, "{row}, {place}: {y} {wanted}");
            }
        }
    }
}
