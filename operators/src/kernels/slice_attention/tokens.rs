//! From cells to the tokens of slices.

use super::slice_weights::{Gradients, Sizes, SliceWeights, Workspace};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::correlation::add_products;
use crate::kernels::pointwise::{Packed, WeightAndBias, lay_out};
use crate::kernels::slices::{matrix, matrix_mut, sum, zeros};
use candle_core::Result;
use ndarray::s;
use pulp::Arch;
use rayon::prelude::*;

/// ε, which keeps the mean over an empty slice finite; the value of the released code.
pub(crate) const EPSILON: f64 = 1e-5;

/// `Σ_n w_gn f_cn / (Σ_n w_gn + ε)` of every slice g, with the slice weights w of given numbers of heads and
/// slices. The denominator follows the last channel c; its gradient is not used.
///
/// Shapes: positions and fields f `[batch, head·channel, …cells]` → `[batch·head, channel + 1, slice]`; the third
/// operand is what [`SliceWeights`] are computed from.
pub(crate) struct TokensKernel(pub(crate) [usize; 2]);

impl Kernel<3> for TokensKernel {
    const NAME: &'static str = "cells-to-tokens";

    fn forward(&self, [x, f, all]: [Operand; 3]) -> Result<Output> {
        let sizes = Sizes::of(x, self.0);
        let Sizes { heads, slices, channels, cells } = sizes;
        let slice_weights = SliceWeights::of(all.values, sizes);
        let size = channels * cells;
        let mut tokens = vec![0.0; x.values.len() / size * (channels + 1) * slices];
        let inputs = x.values.par_chunks_exact(size).zip(f.values.par_chunks_exact(size));
        let results = tokens.par_chunks_exact_mut((channels + 1) * slices);
        results.zip(inputs).enumerate().for_each(|(number, (tokens, (x, f)))| {
            let (tokens, total) = tokens.split_at_mut(channels * slices);
            let x = matrix(x, (channels, cells));
            let s = slice_weights.inverse_temperatures[number % heads];
            slice_weights.with_workspace(|mut space| {
                for (start, count) in sizes.blocks() {
                    slice_weights.compute(x.slice(s![.., start..start + count]), s, &mut space);
                    let pair = [&f[start..], &*space.weights];
                    add_products(pair, [cells, space.stride], count, tokens, slices);
                    for (total, weights) in total.iter_mut().zip(space.weights.chunks(space.stride))
                    {
                        *total += sum(&weights[..count]);
                    }
                }
            });
            for total in &mut *total {
                *total += EPSILON as f32;
            }
            for tokens in tokens.chunks_exact_mut(slices) {
                tokens.iter_mut().zip(&*total).for_each(|(token, total)| *token /= total);
            }
        });
        Ok(Output::new(tokens, (x.dims()[0] * heads, channels + 1, slices)))
    }

    fn backward(
        &self,
        [x, f, all]: [Operand; 3],
        tokens: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let sizes = Sizes::of(x, self.0);
        let Sizes { heads, slices, channels, cells } = sizes;
        let slice_weights = SliceWeights::of(all.values, sizes);
        let [mut of_x, mut of_f] = [0; 2].map(|_| zeros(x.values.len()));
        let (size, tokens_size) = (channels * cells, (channels + 1) * slices);
        let inputs = x.values.par_chunks_exact(size).zip(f.values.par_chunks_exact(size));
        let results = of_x.par_chunks_exact_mut(size).zip(of_f.par_chunks_exact_mut(size));
        let tokens = tokens.values.par_chunks_exact(tokens_size);
        let tokens = tokens.zip(g.par_chunks_exact(tokens_size));
        let parts: Vec<Gradients> = inputs
            .zip(results)
            .zip(tokens)
            .enumerate()
            .map(|(number, (((x, f), (of_x, of_f)), (tokens, g)))| {
                let s = slice_weights.inverse_temperatures[number % heads];
                let (of_sums, of_total) = of_quotients(tokens, g, slices);
                let of_sums = matrix(&of_sums, (channels, slices));
                let to_fields = Packed::of(WeightAndBias { weight: of_sums, bias: &[] }, 1.0);
                let to_slices =
                    Packed::of(WeightAndBias { weight: of_sums.t(), bias: &of_total }, 1.0);
                let [x, f] = [x, f].map(|values| matrix(values, (channels, cells)));
                let [mut of_x, mut of_f] =
                    [of_x, of_f].map(|values| matrix_mut(values, (channels, cells)));
                let mut sums = slice_weights.no_gradients();
                slice_weights.with_workspace(|mut space| {
                    for (start, count) in sizes.blocks() {
                        let block = s![.., start..start + count];
                        slice_weights.compute(x.slice(block), s, &mut space);
                        let Workspace { stride, f: rows, weights: w, gradient, .. } = &mut space;
                        to_fields.product(w, *stride, &[], 1.0, of_f.slice_mut(block));
                        Arch::new().dispatch(|| lay_out(f.slice(block), *stride, |f| f, rows));
                        to_slices.apply(rows, *stride, &[], gradient);
                        slice_weights.backward(&mut space, s, of_x.slice_mut(block), &mut sums);
                    }
                });
                sums
            })
            .collect();
        Ok([of_x.into(), of_f.into(), slice_weights.sum(parts).into()])
    }
}

/// The gradients of numerators and denominators, from quotients followed by their denominators, and the
/// gradient of the quotients.
fn of_quotients(quotients: &[f32], g: &[f32], slices: usize) -> (Vec<f32>, Vec<f32>) {
    let (quotients, totals) = quotients.split_at(quotients.len() - slices);
    let mut of_sums = g[..quotients.len()].to_vec();
    let mut of_totals = vec![0.0; slices];
    for (of_sums, quotients) in of_sums.chunks_exact_mut(slices).zip(quotients.chunks_exact(slices))
    {
        for (((g, quotient), total), of_total) in
            of_sums.iter_mut().zip(quotients).zip(totals).zip(&mut of_totals)
        {
            *g /= total;
            *of_total -= *g * quotient;
        }
    }
    (of_sums, of_totals)
}
