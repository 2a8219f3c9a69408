//! A linear map of few cells.

use super::map::{Sizes, WeightAndBias};
use crate::kernels::dots::add_dots;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, matrix_mut};
use ndarray::Array2;
use rayon::prelude::*;

/// `y = W x + b`; where there are fewer samples than threads, the rows of every product are split.
pub(super) fn forward(x: &[f32], sizes: &Sizes, weights: WeightAndBias<'_>) -> Vec<f32> {
    let (WeightAndBias { weight, bias }, cells) = (weights, sizes.cells);
    let out = weight.nrows();
    let mut y = vec![0.0; sizes.batch * out * cells];
    if cells == 1 && (sizes.batch > 1 || sizes.channels >= LONG && sizes.batch == 1) {
        in_one_product(x, sizes, weights, &mut y);
        return y;
    }
    let parts = rayon::current_num_threads().div_ceil(sizes.batch.max(1));
    let rows = out.div_ceil(parts);
    let samples = x.par_chunks_exact(sizes.channels * cells);
    y.par_chunks_exact_mut(out * cells).zip(samples).for_each(|(y, x)| {
        let x = matrix(x, (sizes.channels, cells));
        y.par_chunks_mut(rows * cells).enumerate().for_each(|(part, y)| {
            let first = part * rows;
            let weight = weight.slice(ndarray::s![first..first + y.len() / cells, ..]);
            if let Some(bias) = bias.get(first..) {
                y.chunks_exact_mut(cells).zip(bias).for_each(|(row, bias)| row.fill(*bias));
            }
            multiply(1.0, &weight, &x, 1.0, &mut matrix_mut(y, (weight.nrows(), cells)));
        });
    });
    y
}

/// `yᵀ = xᵀ Wᵀ + b` of samples with one cell each. A thread computes several samples, and reads the weights
/// once for all of them.
fn in_one_product(
    x: &[f32],
    sizes: &Sizes,
    WeightAndBias { weight, bias }: WeightAndBias<'_>,
    y: &mut [f32],
) {
    let (out, channels) = (weight.nrows(), sizes.channels);
    let rows = sizes.batch.div_ceil(rayon::current_num_threads());
    y.par_chunks_mut(rows * out).zip(x.par_chunks(rows * channels)).for_each(|(y, x)| {
        if !bias.is_empty() {
            y.chunks_exact_mut(out).for_each(|y| y.copy_from_slice(bias));
        }
        if let (Some(weight), true) = (weight.to_slice(), channels >= LONG) {
            return add_dots(x, weight, channels, y);
        }
        let (x, rows) = (matrix(x, (x.len() / channels, channels)), y.len() / out);
        multiply(1.0, &x, &weight.t(), 1.0, &mut matrix_mut(y, (rows, out)));
    });
}

/// The number of channels from which on scalar products are faster than packing the factors of a matrix
/// product.
const LONG: usize = 256;

/// `Σ_samples g xᵀ`, the samples added in order.
pub(super) fn of_weight(
    g: &[f32],
    x: &[f32],
    [out, channels]: [usize; 2],
    cells: usize,
) -> Vec<f32> {
    let sum = if cells == 1 {
        let [g, x] = [(g, out), (x, channels)].map(|(a, rows)| matrix(a, (a.len() / rows, rows)));
        let mut sum = Array2::zeros((out, channels));
        multiply(1.0, &g.t(), &x, 0.0, &mut sum);
        sum
    } else {
        let (g, x) = (g.par_chunks_exact(out * cells), x.par_chunks_exact(channels * cells));
        let product = |(g, x)| matrix(g, (out, cells)).dot(&matrix(x, (channels, cells)).t());
        let products: Vec<Array2<f32>> = g.zip(x).map(product).collect();
        let sum = products.into_iter().reduce(|sum, product| sum + product);
        sum.unwrap_or_else(|| Array2::zeros((out, channels)))
    };
    sum.into_raw_vec_and_offset().0
}
