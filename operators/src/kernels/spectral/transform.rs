//! Values to spectra and back, several channels of a sample at a time.

use super::matrices::Matrices;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, matrix_mut, zeros};
use candle_core::{Result, Shape};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rayon::prelude::*;
use std::sync::Arc;

/// Cells of a task: the first products of eight planes of 64 × 64 cells fit the second-level cache.
const TASK: usize = 32_768;

/// `[batch, channel, …cells]` → `[mode, re|im, batch, channel]`. The matrices are `[2k, cell]`, and
/// `[cell, 2k]` along the last axis.
#[derive(Clone)]
pub(crate) struct Analysis(pub(crate) Matrices);

impl Kernel<1> for Analysis {
    const NAME: &'static str = "fourier-analysis";

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let (batch, channels) = (x.dims()[0], x.dims()[1]);
        let (spectrum, modes) = analyze_batch(&self.0, x.values, batch * channels);
        Ok(Output::new(spectrum, (modes, 2, batch, channels)))
    }

    fn backward(&self, _: [Operand; 1], spectrum: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let transposed = self.0.transposed();
        Ok([synthesize_batch(&transposed, g, spectrum.shape)?.values.into()])
    }
}

/// `[mode, re|im, batch, channel]` → `[batch, channel, …cells]`. The matrices are `[cell, 2k]`, and
/// `[2k, cell]` along the last axis.
#[derive(Clone)]
pub(crate) struct Synthesis(pub(crate) Matrices);

impl Kernel<1> for Synthesis {
    const NAME: &'static str = "fourier-synthesis";

    fn forward(&self, [spectrum]: [Operand; 1]) -> Result<Output> {
        synthesize_batch(&self.0, spectrum.values, spectrum.shape)
    }

    fn backward(&self, _: [Operand; 1], output: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let count = output.dims()[0] * output.dims()[1];
        Ok([analyze_batch(&self.0.transposed(), g, count).0.into()])
    }
}

/// The spectra of `count` channels, `[mode, re|im, channel]`, and the number of modes.
fn analyze_batch(matrices: &Matrices, x: &[f32], count: usize) -> (Vec<f32>, usize) {
    let Matrices { rows, columns } = matrices;
    let cells = columns.nrows() * rows.iter().map(|rows| rows.ncols()).product::<usize>();
    let modes = columns.ncols() / 2 * rows.iter().map(|rows| rows.nrows() / 2).product::<usize>();
    let mut spectra = zeros(count * 2 * modes);
    let task = (TASK / cells).max(1);
    let tasks = spectra.par_chunks_mut(task * 2 * modes).zip(x.par_chunks(task * cells));
    tasks.for_each(|(spectra, x)| spectra.copy_from_slice(&analyze(matrices, x)));
    (transpose(&spectra, 2 * modes), modes)
}

/// The values `[batch, channel, …cells]` of a spectrum with this shape.
fn synthesize_batch(matrices: &Matrices, spectrum: &[f32], shape: &Shape) -> Result<Output> {
    let Matrices { rows, columns } = matrices;
    let (modes, _, batch, channels) = shape.dims4()?;
    let axes = rows.iter().map(|rows| rows.nrows()).chain([columns.ncols()]);
    let shape: Vec<usize> = [batch, channels].into_iter().chain(axes).collect();
    let cells = shape[2..].iter().product::<usize>();
    let by_channel = transpose(spectrum, batch * channels);
    let mut values = zeros(batch * channels * cells);
    let task = (TASK / cells).max(1);
    let tasks = values.par_chunks_mut(task * cells).zip(by_channel.par_chunks(task * 2 * modes));
    tasks.for_each(|(values, spectra)| synthesize(matrices, spectra, values));
    Ok(Output::new(values, shape))
}

/// `[channel, …cells]` → `[channel, …modes, re|im]` of several channels, the last axis first.
fn analyze(matrices: &Matrices, values: &[f32]) -> Vec<f32> {
    let Matrices { rows, columns } = matrices;
    let lines = (values.len() / columns.nrows(), columns.nrows());
    let spectra = matrix(values, lines).dot(&**columns).into_raw_vec_and_offset().0;
    let along_axis = |(spectra, inner): (Vec<f32>, usize), rows: &Arc<Array2<f32>>| {
        analyze_axis(rows, &spectra, inner)
    };
    rows.iter().rev().fold((spectra, columns.ncols()), along_axis).0
}

