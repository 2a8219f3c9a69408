//! The Fourier layer's convolution: a linear map of the channels of every kept wave.

mod fourier;
mod mix;
mod planes;

use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};
use fourier::Fourier;

/// `y = F⁻¹(W F(x))`, with `F` the discrete Fourier transform of which the lowest waves are kept.
///
/// ```text
/// x̂_c(k) = Σ_j x_c(j) e^{−2πi k·j/n}     |k_x| ≤ modes, 0 ≤ k_y < modes
/// ŷ_o(k) = Σ_c W_co(k) x̂_c(k)
/// y_o(j) = Re Σ_k ŷ_o(k) e^{2πi k·j/n} / (n_x n_y), the waves with k_y > 0 twice
/// ```
///
/// Shapes: `[batch, channel, x, y]` → `[batch, out, x, y]`; `weight [k_x, k_y, re|im, channel, out]`
/// with k_x in the order `0 … m−1, −m … −1`. On an axis of n cells at most n/2 modes are kept.
///
/// With padding `n` counts cells of zeros beyond the axis' end: they keep a wall's one side from
/// the other's, and cost nothing, for the transforms are matrix products in which they vanish.
///
/// Source: Li et al. (2021), arXiv 2010.08895, eq. (4) and §4.
pub struct SpectralConvolution {
    weight: Tensor,
    fourier: Fourier,
}

impl SpectralConvolution {
    /// Weights uniform in [0, 1/(channels·out)), both parts, as the original draws them.
    pub fn new(
        channels: [usize; 2],
        modes: usize,
        cells: [usize; 2],
        padding: [usize; 2],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let fourier = Fourier::new(modes, cells, padding, weights.device(), weights.dtype())?;
        let [kx, ky] = fourier.modes();
        let scale = 1.0 / (channels[0] * channels[1]) as f64;
        let uniform = Init::Uniform { lo: 0.0, up: scale };
        let shape = (kx, ky, 2, channels[0], channels[1]);
        Ok(Self { weight: weights.get_with_hints(shape, "weight", uniform)?, fourier })
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let spectrum = self.fourier.analyze(x)?;
        self.fourier.synthesize(&mix::mix(&spectrum, &self.weight)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;
    use candle_core::{DType, Device};

    /// With all modes of an even plane but the Nyquist ones, and the identity as weight, only those
    /// are lost: a plane without them comes back.
    #[test]
    fn analysis_and_synthesis_are_inverse_on_kept_waves() -> Result<()> {
        let wave =
            |i: usize, n: usize, k: f64| (std::f64::consts::TAU * k * i as f64 / n as f64).cos();
        let plane = (0..8 * 6).map(|c| (1.0 + wave(c / 6, 8, 3.0) + wave(c % 6, 6, 2.0)) as f32);
        let plane = Tensor::from_iter(plane, &Device::Cpu)?.reshape((1, 1, 8, 6))?;
        let fourier = Fourier::new(9, [8, 6], [0, 0], &Device::Cpu, DType::F32)?;
        let back = fourier.synthesize(&fourier.analyze(&plane)?)?;
        let error = (back - &plane)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-6, "{error}"); // a few roundings of values up to 3
        Ok(())
    }

    /// What padding promises: the same as appending zeros and cutting them off again.
    #[test]
    fn padding_is_the_convolution_of_the_larger_plane() -> Result<()> {
        let weights = Weights::new(3).builder(DType::F32, &Device::Cpu);
        let padded = SpectralConvolution::new([2, 2], 3, [7, 5], [4, 2], &weights.pp("a"))?;
        let larger = Fourier::new(3, [11, 7], [0, 0], &Device::Cpu, DType::F32)?;
        let x = Tensor::randn(0f32, 1.0, (1, 2, 7, 5), &Device::Cpu)?;
        let spectrum = larger.analyze(&x.pad_with_zeros(2, 0, 4)?.pad_with_zeros(3, 0, 2)?)?;
        let y = larger.synthesize(&mix::mix(&spectrum, &padded.weight)?)?;
        let cut = y.narrow(2, 0, 7)?.narrow(3, 0, 5)?;
        let error = (padded.forward(&x)? - cut)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-6, "{error}");
        Ok(())
    }
}
