//! Spectral convolution along each axis separately.

use super::fourier::{angles, stacked};
use super::mix::mix;
use crate::layers::AxisMap;
use candle_core::{DType, Device, Result, Tensor};

/// `y = Σ_a F_a⁻¹(W_a F_a(x))`, with the discrete Fourier transform `F_a` along axis a, of which the lowest
/// modes are retained.
///
/// ```text
/// x̂_c(k) = Σ_j x_c(j) e^{−2πi k j/n}     0 ≤ k < modes, at most n/2 of them
/// y_o(j) = Re Σ_k Σ_c W_co(k) x̂_c(k) e^{2πi k j/n} / n, with the terms for k > 0 doubled
/// ```
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`; one weight per axis,
/// `[mode, re|im, channel, out]`. n includes the cells of zeros of the domain padding.
///
/// Source: Tran et al. (2023), arXiv 2111.13802, eqs. (8)–(10).
pub struct SpectralByAxis {
    axes: Vec<Axis>,
}

struct Axis {
    modes: usize,
    analysis: AxisMap,
    synthesis: AxisMap,
}

impl SpectralByAxis {
    /// The transforms for these numbers of cells.
    pub fn new(
        modes: usize,
        cells: &[usize],
        padding: &[usize],
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let axis = |axis: usize| {
            let period = cells[axis] + padding[axis];
            let modes = modes.min(period / 2).max(1);
            let numbers: Vec<isize> = (0..modes.cast_signed()).collect();
            let analysis = stacked(&angles(&numbers, cells[axis], period));
            let mut synthesis = analysis.t().to_owned() / period as f64;
            for (row, mut column) in synthesis.columns_mut().into_iter().enumerate() {
                column *= if row % modes == 0 { 1.0 } else { 2.0 };
            }
            Ok(Axis {
                modes,
                analysis: AxisMap::new(2 + axis, &analysis, device, dtype)?,
                synthesis: AxisMap::new(2 + axis, &synthesis, device, dtype)?,
            })
        };
        Ok(Self { axes: (0..cells.len()).map(axis).collect::<Result<_>>()? })
    }

    /// The number of retained modes along each axis.
    pub fn modes(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.modes).collect()
    }

    /// Applies the convolution with one weight per axis.
    pub fn map(&self, x: &Tensor, weights: &[Tensor]) -> Result<Tensor> {
        let along = |(number, (axis, weight))| self::Axis::map(axis, 2 + number, x, weight);
        let mut parts = self.axes.iter().zip(weights).enumerate().map(along);
        let first = parts.next().expect("there are axes")?;
        parts.try_fold(first, |sum, part| sum + part?)
    }
}

impl Axis {
    /// Permutes modes to the front and channels to the end, so that every mode is a matrix.
    fn map(&self, at: usize, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let spectrum = self.analysis.forward(x)?;
        let mut split = spectrum.dims().to_vec();
        split.splice(at..=at, [2, self.modes]);
        let others = (0..split.len()).filter(|axis| ![1, at, at + 1].contains(axis));
        let order: Vec<usize> = [at + 1, at].into_iter().chain(others).chain([1]).collect();
        let by_mode = spectrum.reshape(split)?.permute(order.clone())?.contiguous()?;
        let mixed = mix(&by_mode.reshape((self.modes, 2, (), x.dim(1)?))?, weight)?;
        let mut shape = by_mode.dims().to_vec();
        *shape.last_mut().expect("channels are last") = weight.dim(3)?;
        let inverse: Vec<usize> =
            (0..order.len()).filter_map(|axis| order.iter().position(|of| *of == axis)).collect();
        let mixed = mixed.reshape(shape)?.permute(inverse)?.contiguous()?;
        self.synthesis.forward(&mixed.flatten(at, at + 1)?)
    }
}
