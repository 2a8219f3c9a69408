//! From cells to the tokens of slices, as an operation on a CPU.

use super::shares::{Gradients, Room, Shares, Sizes};
use crate::kernels::correlation::add_products;
use crate::kernels::pointwise::map::WeightAndBias;
use crate::kernels::pointwise::packed::{Packed, lay_out};
use crate::kernels::slices::{Reading, matrix, matrix_mut, output, sum, values, zeros};
use crate::layers::EMPTY_SLICE;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use ndarray::s;
use pulp::Arch;
use rayon::prelude::*;

/// `Σ_n w_gn f_cn / (Σ_n w_gn + ε)` of every slice g, and behind the last channel c the denominator,
/// of which no gradient is taken.
///
/// Shapes: places and fields `[batch, head·channel, …cells]` → `[batch·head, channel + 1, slice]`;
/// `all` is what [`Shares`] are made of.
pub(crate) fn tokens(
    [places, fields]: [&Tensor; 2],
    all: &Tensor,
    sizes: [usize; 2],
) -> Result<Tensor> {
    places.contiguous()?.apply_op3(&fields.contiguous()?, all, Tokens(sizes))
}

struct Tokens([usize; 2]);

impl CustomOp3 for Tokens {
    fn name(&self) -> &'static str {
        "slices-to-tokens"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        f: &CpuStorage,
        layout_f: &Layout,
        all: &CpuStorage,
        layout_all: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::of(layout.dims(), self.0);
        let Sizes { heads, slices, each, cells } = sizes;
        let shares = Shares::of(values(all, layout_all)?, sizes);
        let (x, f) = (values(x, layout)?, values(f, layout_f)?);
        let mut tokens = vec![0.0; x.len() / (each * cells) * (each + 1) * slices];
        let of_heads = x.par_chunks_exact(each * cells).zip(f.par_chunks_exact(each * cells));
        let tokens_of = tokens.par_chunks_exact_mut((each + 1) * slices);
        tokens_of.zip(of_heads).enumerate().for_each(|(number, (tokens, (x, f)))| {
            let (tokens, total) = tokens.split_at_mut(each * slices);
            let (x, sharpness) = (matrix(x, (each, cells)), shares.sharpness[number % heads]);
            shares.with_room(|mut room| {
                for (start, count) in sizes.blocks() {
                    shares.compute(x.slice(s![.., start..start + count]), sharpness, &mut room);
                    let pair = [&f[start..], &*room.shares];
                    add_products(pair, [cells, room.apart], count, tokens, slices);
                    for (total, shares) in total.iter_mut().zip(room.shares.chunks(room.apart)) {
                        *total += sum(&shares[..count]);
                    }
                }
            });
            for total in &mut *total {
                *total += EMPTY_SLICE as f32;
            }
            for tokens in tokens.chunks_exact_mut(slices) {
                tokens.iter_mut().zip(&*total).for_each(|(token, total)| *token /= total);
            }
        });
        Ok(output(tokens, (layout.dims()[0] * heads, each + 1, slices)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        f: &Tensor,
        all: &Tensor,
        tokens: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::of(x.dims(), self.0);
        let Sizes { heads, slices, each, cells } = sizes;
        let gradient = gradient.contiguous()?;
        let readings = [x, f, all, tokens, &gradient].map(Reading::of);
        let [x_values, f_values, all_values, tokens, g] = readings.each_ref().map(Reading::values);
        let shares = Shares::of(all_values?, sizes);
        let [mut of_x, mut of_f] = [0; 2].map(|_| zeros(x.elem_count()));
        let (size, tokens_size) = (each * cells, (each + 1) * slices);
        let inputs = x_values?.par_chunks_exact(size).zip(f_values?.par_chunks_exact(size));
        let results = of_x.par_chunks_exact_mut(size).zip(of_f.par_chunks_exact_mut(size));
        let tokens = tokens?.par_chunks_exact(tokens_size).zip(g?.par_chunks_exact(tokens_size));
        let parts: Vec<Gradients> = inputs
            .zip(results)
            .zip(tokens)
            .enumerate()
            .map(|(number, (((x, f), (of_x, of_f)), (tokens, g)))| {
                let sharpness = shares.sharpness[number % heads];
                let (of_sums, of_total) = of_quotients(tokens, g, slices);
                let of_sums = matrix(&of_sums, (each, slices));
                let to_fields = Packed::of(WeightAndBias { weight: of_sums, bias: &[] }, 1.0);
                let to_shares =
                    Packed::of(WeightAndBias { weight: of_sums.t(), bias: &of_total }, 1.0);
                let [x, f] = [x, f].map(|values| matrix(values, (each, cells)));
                let [mut of_x, mut of_f] = [of_x, of_f].map(|of| matrix_mut(of, (each, cells)));
                let mut sums = shares.no_gradients();
                shares.with_room(|mut room| {
                    for (start, count) in sizes.blocks() {
                        let here = s![.., start..start + count];
                        shares.compute(x.slice(here), sharpness, &mut room);
                        let Room { apart, f: rows, shares: w, gradient, .. } = &mut room;
                        to_fields.product(w, *apart, &[], 1.0, of_f.slice_mut(here));
                        Arch::new().dispatch(|| lay_out(f.slice(here), *apart, |f| f, rows));
                        to_shares.apply(rows, *apart, &[], gradient);
                        shares.back(&mut room, sharpness, of_x.slice_mut(here), &mut sums);
                    }
                });
                sums
            })
            .collect();
        Ok((
            Some(Tensor::from_vec(of_x, x.shape(), x.device())?),
            Some(Tensor::from_vec(of_f, f.shape(), f.device())?),
            Some(Tensor::from_vec(shares.sum(parts), all.shape(), all.device())?),
        ))
    }
}

/// From the gradient of quotients, and quotients with their denominators behind, the gradients of
/// numerators and denominators.
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
