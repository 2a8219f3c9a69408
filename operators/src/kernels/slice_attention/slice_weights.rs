//! Slice weights of blocks of cells, and their gradients.
//!
//! There are several times as many slice weights as positions from which they are computed. Therefore they are not
//! stored, but recomputed wherever they are needed.

use crate::autograd::Operand;
use crate::kernels::correlation::add_products;
use crate::kernels::gelu::exponential;
use crate::kernels::pointwise::{Packed, WeightAndBias, lay_out};
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::{matrix, sum, sum_of};
use crate::kernels::tile::{PANEL, row_stride};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::Arch;

/// Cells of a block.
const CELLS: usize = 768;

/// The sizes of the operands.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) heads: usize,
    pub(super) slices: usize,
    /// Channels of a head.
    pub(super) channels: usize,
    pub(super) cells: usize,
}

impl Sizes {
    /// For positions x `[batch, head·channel, …cells]`.
    pub(super) fn of(x: Operand, [heads, slices]: [usize; 2]) -> Self {
        let [_, channels, cells] = x.sizes();
        Self { heads, slices, channels: channels / heads, cells }
    }

    /// Blocks of cells: the first cell, and the number of cells.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let cells = self.cells;
        (0..cells).step_by(CELLS).map(move |start| (start, CELLS.min(cells - start)))
    }
}

/// `w = softmax(s (W x + b))` over the slices, with an inverse temperature s of every head.
pub(super) struct SliceWeights {
    sizes: Sizes,
    map: Packed,
    transposed: Packed,
    pub(super) inverse_temperatures: Vec<f32>,
}

impl SliceWeights {
    /// From W, b and the inverse temperatures of all heads, concatenated.
    pub(super) fn of(all: &[f32], sizes: Sizes) -> Self {
        let Sizes { slices, channels, .. } = sizes;
        let (weight, rest) = all.split_at(slices * channels);
        let (bias, inverse_temperatures) = rest.split_at(slices);
        let weight = matrix(weight, (slices, channels));
        Self {
            sizes,
            map: Packed::of(WeightAndBias { weight, bias }, 1.0),
            transposed: Packed::of(WeightAndBias { weight: weight.t(), bias: &[] }, 1.0),
            inverse_temperatures: inverse_temperatures.to_vec(),
        }
    }

    /// Calls `borrow` with a workspace for the blocks of a head.
    pub(super) fn with_workspace<R>(&self, borrow: impl FnOnce(Workspace<'_>) -> R) -> R {
        let Sizes { slices, channels, .. } = self.sizes;
        let stride = row_stride(self.sizes.cells.min(CELLS).next_multiple_of(PANEL));
        let [channels, slices] = [channels, slices].map(|rows| rows * stride);
        let counts = [channels, channels, slices, slices, slices, 2 * stride];
        with_scratch(counts, |[x, f, logits, weights, gradient, row]| {
            borrow(Workspace { stride, x, f, logits, weights, gradient, row })
        })
    }

    /// Computes the slice weights of a block of cells of the head with the inverse temperature s.
    pub(super) fn compute(&self, x: ArrayView2<'_, f32>, s: f32, space: &mut Workspace<'_>) {
        Arch::new().dispatch(|| lay_out(x, space.stride, |x| x, space.x));
        self.map.apply(space.x, space.stride, &[], space.logits);
        let Workspace { stride, logits, weights, row, .. } = space;
        Arch::new().dispatch(|| softmax(logits, s, *stride, row, weights));
    }
}

/// Rows for a block of cells.
pub(super) struct Workspace<'a> {
    /// The row stride.
    pub(super) stride: usize,
    /// Positions.
    pub(super) x: &'a mut [f32],
    /// Fields, or a gradient with as many channels.
    pub(super) f: &'a mut [f32],
    /// W x + b.
    pub(super) logits: &'a mut [f32],
    /// Slice weights.
    pub(super) weights: &'a mut [f32],
    /// The gradient of the slice weights, then of the logits.
    pub(super) gradient: &'a mut [f32],
    /// Two rows.
    pub(super) row: &'a mut [f32],
}

