//! A map with its weights packed in blocks of rows, and rows of cells for it.

use super::map::WeightAndBias;
use crate::kernels::slices::matrix_mut;
use crate::kernels::tile::{
    BLOCK, Factors, NARROW, PANEL, Update, Weights, in_blocks, is_wide, panel, scale,
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

    /// Writes `d W x + b` to rows; x, d and y have the same row stride.
    pub(crate) fn apply(&self, x: &[f32], stride: usize, factors: &[f32], y: &mut [f32]) {
        let y = matrix_mut(&mut y[..self.out * stride], (self.out, stride));
        // The row stride exceeds a multiple of the panel size; the values beyond the last whole panel are not used.
        let y = y.slice_move(s![.., ..stride / PANEL * PANEL]);
        self.product(x, stride, factors, 0.0, y);
    }

    /// `y ← k y + d W x + b`, with an elementwise factor d, which is 1 if there is none.
    pub(crate) fn product(
        &self,
        x: &[f32],
        stride: usize,
        factors: &[f32],
        keep: f32,
        y: ArrayViewMut2<'_, f32>,
    ) {
        let Self { weights, offsets, .. } = self;
        Arch::new().dispatch(Product { weights, offsets, x, stride, factors, keep, y });
    }
}

/// Writes `f(x)` row by row, and zeros after every row up to the next whole panel.
#[inline(always)]
pub(crate) fn lay_out(
    x: ArrayView2<'_, f32>,
    stride: usize,
    f: impl Fn(f32) -> f32,
    rows: &mut [f32],
) {
    for (x, row) in x.outer_iter().zip(rows.chunks_mut(stride)) {
        let (values, rest) = row.split_at_mut(x.len());
        let x = x.to_slice().expect("cells are contiguous");
        values.iter_mut().zip(x).for_each(|(value, x)| *value = f(*x));
        let gap = (x.len().next_multiple_of(PANEL) - x.len()).min(rest.len());
        rest[..gap].fill(0.0);
    }
}

/// Replaces every value by `f` of it.
#[inline(always)]
pub(super) fn apply(values: &mut [f32], f: impl Fn(f32) -> f32) {
    for value in values {
        *value = f(*value);
    }
}

/// `y ← k y + d W x + b`
struct Product<'a> {
    weights: &'a [f32],
    offsets: &'a [f32],
    x: &'a [f32],
    /// The row stride of x and d.
    stride: usize,
    factors: &'a [f32],
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
            let positions = start..count.min(start + PANEL);
            for first in (0..rows).step_by(ROWS) {
                let block = &self.weights[first / BLOCK * size..][..size];
                let weights = Weights::Columns(&block[first % BLOCK..], BLOCK);
                let cells = &self.x[start..];
                let products = Factors { weights, cells, stride: self.stride };
                let mut sums = panel::<S, ROWS>(simd, std::iter::once(products));
                for (row, sums) in (first..rows).zip(&mut sums) {
                    let offset = self.offsets.get(row).copied().unwrap_or_default();
                    let at = row * self.stride + start;
                    if let Some(factors) = self.factors.get(at..at + PANEL) {
                        scale(simd, sums, factors);
                    }
                    let y = self.y.row_mut(row).into_slice().expect("cells are contiguous");
                    let update = Update { alpha: 1.0, beta: self.keep, offset };
                    update.write(simd, sums, &mut y[positions.clone()]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// With this processor's vectors and with scalars, and with a last panel that is not whole.
    #[test]
    fn agrees_with_ndarray() {
        let wave = |k: f32, shape: (usize, usize)| {
            Array2::from_shape_fn(shape, |(i, j)| (k * (17 * i + 5 * j) as f32).sin())
        };
        let ((rows, channels), count, stride) = ((13, 7), 70, 112);
        let (weight, x, factors) =
            (wave(0.7, (rows, channels)), wave(1.3, (channels, stride)), wave(0.4, (rows, stride)));
        let bias: Vec<f32> = (0..rows).map(|row| row as f32).collect();
        let y = wave(2.1, (rows, count));
        let wanted = weight.dot(&x) * 0.5 * &factors;
        let map = Packed::of(WeightAndBias { weight: weight.view(), bias: &bias }, 0.5);
        let (mut ours, mut scalar) = (y.clone(), y.clone());
        let [cells, values] = [&x, &factors].map(|rows| rows.as_slice().expect("it is contiguous"));
        map.product(cells, stride, values, 3.0, ours.view_mut());
        let Packed { weights, offsets, .. } = &map;
        let y_again = scalar.view_mut();
        Product { weights, offsets, x: cells, stride, factors: values, keep: 3.0, y: y_again }
            .with_simd(pulp::Scalar::new());
        for ((row, cell), y) in y.indexed_iter() {
            let wanted = wanted[[row, cell]] + 0.5 * bias[row] + 3.0 * y;
            for y in [ours[[row, cell]], scalar[[row, cell]]] {
                assert!((y - wanted).abs() < 1e-5, "{row}, {cell}: {y} {wanted}");
            }
        }
    }
}
