//! The gradients of a chain of linear maps, block by block of cells.
//!
//! Only x is stored by the forward pass. The values of the inner maps are recomputed, block by block, as
//! in gradient checkpointing.

use super::chain::{Chain, block_size, most_cells};
use super::map::{Sizes, WeightAndBias};
use super::packed::{Packed, apply, lay_out};
use crate::kernels::activation::Activation;
use crate::kernels::correlation::add_products;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::{blocks, blocks_mut, sum};
use crate::kernels::tile::{PANEL, row_stride};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::Arch;
use rayon::prelude::*;

/// The largest number of tasks per batch. Each task has its own sums of the gradients of the weights.
const TASKS: usize = 32;

/// The largest number of values of these sums in all tasks together: 16 MiB.
const SUMS: usize = 4_194_304;

/// `g` is the gradient of the values that [`Chain::forward`] adds. Writes the gradient of x unless `of_x` is empty,
/// and returns those of all weights: for each map that of the weight, then that of the bias. Sums are added in an order
/// that does not depend on the number of threads.
pub(super) fn backward<A: Activation>(
    chain: &Chain<'_>,
    (x, g): (&[f32], &[f32]),
    sizes: &Sizes,
    of_x: &mut [f32],
) -> Vec<f32> {
    let channels = chain.channels();
    let (first, last) = (channels[0], channels[chain.maps.len()]);
    let most = most_cells(Backward::rows(&channels)[..4].iter().sum());
    let count = block_size(sizes.cells, most);
    // Samples with few cells are computed together.
    let samples = if count < sizes.cells { 1 } else { (most / count).max(1) };
    let (xs, gs) = (blocks(x, [first, sizes.cells], count), blocks(g, [last, sizes.cells], count));
    let mut of_xs: Vec<_> =
        blocks_mut(of_x, [first, sizes.cells], count).into_iter().map(Some).collect();
    of_xs.resize_with(xs.len(), || None);
    let backward = Backward::new(chain, channels);
    let tasks = (SUMS / backward.weights()).clamp(1, TASKS);
    let task = xs.len().div_ceil(tasks).next_multiple_of(samples).max(samples);
    let tasks = xs.par_chunks(task).zip(gs.par_chunks(task)).zip(of_xs.par_chunks_mut(task));
    let parts: Vec<Vec<f32>> = tasks
        .map(|((x, g), of_x)| {
            let mut of_all = vec![0.0; backward.weights()];
            let pieces = x.chunks(samples).zip(g.chunks(samples)).zip(of_x.chunks_mut(samples));
            for ((x, g), of_x) in pieces {
                backward.run::<A>(x, g, of_x, &mut of_all);
            }
            of_all
        })
        .collect();
    let mut sums = vec![0.0; backward.weights()];
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    sums
}

/// The maps of a chain, packed for its gradients.
struct Backward<'a, 'c> {
    chain: &'a Chain<'c>,
    channels: Vec<usize>,
    /// All maps but the last, whose values are recomputed.
    inner: Vec<Packed>,
    transposed: Vec<Packed>,
}

