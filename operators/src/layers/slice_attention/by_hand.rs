//! Slices of cells as operations on a CPU. What is kept of cells are places and fields: their shares
//! of slices, several times as many numbers, are computed where they are needed.

use super::EPSILON;
use crate::layers::correlation::Correlation;
use crate::layers::gelu::exponential;
use crate::layers::pointwise::many::{Map, lay_out};
use crate::layers::pointwise::map::WeightAndBias;
use crate::layers::scratch::with_scratch;
use crate::layers::slices::{Reading, matrix, matrix_mut, output, sum, sum_of, values, zeros};
use crate::layers::tile::{PANEL, apart};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use ndarray::{ArrayView2, ArrayViewMut2, s};
use pulp::Arch;
use rayon::prelude::*;

/// Cells at a time.
const CELLS: usize = 768;

/// How many of everything there are.
#[derive(Clone, Copy)]
struct Sizes {
    heads: usize,
    slices: usize,
    /// Channels of a head.
    each: usize,
    cells: usize,
}

impl Sizes {
    /// Of places `[batch, channel, …cells]`.
    fn of(dims: &[usize], [heads, slices]: [usize; 2]) -> Self {
        Self { heads, slices, each: dims[1] / heads, cells: dims[2..].iter().product() }
    }

    /// Blocks of cells: the first and how many.
    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let cells = self.cells;
        (0..cells).step_by(CELLS).map(move |start| (start, CELLS.min(cells - start)))
    }
}

/// `w = softmax(s (W x + b))` over slices, with a sharpness s of every head.
struct Shares {
    sizes: Sizes,
    map: Map,
    across: Map,
    sharpness: Vec<f32>,
}

impl Shares {
    /// Of the weight, the bias and all sharpnesses one after another.
    fn of(all: &[f32], sizes: Sizes) -> Self {
        let Sizes { slices, each, .. } = sizes;
        let (weight, rest) = all.split_at(slices * each);
        let (bias, sharpness) = rest.split_at(slices);
        let weight = matrix(weight, (slices, each));
        Self {
            sizes,
            map: Map::of(WeightAndBias { weight, bias }, 1.0),
            across: Map::of(WeightAndBias { weight: weight.t(), bias: &[] }, 1.0),
            sharpness: sharpness.to_vec(),
        }
    }

    /// Room for the blocks of a head.
    fn with_room<R>(&self, borrow: impl FnOnce(Room<'_>) -> R) -> R {
        let Sizes { slices, each, .. } = self.sizes;
        let apart = apart(self.sizes.cells.min(CELLS).next_multiple_of(PANEL));
        with_scratch((2 * each + 3 * slices + 2) * apart, |scratch| {
            let (x, rest) = scratch.split_at_mut(each * apart);
            let (f, rest) = rest.split_at_mut(each * apart);
            let (logits, rest) = rest.split_at_mut(slices * apart);
            let (shares, rest) = rest.split_at_mut(slices * apart);
            let (gradient, row) = rest.split_at_mut(slices * apart);
            borrow(Room { apart, x, f, logits, shares, gradient, row })
        })
    }

    /// The shares of a block of cells of a head.
    fn compute(&self, x: ArrayView2<'_, f32>, sharpness: f32, room: &mut Room<'_>) {
        Arch::new().dispatch(|| lay_out(x, room.apart, |x| x, room.x));
        self.map.apply(room.x, room.apart, &[], room.logits);
        let Room { apart, logits, shares, row, .. } = room;
        Arch::new().dispatch(|| softmax(logits, sharpness, *apart, row, shares));
    }
}

/// Rows so far apart of what a block of cells needs.
struct Room<'a> {
    apart: usize,
    /// Places.
    x: &'a mut [f32],
    /// Fields, or a gradient of as many channels.
    f: &'a mut [f32],
    logits: &'a mut [f32],
    shares: &'a mut [f32],
    /// Of shares, then of logits.
    gradient: &'a mut [f32],
    /// Two rows.
    row: &'a mut [f32],
}

#[inline(always)]
fn softmax(logits: &[f32], sharpness: f32, apart: usize, row: &mut [f32], shares: &mut [f32]) {
    let (greatest, total) = row.split_at_mut(apart);
    greatest.fill(f32::NEG_INFINITY);
    for logits in logits.chunks_exact(apart) {
        greatest.iter_mut().zip(logits).for_each(|(greatest, x)| *greatest = greatest.max(*x));
    }
    total.fill(0.0);
    for (shares, logits) in shares.chunks_exact_mut(apart).zip(logits.chunks_exact(apart)) {
        for ((share, x), (greatest, total)) in
            shares.iter_mut().zip(logits).zip(greatest.iter().zip(&mut *total))
        {
            *share = exponential(sharpness * (x - greatest));
            *total += *share;
        }
    }
    total.iter_mut().for_each(|total| *total = total.recip());
    for shares in shares.chunks_exact_mut(apart) {
        shares.iter_mut().zip(&*total).for_each(|(share, inverse)| *share *= inverse);
    }
}

