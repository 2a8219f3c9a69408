//! Planes to spectrum and back on a CPU, some planes at a time.

use super::fourier::Matrices;
use crate::layers::slices::{matrix, output, values};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use rayon::prelude::*;

/// Planes a task: their first products, 8 × 64 × 24 values, stay in the second-level cache.
const PLANES: usize = 8;

/// Planes to spectrum.
#[derive(Clone)]
pub(super) struct Analysis(pub(super) Matrices);

impl CustomOp1 for Analysis {
    fn name(&self) -> &'static str {
        "fourier-analysis"
    }

    fn cpu_fwd(&self, planes: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, channels, nx, ny) = layout.shape().dims4()?;
        let (kx, ky) = (self.0.rows.nrows() / 2, self.0.columns.ncols() / 2);
        let mut spectra = vec![0.0; batch * channels * 2 * kx * ky];
        let planes = values(planes, layout)?.par_chunks(PLANES * nx * ny);
        spectra.par_chunks_mut(PLANES * 2 * kx * ky).zip(planes).for_each(|(spectra, planes)| {
            analyze_planes(&self.0, planes, spectra);
        });
        let by_wave = transpose(&spectra, 2 * kx * ky);
        Ok(output(by_wave, (kx, ky, 2, batch, channels)))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Synthesis(self.0.transposed())).map(Some)
    }
}

/// Spectrum to planes.
#[derive(Clone)]
pub(super) struct Synthesis(pub(super) Matrices);

impl CustomOp1 for Synthesis {
    fn name(&self) -> &'static str {
        "fourier-synthesis"
    }

    fn cpu_fwd(&self, spectrum: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (kx, ky, _, batch, channels) = layout.shape().dims5()?;
        let (nx, ny) = (self.0.rows.nrows(), self.0.columns.ncols());
        let by_plane = transpose(values(spectrum, layout)?, batch * channels);
        let mut planes = vec![0.0; batch * channels * nx * ny];
        let spectra = by_plane.par_chunks(PLANES * 2 * kx * ky);
        planes.par_chunks_mut(PLANES * nx * ny).zip(spectra).for_each(|(planes, spectra)| {
            synthesize_planes(&self.0, spectra, planes);
        });
        Ok(output(planes, (batch, channels, nx, ny)))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Analysis(self.0.transposed())).map(Some)
    }
}

/// Several planes, `[plane, x, y]`, to their spectra, `[plane, k_x, k_y, re|im]`.
fn analyze_planes(matrices: &Matrices, planes: &[f32], spectra: &mut [f32]) {
    let Matrices { rows, columns } = matrices;
    let (nx, ny) = (rows.ncols(), columns.nrows());
    let (kx, ky) = (rows.nrows() / 2, columns.ncols() / 2);
    let count = planes.len() / (nx * ny);
    let mut a = Array2::zeros((count * nx, 2 * ky));
    let mut b = Array2::zeros((2 * kx, 2 * ky));
    general_mat_mul(1.0, &matrix(planes, (count * nx, ny)), columns, 0.0, &mut a);
    for (plane, spectrum) in spectra.chunks_exact_mut(2 * kx * ky).enumerate() {
        general_mat_mul(1.0, rows, &a.slice(s![plane * nx..(plane + 1) * nx, ..]), 0.0, &mut b);
        fold(b.view(), spectrum);
    }
}

/// The reverse of [`analyze_planes`].
fn synthesize_planes(matrices: &Matrices, spectra: &[f32], planes: &mut [f32]) {
    let Matrices { rows, columns } = matrices;
    let (nx, ny) = (rows.nrows(), columns.ncols());
    let (kx, ky) = (rows.ncols() / 2, columns.nrows() / 2);
    let count = planes.len() / (nx * ny);
    let mut a = Array2::zeros((count * nx, 2 * ky));
    let mut b = Array2::zeros((2 * kx, 2 * ky));
    for (plane, spectrum) in spectra.chunks_exact(2 * kx * ky).enumerate() {
        unfold(spectrum, b.view_mut());
        let mut product = a.slice_mut(s![plane * nx..(plane + 1) * nx, ..]);
        general_mat_mul(1.0, rows, &b, 0.0, &mut product);
    }
    let mut planes =
        ArrayViewMut2::from_shape((count * nx, ny), planes).expect("the slice holds whole planes");
    general_mat_mul(1.0, &a, columns, 0.0, &mut planes);
}

/// `re = B₁₁ − B₂₂, im = B₁₂ + B₂₁`.
fn fold(b: ArrayView2<'_, f32>, spectrum: &mut [f32]) {
    let (kx, ky) = (b.nrows() / 2, b.ncols() / 2);
    for (i, row) in spectrum.chunks_exact_mut(2 * ky).enumerate() {
        let (upper, lower) = (b.row(i), b.row(kx + i));
        for (j, wave) in row.chunks_exact_mut(2).enumerate() {
            wave[0] = upper[j] - lower[ky + j];
            wave[1] = upper[ky + j] + lower[j];
        }
    }
}

/// `B = [[re, im], [im, −re]]`.
fn unfold(spectrum: &[f32], mut b: ArrayViewMut2<'_, f32>) {
    let (kx, ky) = (b.nrows() / 2, b.ncols() / 2);
    for (i, row) in spectrum.chunks_exact(2 * ky).enumerate() {
        for (j, wave) in row.chunks_exact(2).enumerate() {
            b[[i, j]] = wave[0];
            b[[i, ky + j]] = wave[1];
            b[[kx + i, j]] = wave[1];
            b[[kx + i, ky + j]] = -wave[0];
        }
    }
}

/// `[row, column]` → `[column, row]`, sixteen columns at a time: a whole cache line of each row.
fn transpose(x: &[f32], columns: usize) -> Vec<f32> {
    const LINE: usize = 16;
    let rows = x.len() / columns;
    let mut y = vec![0.0; x.len()];
    y.par_chunks_mut(LINE * rows).enumerate().for_each(|(block, y)| {
        for (row, x) in x.chunks_exact(columns).enumerate() {
            for (column, y) in y.chunks_exact_mut(rows).enumerate() {
                y[row] = x[block * LINE + column];
            }
        }
    });
    y
}
