//! Contiguous slices: matrices, blocks of cells, sums, and parallel writes.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// A slice as a matrix. Panics unless its length is rows times columns.
pub(crate) fn matrix(x: &[f32], shape: (usize, usize)) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape(shape, x).expect("the length is rows times columns")
}

/// A slice as a mutable matrix. Panics unless its length is rows times columns.
pub(crate) fn matrix_mut(x: &mut [f32], shape: (usize, usize)) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape(shape, x).expect("the length is rows times columns")
}

/// A batch of `[channel, cell]` matrices in blocks of `size` cells, sample by sample.
pub(crate) fn blocks(
    x: &[f32],
    [channels, cells]: [usize; 2],
    size: usize,
) -> Vec<ArrayView2<'_, f32>> {
    let mut blocks = Vec::new();
    for sample in x.chunks_exact(channels * cells) {
        let mut rest = matrix(sample, (channels, cells));
        while rest.ncols() > size {
            let (block, after) = rest.split_at(Axis(1), size);
            blocks.push(block);
            rest = after;
        }
        blocks.push(rest);
    }
    blocks
}

/// As [`blocks`], mutable.
pub(crate) fn blocks_mut(
    x: &mut [f32],
    [channels, cells]: [usize; 2],
    size: usize,
) -> Vec<ArrayViewMut2<'_, f32>> {
    let mut blocks = Vec::new();
    for sample in x.chunks_exact_mut(channels * cells) {
        let mut rest = matrix_mut(sample, (channels, cells));
        while rest.ncols() > size {
            let (block, after) = rest.split_at(Axis(1), size);
            blocks.push(block);
            rest = after;
        }
        blocks.push(rest);
    }
    blocks
}

/// `count` values that `write` computes in parallel, range by range; `write` is given zeros. The whole
/// memory is not filled with zeros first, which would take another pass over it.
pub(crate) fn written(count: usize, write: impl Fn(Range<usize>, &mut [f32]) + Sync) -> Vec<f32> {
    /// The number of values of a block, which is computed on the stack; several blocks fit the first-level cache.
    const BLOCK: usize = 1024;
    /// The smallest number of blocks per task.
    const BLOCKS: usize = 16;
    let whole = count / BLOCK;
    let block = |number: usize| {
        let mut block = [0.0; BLOCK];
        write(number * BLOCK..(number + 1) * BLOCK, &mut block);
        block
    };
    let mut blocks: Vec<[f32; BLOCK]> = Vec::with_capacity(count.div_ceil(BLOCK));
    (0..whole).into_par_iter().with_min_len(BLOCKS).map(block).collect_into_vec(&mut blocks);
    let mut all = blocks.into_flattened();
    let rest = whole * BLOCK..count;
    let mut last = [0.0; BLOCK];
    write(rest.clone(), &mut last[..rest.len()]);
    all.extend_from_slice(&last[..rest.len()]);
    all
}

/// `count` zeros, written in parallel.
pub(crate) fn zeros(count: usize) -> Vec<f32> {
    written(count, |_, _| ())
}

/// The sum over samples and cells of every channel, `[batch, channel, cell]` → `[channel]`: the gradient
/// of a bias.
pub(crate) fn sums_over_cells(x: &[f32], channels: usize, cells: usize) -> Vec<f32> {
    sums_over_samples(&x.par_chunks(cells).map(sum).collect::<Vec<f32>>(), channels)
}

/// The sum over samples of `[batch, channel]`, in the order of the samples.
pub(crate) fn sums_over_samples(parts: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for sample in parts.chunks(channels) {
        sums.iter_mut().zip(sample).for_each(|(sum, part)| *sum += part);
    }
    sums
}

/// A sum in sixteen partial sums, an order that the compiler can vectorize.
#[inline(always)]
pub(crate) fn sum(x: &[f32]) -> f32 {
    let mut parts = [0.0; 16];
    let chunks = x.chunks_exact(parts.len());
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        parts.iter_mut().zip(chunk).for_each(|(part, x)| *part += x);
    }
    parts.iter().sum::<f32>() + rest
}

/// `Σᵢ f(aᵢ, bᵢ)`, in sixteen partial sums as [`sum`].
#[inline(always)]
pub(crate) fn sum_of(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut parts = [0.0; 16];
    let (a, b) = (a.chunks_exact(parts.len()), b.chunks_exact(parts.len()));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| f(*a, *b)).sum();
    for (a, b) in a.zip(b) {
        for (part, (a, b)) in parts.iter_mut().zip(a.iter().zip(b)) {
            *part += f(*a, *b);
        }
    }
    parts.iter().sum::<f32>() + rest
}