/// Turns the gradient of shares into that of logits, `s h` with `h = w (g − Σ w g)`; returns that of
/// the sharpness, `Σ h x` of so many cells.
#[inline(always)]
fn softmax_back(room: &mut Room<'_>, sharpness: f32, count: usize) -> f32 {
    let Room { apart, logits, shares, gradient, row, .. } = room;
    let mean = &mut row[..*apart];
    mean.fill(0.0);
    for (g, shares) in gradient.chunks_exact(*apart).zip(shares.chunks_exact(*apart)) {
        mean.iter_mut().zip(shares.iter().zip(g)).for_each(|(mean, (share, g))| *mean += share * g);
    }
    let mut of_sharpness = 0.0;
    let rows = shares.chunks_exact(*apart).zip(logits.chunks_exact(*apart));
    for (g, (shares, logits)) in gradient.chunks_exact_mut(*apart).zip(rows) {
        g.iter_mut().zip(shares.iter().zip(&*mean)).for_each(|(g, (w, mean))| *g = w * (*g - mean));
        of_sharpness += sum_of(&g[..count], &logits[..count], |g, x| g * x);
        g.iter_mut().for_each(|g| *g *= sharpness);
    }
    of_sharpness
}

/// Of all shares' weight, bias and sharpness.
struct Gradients {
    of_weight: Vec<f32>,
    of_bias: Vec<f32>,
    of_sharpness: f32,
}

impl Shares {
    fn no_gradients(&self) -> Gradients {
        let Sizes { slices, each, .. } = self.sizes;
        let [of_weight, of_bias] = [slices * each, slices].map(|count| vec![0.0; count]);
        Gradients { of_weight, of_bias, of_sharpness: 0.0 }
    }

    /// From the gradient of the shares in the room, adds those of places and of weights.
    fn back(
        &self,
        room: &mut Room<'_>,
        sharpness: f32,
        of_x: ArrayViewMut2<'_, f32>,
        sums: &mut Gradients,
    ) {
        let (count, apart) = (of_x.ncols(), room.apart);
        sums.of_sharpness += Arch::new().dispatch(|| softmax_back(room, sharpness, count));
        self.across.product(room.gradient, apart, &[], 1.0, of_x);
        for (sum_of_row, g) in sums.of_bias.iter_mut().zip(room.gradient.chunks_exact(apart)) {
            *sum_of_row += sum(&g[..count]);
        }
        add_products(
            [room.gradient, room.x],
            [apart; 2],
            count,
            &mut sums.of_weight,
            self.sizes.each,
        );
    }

    /// Those of all heads, in order.
    fn sum(&self, parts: Vec<Gradients>) -> Vec<f32> {
        let mut total = self.no_gradients();
        let mut of_sharpness = vec![0.0; self.sizes.heads];
        for (number, part) in parts.into_iter().enumerate() {
            let Gradients { of_weight, of_bias, .. } = &mut total;
            of_weight.iter_mut().zip(part.of_weight).for_each(|(sum, part)| *sum += part);
            of_bias.iter_mut().zip(part.of_bias).for_each(|(sum, part)| *sum += part);
            of_sharpness[number % self.sizes.heads] += part.of_sharpness;
        }
        [total.of_weight, total.of_bias, of_sharpness].concat()
    }
}

/// Adds `Σ_n a_in b_jn` over so many cells to sums `[i, j]`.
fn add_products(
    [a, b]: [&[f32]; 2],
    [places, plane]: [usize; 2],
    count: usize,
    sums: &mut [f32],
    columns: usize,
) {
    Correlation { g: vec![a], places, x: vec![b], plane, shifts: &[0], count }
        .add_to(sums, columns);
}

/// `Σ_n w_gn f_cn / (Σ_n w_gn + ε)` of every slice g, and behind the last channel c the denominator.
///
/// Shapes: places and fields `[batch, head·channel, …cells]` → `[batch·head, channel + 1, slice]`;
/// `all` is what [`Shares`] are made of.
pub(super) fn tokens(
    [places, fields]: [&Tensor; 2],
    all: &Tensor,
    sizes: [usize; 2],
) -> Result<Tensor> {
    places.contiguous()?.apply_op3(&fields.contiguous()?, all, Tokens(sizes))
}

/// `Σ_g w_gn z_cg` of every cell n.
///
/// Shapes: places `[batch, head·channel, …cells]`, tokens z `[batch·head, channel, slice]` → as places.
pub(super) fn cells(
    [places, tokens]: [&Tensor; 2],
    all: &Tensor,
    sizes: [usize; 2],
) -> Result<Tensor> {
    places.contiguous()?.apply_op3(&tokens.contiguous()?, all, Cells(sizes))
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
            total.iter_mut().for_each(|total| *total += EPSILON as f32);
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
                let to_fields = Map::of(WeightAndBias { weight: of_sums, bias: &[] }, 1.0);
                let to_shares =
                    Map::of(WeightAndBias { weight: of_sums.t(), bias: &of_total }, 1.0);
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
            let to_cells = Map::of(WeightAndBias { weight, bias: &[] }, 1.0);
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
                let to_shares = Map::of(WeightAndBias { weight, bias: &[] }, 1.0);
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