/// Writes the slice weights of logits x, `softmax(s x)` over the rows.
#[inline(always)]
fn softmax(logits: &[f32], s: f32, stride: usize, row: &mut [f32], weights: &mut [f32]) {
    let (greatest, total) = row.split_at_mut(stride);
    greatest.fill(f32::NEG_INFINITY);
    for logits in logits.chunks_exact(stride) {
        greatest.iter_mut().zip(logits).for_each(|(greatest, x)| *greatest = greatest.max(*x));
    }
    total.fill(0.0);
    for (weights, logits) in weights.chunks_exact_mut(stride).zip(logits.chunks_exact(stride)) {
        for ((weight, x), (greatest, total)) in
            weights.iter_mut().zip(logits).zip(greatest.iter().zip(&mut *total))
        {
            *weight = exponential(s * (x - greatest));
            *total += *weight;
        }
    }
    for total in &mut *total {
        *total = total.recip();
    }
    for weights in weights.chunks_exact_mut(stride) {
        weights.iter_mut().zip(&*total).for_each(|(weight, inverse)| *weight *= inverse);
    }
}

/// Replaces the gradient g of the slice weights w by that of the logits x, `s h` with
/// `h = w (g − Σ w g)`, and returns that of the inverse temperature, `Σ h x` over the first `count` cells.
#[inline(always)]
fn softmax_backward(space: &mut Workspace<'_>, s: f32, count: usize) -> f32 {
    let Workspace { stride, logits, weights, gradient, row, .. } = space;
    let mean = &mut row[..*stride];
    mean.fill(0.0);
    for (g, weights) in gradient.chunks_exact(*stride).zip(weights.chunks_exact(*stride)) {
        mean.iter_mut().zip(weights.iter().zip(g)).for_each(|(mean, (w, g))| *mean += w * g);
    }
    let mut of_s = 0.0;
    let rows = weights.chunks_exact(*stride).zip(logits.chunks_exact(*stride));
    for (g, (weights, logits)) in gradient.chunks_exact_mut(*stride).zip(rows) {
        g.iter_mut()
            .zip(weights.iter().zip(&*mean))
            .for_each(|(g, (w, mean))| *g = w * (*g - mean));
        of_s += sum_of(&g[..count], &logits[..count], |g, x| g * x);
        for g in g {
            *g *= s;
        }
    }
    of_s
}

/// The gradients of W, of b and of the inverse temperature of one head.
pub(super) struct Gradients {
    weight: Vec<f32>,
    bias: Vec<f32>,
    inverse_temperature: f32,
}

impl SliceWeights {
    /// Gradients of zero.
    pub(super) fn no_gradients(&self) -> Gradients {
        let Sizes { slices, channels, .. } = self.sizes;
        let [weight, bias] = [slices * channels, slices].map(|count| vec![0.0; count]);
        Gradients { weight, bias, inverse_temperature: 0.0 }
    }

    /// From the gradient of the slice weights in the workspace, adds those of the positions x, of W and b, and
    /// of the inverse temperature s.
    pub(super) fn backward(
        &self,
        space: &mut Workspace<'_>,
        s: f32,
        of_x: ArrayViewMut2<'_, f32>,
        sums: &mut Gradients,
    ) {
        let (count, stride) = (of_x.ncols(), space.stride);
        sums.inverse_temperature += Arch::new().dispatch(|| softmax_backward(space, s, count));
        self.transposed.product(space.gradient, stride, &[], 1.0, of_x);
        for (sum_of_row, g) in sums.bias.iter_mut().zip(space.gradient.chunks_exact(stride)) {
            *sum_of_row += sum(&g[..count]);
        }
        let (pair, channels) = ([&*space.gradient, &*space.x], self.sizes.channels);
        add_products(pair, [stride; 2], count, &mut sums.weight, channels);
    }

    /// The sums over all samples and heads, in order; an inverse temperature for every head.
    pub(super) fn sum(&self, parts: Vec<Gradients>) -> Vec<f32> {
        let mut total = self.no_gradients();
        let mut of_s = vec![0.0; self.sizes.heads];
        for (number, part) in parts.into_iter().enumerate() {
            let Gradients { weight, bias, .. } = &mut total;
            weight.iter_mut().zip(part.weight).for_each(|(sum, part)| *sum += part);
            bias.iter_mut().zip(part.bias).for_each(|(sum, part)| *sum += part);
            of_s[number % self.sizes.heads] += part.inverse_temperature;
        }
        [total.weight, total.bias, of_s].concat()
    }
}
