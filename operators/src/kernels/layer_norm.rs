//! Normalization over the channels of every cell.

use super::slices::{blocks, blocks_mut, zeros};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

/// The number of cells per task: with a hundred channels they fit the second-level cache.
const BLOCK: usize = 256;

/// See [`LayerNorm`](crate::layers::LayerNorm), of x, γ and β.
pub(crate) struct LayerNormKernel {
    pub(crate) epsilon: f32,
}

impl LayerNormKernel {
    /// `x̂` of a block of cells, `[channel, cell]`, and `1/√(σ² + ε)` of every cell.
    fn standardized(&self, x: ArrayView2<'_, f32>) -> (Array2<f32>, Array1<f32>) {
        let mut normal = x.to_owned();
        let channels = normal.nrows() as f32;
        normal -= &(normal.sum_axis(Axis(0)) / channels);
        let variance = product_sum(&normal, &normal) / channels;
        let inverse = variance.mapv_into(|variance| (variance + self.epsilon).sqrt().recip());
        normal *= &inverse;
        (normal, inverse)
    }

    /// Writes `γ x̂ + β` of a block of cells.
    fn normalize(
        &self,
        x: ArrayView2<'_, f32>,
        weight: &[f32],
        bias: &[f32],
        mut y: ArrayViewMut2<'_, f32>,
    ) {
        let (normal, _) = self.standardized(x);
        for (((mut y, normal), &gamma), &beta) in
            y.rows_mut().into_iter().zip(normal.rows()).zip(weight).zip(bias)
        {
            Zip::from(&mut y).and(&normal).for_each(|y, &normal| *y = gamma * normal + beta);
        }
    }

    /// Writes the gradient of a block of cells, `(h − mean h − x̂ mean(h x̂)) / σ` with `h = γ g`, and
    /// returns its terms of the gradients of γ and β, `Σ g x̂` and `Σ g`.
    fn normalize_backward(
        &self,
        x: ArrayView2<'_, f32>,
        weight: &[f32],
        g: ArrayView2<'_, f32>,
        mut of_x: ArrayViewMut2<'_, f32>,
    ) -> [Array1<f32>; 2] {
        let (normal, inverse) = self.standardized(x);
        let of_weight = [(&g * &normal).sum_axis(Axis(1)), g.sum_axis(Axis(1))];
        let mut h = g.to_owned();
        h.rows_mut().into_iter().zip(weight).for_each(|(mut h, &gamma)| h *= gamma);
        let channels = h.nrows() as f32;
        let (mean, correlation) =
            (h.sum_axis(Axis(0)) / channels, product_sum(&h, &normal) / channels);
        for ((mut of_x, h), normal) in of_x.rows_mut().into_iter().zip(h.rows()).zip(normal.rows())
        {
            Zip::from(&mut of_x).and(&normal).and(&correlation).for_each(|y, x, c| *y = -c * x);
            Zip::from(&mut of_x)
                .and(&h)
                .and(&mean)
                .and(&inverse)
                .for_each(|y, h, mean, inverse| *y = inverse * (h - mean + *y));
        }
        of_weight
    }
}

/// `Σ_c a_c b_c` in every cell.
fn product_sum(a: &Array2<f32>, b: &Array2<f32>) -> Array1<f32> {
    let mut sum = Array1::zeros(a.ncols());
    for (a, b) in a.rows().into_iter().zip(b.rows()) {
        Zip::from(&mut sum).and(&a).and(&b).for_each(|sum, a, b| *sum += a * b);
    }
    sum
}

impl Kernel<3> for LayerNormKernel {
    const NAME: &'static str = "layer-norm";

    fn forward(&self, [x, weight, bias]: [Operand; 3]) -> Result<Output> {
        let [_, channels, cells] = x.sizes();
        let mut y = zeros(x.values.len());
        let blocks = blocks(x.values, [channels, cells], BLOCK).into_par_iter();
        blocks
            .zip(blocks_mut(&mut y, [channels, cells], BLOCK))
            .for_each(|(x, y)| self.normalize(x, weight.values, bias.values, y));
        Ok(Output::new(y, x.shape))
    }

    fn backward(
        &self,
        [x, weight, _]: [Operand; 3],
        _: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let [_, channels, cells] = x.sizes();
        let mut of_x = zeros(x.values.len());
        let [x_blocks, g_blocks] =
            [x.values, g].map(|values| blocks(values, [channels, cells], BLOCK));
        let terms: Vec<_> = (x_blocks.into_par_iter().zip(g_blocks))
            .zip(blocks_mut(&mut of_x, [channels, cells], BLOCK))
            .map(|((x, g), of_x)| self.normalize_backward(x, weight.values, g, of_x))
            .collect();
        let sum = |which: usize| {
            let zeros = Array1::<f32>::zeros(channels);
            terms.iter().fold(zeros, |sum, term| sum + &term[which]).to_vec()
        };
        Ok([of_x.into(), sum(0).into(), sum(1).into()])
    }
}
