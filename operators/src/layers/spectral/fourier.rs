//! The truncated Fourier transform of a real field and its inverse, as matrix products.
//!
//! Few modes are retained, so that the matrices are thin, and the products cost no more than fast
//! transforms. They work for every number of cells, and on every device.
//!
//! The last axis is transformed first: `A = X C`, `[…, re|im of k]`. Along every axis before it,
//! `B = R A`, where the rows of R are all cosines followed by all sines, has two halves, and
//!
//! ```text
//! re = re B₁ − im B₂,   im = im B₁ + re B₂        (fold)
//! ```
//!
//! The inverse unfolds the spectrum, `B₁ = (re, im), B₂ = (im, −re)`, and multiplies in the opposite order.
//! Unfolding is the adjoint of folding. Hence the adjoint of an analysis is a synthesis with the transposed
//! matrices, and vice versa.

use super::fallback::Tensors;
use super::mix::mix;
use super::modes::FourierModes;
use crate::autograd::{apply, has_kernels, is_fused, with_derivative};
use crate::kernels::spectral::{Analysis, Matrices, Synthesis};
use candle_core::{D, DType, Device, Result, Tensor};
use ndarray::Array2;
use std::f64::consts::TAU;
use std::sync::Arc;

/// The transform to the retained modes, a linear map of their channels, and the inverse transform.
pub struct Fourier {
    modes: Vec<usize>,
    analysis: Analysis,
    synthesis: Synthesis,
    /// The same matrices for the fallback.
    fallback: Option<Arc<Fallback>>,
}

struct Fallback {
    analysis: Tensors,
    analysis_transposed: Tensors,
    synthesis: Tensors,
    synthesis_transposed: Tensors,
}

impl Fourier {
    /// The transforms for the numbers of cells that the modes are of.
    pub fn new(modes: &FourierModes, device: &Device, dtype: DType) -> Result<Self> {
        let numbers = modes.wavenumbers();
        let (last, leading) = numbers.split_last().expect("there are axes");
        let [from, onto] = [&modes.cells, &modes.onto].map(|cells| {
            let axes = numbers.iter().zip(cells).zip(&modes.padding);
            axes.map(|((numbers, cells), padding)| angles(numbers, *cells, cells + padding))
                .collect::<Vec<_>>()
        });
        let axes = leading.len();
        let rows: Vec<_> = from[..axes].iter().map(stacked).collect();
        let rows_back: Vec<_> = onto[..axes].iter().map(|a| stacked(a).reversed_axes()).collect();
        let columns = interleaved(&from[axes]).reversed_axes();
        let mut columns_back = interleaved(&onto[axes]);
        let weights = last.iter().flat_map(|k| [modes.weight(*k); 2]);
        columns_back
            .rows_mut()
            .into_iter()
            .zip(weights)
            .for_each(|(mut row, weight)| row *= weight);
        let fallback = || {
            let analysis = Tensors::of_analysis(&rows, &columns, device, dtype)?;
            Fallback::new(
                analysis,
                Tensors::of_synthesis(&rows_back, &columns_back, device, dtype)?,
            )
        };
        Ok(Self {
            modes: numbers.iter().map(Vec::len).collect(),
            analysis: Analysis(Matrices::rounded(&rows, &columns)),
            synthesis: Synthesis(Matrices::rounded(&rows_back, &columns_back)),
            fallback: (!has_kernels(device, dtype)).then(fallback).transpose()?,
        })
    }

    /// The number of retained modes along each axis.
    pub fn modes(&self) -> &[usize] {
        &self.modes
    }

    /// `F⁻¹(W F(x))`: `[batch, channel, …cells]` → `[batch, out, …cells]` with
    /// `weight […modes, re|im, channel, out]`.
    pub fn map(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let (channels, out) = (weight.dim(D::Minus2)?, weight.dim(D::Minus1)?);
        let weight = weight.reshape(((), 2, channels, out))?;
        self.synthesize(&mix(&self.analyze(x)?, &weight)?)
    }

    /// `[batch, channel, …cells]` → `[mode, re|im, batch, channel]`.
    pub(super) fn analyze(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) {
            return apply(self.analysis.clone(), [x]);
        }
        let fallback = self.fallback();
        let spectrum = fallback.analysis.analyze(&x.detach())?;
        with_derivative(spectrum, [x], move |gradient| {
            Ok([fallback.analysis_transposed.synthesize(gradient)?])
        })
    }

    /// `[mode, re|im, batch, channel]` → `[batch, channel, …cells]`.
    pub(super) fn synthesize(&self, spectrum: &Tensor) -> Result<Tensor> {
        if is_fused(spectrum) {
            return apply(self.synthesis.clone(), [spectrum]);
        }
        let fallback = self.fallback();
        let values = fallback.synthesis.synthesize(&spectrum.detach())?;
        with_derivative(values, [spectrum], move |gradient| {
            Ok([fallback.synthesis_transposed.analyze(gradient)?])
        })
    }

    fn fallback(&self) -> Arc<Fallback> {
        let fallback = self.fallback.as_ref();
        fallback
            .expect("the tensors are of the device and type that the transform was built for")
            .clone()
    }
}

impl Fallback {
    fn new(analysis: Tensors, synthesis: Tensors) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            analysis_transposed: analysis.transposed()?,
            synthesis_transposed: synthesis.transposed()?,
            analysis,
            synthesis,
        }))
    }
}

/// `2π k j/n`, `[k, j]`, for the first `cells` values of j of a period of n.
pub(super) fn angles(wavenumbers: &[isize], cells: usize, period: usize) -> Array2<f64> {
    Array2::from_shape_fn((wavenumbers.len(), cells), |(k, j)| {
        TAU * wavenumbers[k] as f64 * j as f64 / period as f64
    })
}

/// The cosines, followed by the negative sines, `[2k, j]`.
pub(super) fn stacked(angles: &Array2<f64>) -> Array2<f64> {
    let modes = angles.nrows();
    parts(angles, |row| [row % modes, row / modes])
}

/// Alternating rows of cosines and negative sines, `[2k, j]`.
fn interleaved(angles: &Array2<f64>) -> Array2<f64> {
    parts(angles, |row| [row / 2, row % 2])
}

/// `cos` (0) or `−sin` (1) of the angles of a mode in every row: `of(row)` is `[mode, 0 or 1]`.
fn parts(angles: &Array2<f64>, of: impl Fn(usize) -> [usize; 2]) -> Array2<f64> {
    Array2::from_shape_fn((2 * angles.nrows(), angles.ncols()), |(row, j)| match of(row) {
        [mode, 0] => angles[[mode, j]].cos(),
        [mode, _] => -angles[[mode, j]].sin(),
    })
}
