//! How hand-written operations see tensors: contiguous `f32` slices.

use candle_core::{
    CpuStorage, CustomOp1, DType, Layout, Result, Shape, Storage, StorageRef, Tensor, bail,
};
use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// Whether the hand-written operations take these tensors; if not, composed ones do.
pub(crate) fn by_hand(tensor: &Tensor) -> bool {
    tensor.device().is_cpu() && tensor.dtype() == DType::F32
}

/// The values of a contiguous tensor.
pub(crate) fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => bail!("a tensor with strides {:?} is not contiguous", layout.stride()),
    }
}

/// A slice as a matrix. Panics unless it has rows times columns values.
pub(crate) fn matrix(x: &[f32], shape: (usize, usize)) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape(shape, x).expect("the slice has rows times columns values")
}

/// A slice as a matrix to be written. Panics unless it has rows times columns values.
pub(crate) fn matrix_mut(x: &mut [f32], shape: (usize, usize)) -> ArrayViewMut2<'_, f32> {
    ArrayViewMut2::from_shape(shape, x).expect("the slice has rows times columns values")
}

/// A tensor whose values are being read, in a derivative that has several results.
pub(crate) struct Reading<'a>(StorageRef<'a>, &'a Layout);

impl<'a> Reading<'a> {
    pub(crate) fn of(tensor: &'a Tensor) -> Self {
        let (storage, layout) = tensor.storage_and_layout();
        Self(storage, layout)
    }

    pub(crate) fn values(&self) -> Result<&[f32]> {
        match &*self.0 {
            Storage::Cpu(storage) => values(storage, self.1),
            _ => bail!("a hand-written operation got a tensor that is not on the CPU"),
        }
    }
}

/// A batch of `[channel, cell]` matrices in blocks of so many cells, sample by sample.
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

/// As [`blocks`], to be written.
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

/// So many values, some of them a task; nothing is written before them, not even zeros.
pub(crate) fn written(count: usize, write: impl Fn(Range<usize>, &mut [f32]) + Sync) -> Vec<f32> {
    /// Values that are written to the stack, of which the first-level cache holds several.
    const BLOCK: usize = 1024;
    /// Blocks a task.
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

/// So many zeros, some of them a task.
pub(crate) fn zeros(count: usize) -> Vec<f32> {
    written(count, |_, _| ())
}

/// What an operation returns.
pub(crate) fn output(values: Vec<f32>, shape: impl Into<Shape>) -> (CpuStorage, Shape) {
    (CpuStorage::F32(values), shape.into())
}

/// The sum over samples and cells of every channel, `[batch, channel, …cells]` → `[channel]`: the
/// gradient of a bias.
pub(crate) fn sum_over_cells(x: &Tensor) -> Result<Tensor> {
    x.apply_op1_no_bwd(&SumOverCells)
}

struct SumOverCells;

impl CustomOp1 for SumOverCells {
    fn name(&self) -> &'static str {
        "sum-over-cells"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (channels, cells) = (layout.dims()[1], layout.dims()[2..].iter().product());
        Ok(output(sums_over_cells(values(x, layout)?, channels, cells), channels))
    }
}

/// As [`sum_over_cells`], of a slice.
pub(crate) fn sums_over_cells(x: &[f32], channels: usize, cells: usize) -> Vec<f32> {
    sums_over_samples(&x.par_chunks(cells).map(sum).collect::<Vec<f32>>(), channels)
}

/// The sum of all samples' parts of every channel, in order.
pub(crate) fn sums_over_samples(parts: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for sample in parts.chunks(channels) {
        sums.iter_mut().zip(sample).for_each(|(sum, part)| *sum += part);
    }
    sums
}

/// A sum in sixteen running parts, in which order the compiler can use vector instructions.
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

/// `Σᵢ f(aᵢ, bᵢ)`, in sixteen running parts as [`sum`].
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
