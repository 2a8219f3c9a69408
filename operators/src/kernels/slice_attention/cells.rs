//! From the tokens of slices to cells.

use super::slice_weights::{Gradients, Sizes, SliceWeights, Workspace};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::correlation::add_products;
use crate::kernels::pointwise::{Packed, WeightAndBias, lay_out};
use crate::kernels::slices::{matrix, matrix_mut, zeros};
use candle_core::Result;
use ndarray::s;
use pulp::Arch;
use rayon::prelude::*;

/// `Σ_g w_gn z_cg` of every cell n, with the slice weights w of given numbers of heads and slices.
///
/// Shapes: positions `[batch, head·channel, …cells]`, tokens z `[batch·head, channel, slice]` → as positions;
/// the third operand is what [`SliceWeights`] are computed from.
pub(crate) struct CellsKernel(pub(crate) [usize; 2]);

impl Kernel<3> for CellsKernel {
    const NAME: &'static str = "tokens-to-cells";

    fn forward(&self, [x, tokens, all]: [Operand; 3]) -> Result<Output> {
        let sizes = Sizes::of(x, self.0);
        let Sizes { heads, slices, channels, cells } = sizes;
        let slice_weights = SliceWeights::of(all.values, sizes);
        let mut y = zeros(x.values.len());
        let inputs = x.values.par_chunks_exact(channels * cells);
        let inputs = inputs.zip(tokens.values.par_chunks_exact(channels * slices));
        let results = y.par_chunks_exact_mut(channels * cells);
        results.zip(inputs).enumerate().for_each(|(number, (y, (x, tokens)))| {
            let (x, mut y) = (matrix(x, (channels, cells)), matrix_mut(y, (channels, cells)));
            let weight = matrix(tokens, (channels, slices));
            let to_cells = Packed::of(WeightAndBias { weight, bias: &[] }, 1.0);
            let s = slice_weights.inverse_temperatures[number % heads];
            slice_weights.with_workspace(|mut space| {
                for (start, count) in sizes.blocks() {
                    let block = s![.., start..start + count];
                    slice_weights.compute(x.slice(block), s, &mut space);
                    to_cells.product(space.weights, space.stride, &[], 1.0, y.slice_mut(block));
                }
            });
        });
        Ok(Output::new(y, x.shape))
    }

    fn backward(
        &self,
        [x, tokens, all]: [Operand; 3],
        _: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let sizes = Sizes::of(x, self.0);
        let Sizes { heads, slices, channels, cells } = sizes;
        let slice_weights = SliceWeights::of(all.values, sizes);
        let mut of_x = zeros(x.values.len());
        let mut of_tokens = vec![0.0; tokens.values.len()];
        let (size, tokens_size) = (channels * cells, channels * slices);
        let inputs = x.values.par_chunks_exact(size).zip(g.par_chunks_exact(size));
        let of_each_head = tokens.values.par_chunks_exact(tokens_size);
        let of_each_head = of_each_head.zip(of_tokens.par_chunks_exact_mut(tokens_size));
        let parts: Vec<Gradients> = inputs
            .zip(of_x.par_chunks_exact_mut(size))
            .zip(of_each_head)
            .enumerate()
            .map(|(number, (((x, g), of_x), (tokens, of_tokens)))| {
                let s = slice_weights.inverse_temperatures[number % heads];
                let weight = matrix(tokens, (channels, slices)).reversed_axes();
                let to_slices = Packed::of(WeightAndBias { weight, bias: &[] }, 1.0);
                let x = matrix(x, (channels, cells));
                let mut of_x = matrix_mut(of_x, (channels, cells));
                let rows = matrix(g, (channels, cells));
                let mut sums = slice_weights.no_gradients();
                slice_weights.with_workspace(|mut space| {
                    for (start, count) in sizes.blocks() {
                        let block = s![.., start..start + count];
                        slice_weights.compute(x.slice(block), s, &mut space);
                        let Workspace { stride, f, weights: w, gradient, .. } = &mut space;
                        add_products([&g[start..], w], [cells, *stride], count, of_tokens, slices);
                        Arch::new().dispatch(|| lay_out(rows.slice(block), *stride, |g| g, f));
                        to_slices.apply(f, *stride, &[], gradient);
                        slice_weights.backward(&mut space, s, of_x.slice_mut(block), &mut sums);
                    }
                });
                sums
            })
            .collect();
        Ok([of_x.into(), of_tokens.into(), slice_weights.sum(parts).into()])
    }
}
