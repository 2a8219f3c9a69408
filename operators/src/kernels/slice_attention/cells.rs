//! From the tokens of slices to cells, as an operation on a CPU.

use super::shares::{Gradients, Room, Shares, Sizes};
use crate::kernels::correlation::add_products;
use crate::kernels::pointwise::map::WeightAndBias;
use crate::kernels::pointwise::packed::{Packed, lay_out};
use crate::kernels::slices::{Reading, matrix, matrix_mut, output, values, zeros};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use ndarray::s;
use pulp::Arch;
use rayon::prelude::*;

/// `Σ_g w_gn z_cg` of every cell n.
///
/// Shapes: places `[batch, head·channel, …cells]`, tokens z `[batch·head, channel, slice]` → as places.
pub(crate) fn cells(
    [places, tokens]: [&Tensor; 2],
    all: &Tensor,
    sizes: [usize; 2],
) -> Result<Tensor> {
    places.contiguous()?.apply_op3(&tokens.contiguous()?, all, Cells(sizes))
}

struct Cells([usize; 2]);

impl CustomOp3 for Cells {
    fn name(&self) -> &'static str {
        "tokens-to-cells"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        tokens: &CpuStorage,
        layout_tokens: &Layout,
        all: &CpuStorage,
        layout_all: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::of(layout.dims(), self.0);
        let Sizes { heads, slices, each, cells } = sizes;
        let shares = Shares::of(values(all, layout_all)?, sizes);
        let (x, tokens) = (values(x, layout)?, values(tokens, layout_tokens)?);
        let mut y = zeros(x.len());
        let inputs = x.par_chunks_exact(each * cells).zip(tokens.par_chunks_exact(each * slices));
        let results = y.par_chunks_exact_mut(each * cells);
        results.zip(inputs).enumerate().for_each(|(number, (y, (x, tokens)))| {
            let (x, mut y) = (matrix(x, (each, cells)), matrix_mut(y, (each, cells)));
            let weight = matrix(tokens, (each, slices));
            let to_cells = Packed::of(WeightAndBias { weight, bias: &[] }, 1.0);
            shares.with_room(|mut room| {
                for (start, count) in sizes.blocks() {
                    let here = s![.., start..start + count];
                    shares.compute(x.slice(here), shares.sharpness[number % heads], &mut room);
                    to_cells.product(room.shares, room.apart, &[], 1.0, y.slice_mut(here));
                }
            });
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        tokens: &Tensor,
        all: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::of(x.dims(), self.0);
        let Sizes { heads, slices, each, cells } = sizes;
        let gradient = gradient.contiguous()?;
        let readings = [x, tokens, all, &gradient].map(Reading::of);
        let [x_values, token_values, all_values, g] = readings.each_ref().map(Reading::values);
        let shares = Shares::of(all_values?, sizes);
        let (mut of_x, mut of_tokens) = (zeros(x.elem_count()), vec![0.0; tokens.elem_count()]);
        let (size, tokens_size) = (each * cells, each * slices);
        let inputs = x_values?.par_chunks_exact(size).zip(g?.par_chunks_exact(size));
        let tokens_of = token_values?.par_chunks_exact(tokens_size);
        let tokens_of = tokens_of.zip(of_tokens.par_chunks_exact_mut(tokens_size));
        let parts: Vec<Gradients> = inputs
            .zip(of_x.par_chunks_exact_mut(size))
            .zip(tokens_of)
            .enumerate()
            .map(|(number, (((x, g), of_x), (tokens, of_tokens)))| {
                let sharpness = shares.sharpness[number % heads];
                let weight = matrix(tokens, (each, slices)).reversed_axes();
                let to_shares = Packed::of(WeightAndBias { weight, bias: &[] }, 1.0);
                let (x, mut of_x) = (matrix(x, (each, cells)), matrix_mut(of_x, (each, cells)));
                let rows = matrix(g, (each, cells));
                let mut sums = shares.no_gradients();
                shares.with_room(|mut room| {
                    for (start, count) in sizes.blocks() {
                        let here = s![.., start..start + count];
                        shares.compute(x.slice(here), sharpness, &mut room);
                        let Room { apart, f, shares: w, gradient, .. } = &mut room;
                        add_products([&g[start..], w], [cells, *apart], count, of_tokens, slices);
                        Arch::new().dispatch(|| lay_out(rows.slice(here), *apart, |g| g, f));
                        to_shares.apply(f, *apart, &[], gradient);
                        shares.back(&mut room, sharpness, of_x.slice_mut(here), &mut sums);
                    }
                });
                sums
            })
            .collect();
        Ok((
            Some(Tensor::from_vec(of_x, x.shape(), x.device())?),
            Some(Tensor::from_vec(of_tokens, tokens.shape(), tokens.device())?),
            Some(Tensor::from_vec(shares.sum(parts), all.shape(), all.device())?),
        ))
    }
}
