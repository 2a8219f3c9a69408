//! The truncated transform of a real box and its inverse, as matrix products.
//!
//! Few waves are kept, so the matrices are thin and their products cost no more than fast
//! transforms; they exist for every size, and on every device.
//!
//! The last axis is first: `A = X C`, `[…, re|im of k]`. Along every axis before it,
//! `B = R A` with the cosines' rows over the sines' makes two halves, from which
//!
//! ```text
//! re = re B₁ − im B₂,   im = im B₁ + re B₂        (fold)
//! ```
//!
//! The inverse unfolds the spectrum, `B₁ = (re, im), B₂ = (im, −re)`, and multiplies the other way
//! around. Unfolding is the adjoint of folding. So the adjoint of an analysis is a synthesis with
//! the transposed matrices, and the reverse: each is the other's derivative.

use super::Waves;
use super::composed::Tensors;
use crate::autograd::with_derivative;
use crate::kernels::slices::by_hand;
use crate::kernels::spectral::{Analysis, Synthesis, mix};
use candle_core::{D, DType, Device, Result, Tensor};
use ndarray::Array2;
use std::f64::consts::TAU;
use std::sync::Arc;

/// The matrices of one direction: of all axes but the last, and of the last.
#[derive(Clone)]
pub(crate) struct Matrices {
    pub(crate) rows: Vec<Arc<Array2<f32>>>,
    pub(crate) columns: Arc<Array2<f32>>,
}

impl Matrices {
    pub(crate) fn transposed(&self) -> Self {
        let transpose = |a: &Arc<Array2<f32>>| Arc::new(a.t().as_standard_layout().into_owned());
        Self { rows: self.rows.iter().map(transpose).collect(), columns: transpose(&self.columns) }
    }

    fn rounded(rows: &[Array2<f64>], columns: &Array2<f64>) -> Self {
        let round =
            |a: &Array2<f64>| Arc::new(a.mapv(|x| x as f32).as_standard_layout().into_owned());
        Self { rows: rows.iter().map(round).collect(), columns: round(columns) }
    }
}

/// The transform to the kept waves, a linear map of their channels, and the inverse.
pub struct Fourier {
    waves: Vec<usize>,
    analysis: Analysis,
    synthesis: Synthesis,
    /// The same matrices for the composed path.
    composed: Option<Arc<Composed>>,
}

struct Composed {
    analysis: Tensors,
    analysis_transposed: Tensors,
    synthesis: Tensors,
    synthesis_transposed: Tensors,
}

impl Fourier {
    /// The transform for one size of box.
    pub fn new(waves: &Waves, device: &Device, dtype: DType) -> Result<Self> {
        let numbers = waves.numbers();
        let (last, leading) = numbers.split_last().expect("a box has axes");
        let [from, onto] = [&waves.cells, &waves.onto].map(|cells| {
            let axes = numbers.iter().zip(cells).zip(&waves.padding);
            axes.map(|((numbers, cells), padding)| angles(numbers, *cells, cells + padding))
                .collect::<Vec<_>>()
        });
        let axes = leading.len();
        let there: Vec<_> = from[..axes].iter().map(stacked).collect();
        let back: Vec<_> = onto[..axes].iter().map(|a| stacked(a).reversed_axes()).collect();
        let columns = interleaved(&from[axes]).reversed_axes();
        let mut columns_back = interleaved(&onto[axes]);
        let weights = last.iter().flat_map(|k| [waves.weight(*k); 2]);
        columns_back
            .rows_mut()
            .into_iter()
            .zip(weights)
            .for_each(|(mut row, weight)| row *= weight);
        let by_hand = device.is_cpu() && dtype == DType::F32;
        let composed = || {
            let analysis = Tensors::of_analysis(&there, &columns, device, dtype)?;
            Composed::new(analysis, Tensors::of_synthesis(&back, &columns_back, device, dtype)?)
        };
        Ok(Self {
            waves: numbers.iter().map(Vec::len).collect(),
            analysis: Analysis(Matrices::rounded(&there, &columns)),
            synthesis: Synthesis(Matrices::rounded(&back, &columns_back)),
            composed: (!by_hand).then(composed).transpose()?,
        })
    }

    /// How many waves are kept along each axis.
    pub fn waves(&self) -> &[usize] {
        &self.waves
    }

    /// `F⁻¹(W F(x))`: `[batch, channel, …cells]` → `[batch, out, …cells]` with
    /// `weight […waves, re|im, channel, out]`.
    pub fn map(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let (channels, out) = (weight.dim(D::Minus2)?, weight.dim(D::Minus1)?);
        let weight = weight.reshape(((), 2, channels, out))?;
        self.synthesize(&mix(&self.analyze(x)?, &weight)?)
    }

    /// `[batch, channel, …cells]` → `[wave, re|im, batch, channel]`.
    pub(super) fn analyze(&self, boxes: &Tensor) -> Result<Tensor> {
        if by_hand(boxes) {
            return boxes.contiguous()?.apply_op1(self.analysis.clone());
        }
        let composed = self.composed();
        let spectrum = composed.analysis.analyze(&boxes.detach())?;
        with_derivative(spectrum, [boxes], move |gradient| {
            Ok([composed.analysis_transposed.synthesize(gradient)?])
        })
    }

    /// `[wave, re|im, batch, channel]` → `[batch, channel, …cells]`.
    pub(super) fn synthesize(&self, spectrum: &Tensor) -> Result<Tensor> {
        if by_hand(spectrum) {
            return spectrum.contiguous()?.apply_op1(self.synthesis.clone());
        }
        let composed = self.composed();
        let boxes = composed.synthesis.synthesize(&spectrum.detach())?;
        with_derivative(boxes, [spectrum], move |gradient| {
            Ok([composed.synthesis_transposed.analyze(gradient)?])
        })
    }

    fn composed(&self) -> Arc<Composed> {
        let composed = self.composed.as_ref();
        composed.expect("tensors outside CPU and f32 come with matrices of their kind").clone()
    }
}

impl Composed {
    fn new(analysis: Tensors, synthesis: Tensors) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            analysis_transposed: analysis.transposed()?,
            synthesis_transposed: synthesis.transposed()?,
            analysis,
            synthesis,
        }))
    }
}

/// `2π k j/n`, `[k, j]`, for the `cells` first j of a period of n.
pub(super) fn angles(wavenumbers: &[isize], cells: usize, period: usize) -> Array2<f64> {
    Array2::from_shape_fn((wavenumbers.len(), cells), |(k, j)| {
        TAU * wavenumbers[k] as f64 * j as f64 / period as f64
    })
}

/// All rows of cosines over all of negative sines, `[2k, j]`.
pub(super) fn stacked(angles: &Array2<f64>) -> Array2<f64> {
    let waves = angles.nrows();
    parts(angles, |row| [row % waves, row / waves])
}

/// A row of cosines and one of negative sines in turn, `[2k, j]`.
fn interleaved(angles: &Array2<f64>) -> Array2<f64> {
    parts(angles, |row| [row / 2, row % 2])
}

/// `cos` or `−sin` of the angles of a wave in every row, as `of` says.
fn parts(angles: &Array2<f64>, of: impl Fn(usize) -> [usize; 2]) -> Array2<f64> {
    Array2::from_shape_fn((2 * angles.nrows(), angles.ncols()), |(row, j)| match of(row) {
        [wave, 0] => angles[[wave, j]].cos(),
        [wave, _] => -angles[[wave, j]].sin(),
    })
}