/// `[…, cell, inner·(re|im)]` → `[…, mode, inner·(re|im)]`, and the number of values per cell of the preceding axis.
fn analyze_axis(rows: &Array2<f32>, x: &[f32], inner: usize) -> (Vec<f32>, usize) {
    let (modes, cells) = (rows.nrows() / 2, rows.ncols());
    let mut spectra = zeros(x.len() / cells * modes);
    let mut b = Array2::zeros((2 * modes, inner));
    for (x, spectrum) in x.chunks_exact(cells * inner).zip(spectra.chunks_exact_mut(modes * inner))
    {
        multiply(1.0, rows, &matrix(x, (cells, inner)), 0.0, &mut b);
        fold(b.view(), spectrum);
    }
    (spectra, modes * inner)
}

/// `[channel, …modes, re|im]` → `[channel, …cells]` of several channels, the last axis last.
fn synthesize(matrices: &Matrices, spectra: &[f32], values: &mut [f32]) {
    let Matrices { rows, columns } = matrices;
    let mut inner = columns.nrows() * rows.iter().map(|rows| rows.ncols() / 2).product::<usize>();
    let mut x = Vec::new();
    for (axis, rows) in rows.iter().enumerate() {
        inner /= rows.ncols() / 2;
        x = synthesize_axis(rows, if axis == 0 { spectra } else { &x }, inner);
    }
    let x = if rows.is_empty() { spectra } else { &x };
    let lines = x.len() / columns.nrows();
    let mut values = matrix_mut(values, (lines, columns.ncols()));
    multiply(1.0, &matrix(x, (lines, columns.nrows())), &**columns, 0.0, &mut values);
}

/// `[…, mode, inner·(re|im)]` → `[…, cell, inner·(re|im)]`.
fn synthesize_axis(rows: &Array2<f32>, spectra: &[f32], inner: usize) -> Vec<f32> {
    let (cells, modes) = (rows.nrows(), rows.ncols() / 2);
    let mut x = zeros(spectra.len() / modes * cells);
    let mut b = Array2::zeros((2 * modes, inner));
    for (spectrum, x) in spectra.chunks_exact(modes * inner).zip(x.chunks_exact_mut(cells * inner))
    {
        unfold(spectrum, b.view_mut());
        multiply(1.0, rows, &b, 0.0, &mut matrix_mut(x, (cells, inner)));
    }
    x
}

/// `re = re B₁ − im B₂, im = im B₁ + re B₂`.
fn fold(b: ArrayView2<'_, f32>, spectrum: &mut [f32]) {
    let modes = b.nrows() / 2;
    for (i, row) in spectrum.chunks_exact_mut(b.ncols()).enumerate() {
        let [upper, lower] = [b.row(i), b.row(modes + i)]
            .map(|row| row.to_slice().expect("products are contiguous"));
        let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (mode, (upper, lower)) in row.chunks_exact_mut(2).zip(pairs) {
            mode[0] = upper[0] - lower[1];
            mode[1] = upper[1] + lower[0];
        }
    }
}

/// `B₁ = (re, im), B₂ = (im, −re)`.
fn unfold(spectrum: &[f32], b: ArrayViewMut2<'_, f32>) {
    let inner = b.ncols();
    let (mut upper, mut lower) = b.split_at(ndarray::Axis(0), spectrum.len() / inner);
    for (i, row) in spectrum.chunks_exact(inner).enumerate() {
        let (mut upper, mut lower) = (upper.row_mut(i), lower.row_mut(i));
        let [upper, lower] =
            [&mut upper, &mut lower].map(|row| row.as_slice_mut().expect("it is contiguous"));
        upper.copy_from_slice(row);
        for (lower, mode) in lower.chunks_exact_mut(2).zip(row.chunks_exact(2)) {
            lower[0] = mode[1];
            lower[1] = -mode[0];
        }
    }
}

/// `[row, column]` → `[column, row]`, sixteen columns at a time, which are a cache line of each row.
fn transpose(x: &[f32], columns: usize) -> Vec<f32> {
    const LINE: usize = 16;
    let rows = x.len() / columns;
    let mut y = zeros(x.len());
    y.par_chunks_mut(LINE * rows).enumerate().for_each(|(block, y)| {
        for (row, x) in x.chunks_exact(columns).enumerate() {
            for (column, y) in y.chunks_exact_mut(rows).enumerate() {
                y[row] = x[block * LINE + column];
            }
        }
    });
    y
}