impl<'a, 'c> Backward<'a, 'c> {
    fn new(chain: &'a Chain<'c>, channels: Vec<usize>) -> Self {
        let mut inner = chain.scaled();
        inner.pop();
        let transposed = |map: &WeightAndBias<'c>| {
            Packed::of(WeightAndBias { weight: map.weight.reversed_axes(), bias: &[] }, 1.0)
        };
        Self { chain, channels, inner, transposed: chain.maps.iter().map(transposed).collect() }
    }

    /// The number of weights and biases, with a bias for every map.
    fn weights(&self) -> usize {
        self.channels.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// The numbers of rows of the parts of a [`Workspace`].
    fn rows(channels: &[usize]) -> [usize; 5] {
        let last = channels.len() - 1;
        let widest = |channels: &[usize]| channels.iter().copied().max().unwrap_or_default();
        let (inputs, inner) = (widest(&channels[..last]), &channels[1..last]);
        [inputs, inputs, widest(&channels[1..]), widest(inner), inner.iter().sum()]
    }

    /// Adds the gradients of several pieces: blocks of cells of one sample, or samples of few cells.
    fn run<A: Activation>(
        &self,
        x: &[ArrayView2<'_, f32>],
        g: &[ArrayView2<'_, f32>],
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
        of_all: &mut [f32],
    ) {
        let piece = x[0].ncols().next_multiple_of(PANEL);
        let pieces = Pieces { x, piece, stride: row_stride(x.len() * piece) };
        let counts = Self::rows(&self.channels).map(|rows| rows * pieces.stride);
        with_scratch(counts, |[inputs, derivatives, gradient, propagated, values]| {
            let mut space = Workspace { inputs, derivatives, gradient, propagated, values };
            for (number, map) in self.inner.iter().enumerate() {
                self.load_inputs::<A>(number, &pieces, &mut space);
                let values = self.values(number, &pieces, space.values);
                map.apply(space.inputs, pieces.stride, &[], values);
            }
            for (number, g) in g.iter().enumerate() {
                let rows = &mut space.gradient[number * piece..];
                Arch::new().dispatch(|| lay_out(*g, pieces.stride, |g| self.chain.step * g, rows));
            }
            let mut rest = of_all;
            for number in (0..self.transposed.len()).rev() {
                let count = (self.channels[number] + 1) * self.channels[number + 1];
                let (front, of_map) = rest.split_at_mut(rest.len() - count);
                rest = front;
                self.load_inputs::<A>(number, &pieces, &mut space);
                self.add_weights(number, &pieces, &space, of_map);
                if number > 0 {
                    self.propagate::<A>(number, &pieces, &mut space);
                }
            }
            self.finish::<A>(&pieces, &mut space, of_x);
        });
    }

    /// The values of an inner map.
    fn values<'r>(&self, number: usize, pieces: &Pieces, values: &'r mut [f32]) -> &'r mut [f32] {
        let rows_before: usize = self.channels[1..=number].iter().sum();
        &mut values[rows_before * pieces.stride..][..self.channels[number + 1] * pieces.stride]
    }

    /// Writes the inputs of a map.
    fn load_inputs<A: Activation>(&self, number: usize, pieces: &Pieces, space: &mut Workspace) {
        if let Some(before) = number.checked_sub(1) {
            let values = &*self.values(before, pieces, space.values);
            let inputs = &mut space.inputs[..values.len()];
            inputs.copy_from_slice(values);
            return Arch::new().dispatch(|| apply(inputs, A::apply));
        }
        for (number, x) in pieces.x.iter().enumerate() {
            let rows = &mut space.inputs[number * pieces.piece..];
            self.chain.begin::<A>(*x, pieces.stride, rows);
        }
    }

    /// Adds the gradients of the weight and the bias of a map.
    fn add_weights(&self, number: usize, pieces: &Pieces, space: &Workspace, of_map: &mut [f32]) {
        let [inputs, out] = [self.channels[number], self.channels[number + 1]];
        let (stride, count) = (pieces.stride, pieces.x.len() * pieces.piece);
        let (of_weight, of_bias) = of_map.split_at_mut(inputs * out);
        let (g, x) = (&space.gradient[..out * stride], &space.inputs[..inputs * stride]);
        for (sum_of_row, g) in of_bias.iter_mut().zip(g.chunks_exact(stride)) {
            *sum_of_row += sum(&g[..count]);
        }
        add_products([g, x], [stride; 2], count, of_weight, inputs);
    }

    /// Replaces the gradient of the values of a map by that of the values of the map before it.
    fn propagate<A: Activation>(&self, number: usize, pieces: &Pieces, space: &mut Workspace) {
        let values = &*self.values(number - 1, pieces, space.values);
        let derivatives = &mut space.derivatives[..values.len()];
        derivatives.copy_from_slice(values);
        Arch::new().dispatch(|| apply(derivatives, A::derivative));
        let map = &self.transposed[number];
        map.apply(space.gradient, pieces.stride, derivatives, space.propagated);
        let count = values.len();
        space.gradient[..count].copy_from_slice(&space.propagated[..count]);
    }

    /// Adds the gradients of x, where they are needed.
    fn finish<A: Activation>(
        &self,
        pieces: &Pieces,
        space: &mut Workspace,
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
    ) {
        let &Pieces { x, piece, stride } = pieces;
        for (number, (x, of_x)) in x.iter().zip(of_x).enumerate() {
            let Some(of_x) = of_x.take() else { continue };
            let mut derivatives = &[][..];
            if self.chain.is_activated && !A::IS_IDENTITY {
                Arch::new().dispatch(|| lay_out(*x, stride, A::derivative, space.derivatives));
                derivatives = space.derivatives;
            }
            let gradient = &space.gradient[number * piece..];
            self.transposed[0].product(gradient, stride, derivatives, 1.0, of_x);
        }
    }
}

/// Pieces side by side in common rows.
struct Pieces<'a, 'x> {
    x: &'a [ArrayView2<'x, f32>],
    /// Positions from one piece to the next.
    piece: usize,
    /// The row stride.
    stride: usize,
}

/// Rows for the pieces; see [`Backward::rows`].
struct Workspace<'a> {
    /// The inputs of a map.
    inputs: &'a mut [f32],
    /// The derivatives of the activation at those inputs.
    derivatives: &'a mut [f32],
    /// The gradient of the values of a map.
    gradient: &'a mut [f32],
    /// The gradient of the values of the map before it.
    propagated: &'a mut [f32],
    /// The values of all inner maps.
    values: &'a mut [f32],
}
