//! Boxes to spectrum and back on a CPU, some boxes at a time.

use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, output, values, zeros};
use crate::layers::Matrices;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rayon::prelude::*;
use std::sync::Arc;

/// Cells a task: the first products of eight planes of 64 × 64 stay in the second-level cache.
const TASK: usize = 32_768;

/// Boxes to spectrum: the matrices are `[2k, cell]`, and `[cell, 2k]` along the last axis.
#[derive(Clone)]
pub(crate) struct Analysis(pub(crate) Matrices);

impl CustomOp1 for Analysis {
    fn name(&self) -> &'static str {
        "fourier-analysis"
    }

    fn cpu_fwd(&self, boxes: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Matrices { rows, columns } = &self.0;
        let (batch, channels) = (layout.dims()[0], layout.dims()[1]);
        let cells = columns.nrows() * rows.iter().map(|rows| rows.ncols()).product::<usize>();
        let waves =
            columns.ncols() / 2 * rows.iter().map(|rows| rows.nrows() / 2).product::<usize>();
        let mut spectra = zeros(batch * channels * 2 * waves);
        let count = (TASK / cells).max(1);
        let boxes = values(boxes, layout)?.par_chunks(count * cells);
        spectra.par_chunks_mut(count * 2 * waves).zip(boxes).for_each(|(spectra, boxes)| {
            spectra.copy_from_slice(&analyze(&self.0, boxes));
        });
        Ok(output(transpose(&spectra, 2 * waves), (waves, 2, batch, channels)))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Synthesis(self.0.transposed())).map(Some)
    }
}

/// Spectrum to boxes: the matrices are `[cell, 2k]`, and `[2k, cell]` along the last axis.
#[derive(Clone)]
pub(crate) struct Synthesis(pub(crate) Matrices);

impl CustomOp1 for Synthesis {
    fn name(&self) -> &'static str {
        "fourier-synthesis"
    }

    fn cpu_fwd(&self, spectrum: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Matrices { rows, columns } = &self.0;
        let (waves, _, batch, channels) = layout.shape().dims4()?;
        let axes = rows.iter().map(|rows| rows.nrows()).chain([columns.ncols()]);
        let shape: Vec<usize> = [batch, channels].into_iter().chain(axes).collect();
        let cells = shape[2..].iter().product::<usize>();
        let by_box = transpose(values(spectrum, layout)?, batch * channels);
        let mut boxes = zeros(batch * channels * cells);
        let count = (TASK / cells).max(1);
        let spectra = by_box.par_chunks(count * 2 * waves);
        boxes.par_chunks_mut(count * cells).zip(spectra).for_each(|(boxes, spectra)| {
            synthesize(&self.0, spectra, boxes);
        });
        Ok(output(boxes, shape))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Analysis(self.0.transposed())).map(Some)
    }
}

/// Several boxes, `[box, …cells]`, to their spectra, `[box, …waves, re|im]`: the last axis first.
fn analyze(matrices: &Matrices, boxes: &[f32]) -> Vec<f32> {
    let Matrices { rows, columns } = matrices;
    let lines = (boxes.len() / columns.nrows(), columns.nrows());
    let spectra = matrix(boxes, lines).dot(&**columns).into_raw_vec_and_offset().0;
    let along_axis = |(spectra, inner): (Vec<f32>, usize), rows: &Arc<Array2<f32>>| {
        analyze_axis(rows, &spectra, inner)
    };
    rows.iter().rev().fold((spectra, columns.ncols()), along_axis).0
}

/// `[…, cell, inner·(re|im)]` → `[…, wave, inner·(re|im)]`, and the length of what lies within the
/// next axis.
fn analyze_axis(rows: &Array2<f32>, x: &[f32], inner: usize) -> (Vec<f32>, usize) {
    let (waves, cells) = (rows.nrows() / 2, rows.ncols());
    let mut spectra = zeros(x.len() / cells * waves);
    let mut b = Array2::zeros((2 * waves, inner));
    for (x, spectrum) in x.chunks_exact(cells * inner).zip(spectra.chunks_exact_mut(waves * inner))
    {
        multiply(1.0, rows, &matrix(x, (cells, inner)), 0.0, &mut b);
        fold(b.view(), spectrum);
    }
    (spectra, waves * inner)
}

/// The reverse of [`analyze`]: the last axis last.
fn synthesize(matrices: &Matrices, spectra: &[f32], boxes: &mut [f32]) {
    let Matrices { rows, columns } = matrices;
    let mut inner = columns.nrows() * rows.iter().map(|rows| rows.ncols() / 2).product::<usize>();
    let mut x = Vec::new();
    for (axis, rows) in rows.iter().enumerate() {
        inner /= rows.ncols() / 2;
        x = synthesize_axis(rows, if axis == 0 { spectra } else { &x }, inner);
    }
    let x = if rows.is_empty() { spectra } else { &x };
    let lines = x.len() / columns.nrows();
    let mut boxes = ArrayViewMut2::from_shape((lines, columns.ncols()), boxes)
        .expect("the slice holds whole boxes");
    multiply(1.0, &matrix(x, (lines, columns.nrows())), &**columns, 0.0, &mut boxes);
}

/// `[…, wave, inner·(re|im)]` → `[…, cell, inner·(re|im)]`.
fn synthesize_axis(rows: &Array2<f32>, spectra: &[f32], inner: usize) -> Vec<f32> {
    let (cells, waves) = (rows.nrows(), rows.ncols() / 2);
    let mut x = zeros(spectra.len() / waves * cells);
    let mut b = Array2::zeros((2 * waves, inner));
    for (spectrum, x) in spectra.chunks_exact(waves * inner).zip(x.chunks_exact_mut(cells * inner))
    {
        unfold(spectrum, b.view_mut());
        let mut x = ArrayViewMut2::from_shape((cells, inner), x).expect("the slice is as long");
        multiply(1.0, rows, &b, 0.0, &mut x);
    }
    x
}

/// `re = re B₁ − im B₂, im = im B₁ + re B₂`.
fn fold(b: ArrayView2<'_, f32>, spectrum: &mut [f32]) {
    let waves = b.nrows() / 2;
    for (i, row) in spectrum.chunks_exact_mut(b.ncols()).enumerate() {
        let [upper, lower] = [b.row(i), b.row(waves + i)]
            .map(|row| row.to_slice().expect("products are in standard layout"));
        let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (wave, (upper, lower)) in row.chunks_exact_mut(2).zip(pairs) {
            wave[0] = upper[0] - lower[1];
            wave[1] = upper[1] + lower[0];
        }
    }
}

/// `B₁ = (re, im), B₂ = (im, −re)`.
fn unfold(spectrum: &[f32], b: ArrayViewMut2<'_, f32>) {
    let inner = b.ncols();
    let (mut upper, mut lower) = b.split_at(ndarray::Axis(0), spectrum.len() / inner);
    for (i, row) in spectrum.chunks_exact(inner).enumerate() {
        let (mut upper, mut lower) = (upper.row_mut(i), lower.row_mut(i));
        let [upper, lower] = [&mut upper, &mut lower]
            .map(|row| row.as_slice_mut().expect("it was made in standard layout"));
        upper.copy_from_slice(row);
        for (lower, wave) in lower.chunks_exact_mut(2).zip(row.chunks_exact(2)) {
            lower[0] = wave[1];
            lower[1] = -wave[0];
        }
    }
}

/// `[row, column]` → `[column, row]`, sixteen columns at a time: a whole cache line of each row.
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
