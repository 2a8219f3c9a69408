//! Spectral convolution along every axis by itself.

use super::fourier::{angles, stacked};
use crate::kernels::spectral::mix;
use crate::layers::AxisMap;
use candle_core::{DType, Device, Result, Tensor};

/// `y = Σ_a F_a⁻¹(W_a F_a(x))`, with `F_a` the discrete Fourier transform along axis a, of which the
/// lowest waves are kept.
///
/// ```text
/// x̂_c(k) = Σ_j x_c(j) e^{−2πi k j/n}     0 ≤ k < modes, at most n/2 of them
/// y_o(j) = Re Σ_k Σ_c W_co(k) x̂_c(k) e^{2πi k j/n} / n, the waves with k > 0 twice
/// ```
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`; a weight an axis,
/// `[wave, re|im, channel, out]`. With padding n counts cells of zeros beyond the axis' end.
///
/// Source: Tran et al. (2023), arXiv 2111.13802, eqs. (8)–(10).
pub struct SpectralByAxis {
    axes: Vec<Axis>,
}

struct Axis {
    waves: usize,
    there: AxisMap,
    back: AxisMap,
}

impl SpectralByAxis {
    /// The transforms for one size of box.
    pub fn new(
        modes: usize,
        cells: &[usize],
        padding: &[usize],
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let axis = |axis: usize| {
            let period = cells[axis] + padding[axis];
            let waves = modes.min(period / 2).max(1);
            let numbers: Vec<isize> = (0..waves.cast_signed()).collect();
            let there = stacked(&angles(&numbers, cells[axis], period));
            let mut back = there.t().to_owned() / period as f64;
            for (row, mut column) in back.columns_mut().into_iter().enumerate() {
                column *= if row % waves == 0 { 1.0 } else { 2.0 };
            }
            let there = AxisMap::new(2 + axis, &there, device, dtype)?;
            Ok(Axis { waves, there, back: AxisMap::new(2 + axis, &back, device, dtype)? })
        };
        Ok(Self { axes: (0..cells.len()).map(axis).collect::<Result<_>>()? })
    }

    /// How many waves are kept along each axis.
    pub fn waves(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.waves).collect()
    }

    /// Applies the convolution with a weight an axis.
    pub fn map(&self, x: &Tensor, weights: &[Tensor]) -> Result<Tensor> {
        let along = |(number, (axis, weight))| self::Axis::map(axis, 2 + number, x, weight);
        let mut parts = self.axes.iter().zip(weights).enumerate().map(along);
        let first = parts.next().expect("a box has axes")?;
        parts.try_fold(first, |sum, part| sum + part?)
    }
}

impl Axis {
    /// Waves come first and channels last, so that every wave is a matrix.
    fn map(&self, at: usize, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let spectrum = self.there.forward(x)?;
        let mut parted = spectrum.dims().to_vec();
        parted.splice(at..=at, [2, self.waves]);
        let others = (0..parted.len()).filter(|axis| ![1, at, at + 1].contains(axis));
        let order: Vec<usize> = [at + 1, at].into_iter().chain(others).chain([1]).collect();
        let by_wave = spectrum.reshape(parted)?.permute(order.clone())?.contiguous()?;
        let mixed = mix(&by_wave.reshape((self.waves, 2, (), x.dim(1)?))?, weight)?;
        let mut shape = by_wave.dims().to_vec();
        *shape.last_mut().expect("channels are last") = weight.dim(3)?;
        let back: Vec<usize> =
            (0..order.len()).filter_map(|axis| order.iter().position(|of| *of == axis)).collect();
        let mixed = mixed.reshape(shape)?.permute(back)?.contiguous()?;
        self.back.forward(&mixed.flatten(at, at + 1)?)
    }
}
