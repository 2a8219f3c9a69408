//! The convolution of a Fourier layer: a linear map of the channels of every retained mode.

mod by_axis; // spectral convolution along each axis separately
mod fallback; // values to spectra and back, composed of candle's operations
mod fourier; // the truncated Fourier transform and its inverse
mod mix; // a complex matrix product for every mode
mod modes; // which modes are retained

pub use by_axis::SpectralByAxis;
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};
pub use fourier::Fourier;
pub use modes::FourierModes;

/// `y = F⁻¹(W F(x))`, with the discrete Fourier transform `F`, of which the lowest modes are retained.
///
/// ```text
/// x̂_c(k) = Σ_j x_c(j) e^{−2πi k·j/n}     k: the retained modes, see [`FourierModes`]
/// ŷ_o(k) = Σ_c W_co(k) x̂_c(k)
/// y_o(j) = Re Σ_k ŷ_o(k) e^{2πi k·j/n} / Π n, with terms for k > 0 along the last axis doubled
/// ```
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`;
/// `weight […modes, re|im, channel, out]`.
///
/// `n` includes the cells of zeros of the domain padding, which separate the two ends of an axis that is not
/// periodic. They cost no time: in the matrix products of the transforms their terms vanish.
///
/// Source: Li et al. (2021), arXiv 2010.08895, eq. (4) and §4.
pub struct SpectralConvolution {
    weight: Tensor,
    fourier: Fourier,
}

impl SpectralConvolution {
    /// Real and imaginary parts uniform in [0, 1/(channels·out)), as in the code of the source.
    pub fn new(channels: [usize; 2], modes: &FourierModes, weights: &VarBuilder) -> Result<Self> {
        let fourier = Fourier::new(modes, weights.device(), weights.dtype())?;
        let scale = 1.0 / (channels[0] * channels[1]) as f64;
        let uniform = Init::Uniform { lo: 0.0, up: scale };
        let shape = [fourier.modes(), &[2], &channels].concat();
        Ok(Self { weight: weights.get_with_hints(shape, "weight", uniform)?, fourier })
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.fourier.map(x, &self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;
    use candle_core::{DType, Device};

    /// All modes of an even plane but the Nyquist modes are retained, so that a field without those is
    /// reproduced.
    #[test]
    fn synthesis_inverts_analysis_on_retained_modes() -> Result<()> {
        let wave =
            |i: usize, n: usize, k: f64| (std::f64::consts::TAU * k * i as f64 / n as f64).cos();
        let plane = (0..8 * 6).map(|c| (1.0 + wave(c / 6, 8, 3.0) + wave(c % 6, 6, 2.0)) as f32);
        let plane = Tensor::from_iter(plane, &Device::Cpu)?.reshape((1, 1, 8, 6))?;
        let fourier = Fourier::new(&FourierModes::lowest(9, &[8, 6]), &Device::Cpu, DType::F32)?;
        let back = fourier.synthesize(&fourier.analyze(&plane)?)?;
        let error = (back - &plane)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-6, "{error}"); // a few roundings of values up to 3
        Ok(())
    }

    /// The same as appending zeros, convolving, and removing the appended cells.
    #[test]
    fn padding_equals_the_convolution_of_the_padded_plane() -> Result<()> {
        let weights = Weights::new(3).builder(DType::F32, &Device::Cpu);
        let modes = FourierModes::lowest(3, &[7, 5]).padded(&[4, 2]);
        let padded = SpectralConvolution::new([2, 2], &modes, &weights.pp("a"))?;
        let larger = Fourier::new(&FourierModes::lowest(3, &[11, 7]), &Device::Cpu, DType::F32)?;
        let x = Tensor::randn(0f32, 1.0, (1, 2, 7, 5), &Device::Cpu)?;
        let appended = x.pad_with_zeros(2, 0, 4)?.pad_with_zeros(3, 0, 2)?;
        let y = larger.map(&appended, &padded.weight)?;
        let cropped = y.narrow(2, 0, 7)?.narrow(3, 0, 5)?;
        let error = (padded.forward(&x)? - cropped)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-6, "{error}");
        Ok(())
    }

    /// A field of few modes is interpolated exactly to other numbers of cells.
    #[test]
    fn modes_are_the_same_on_other_cells() -> Result<()> {
        let field = |cells: [usize; 3]| {
            let at = |i: usize, n: usize| std::f64::consts::TAU * i as f64 / n as f64;
            let [nx, ny, nz] = cells;
            let value = |c: usize| {
                let [x, y, z] = [at(c / (ny * nz), nx), at(c / nz % ny, ny), at(c % nz, nz)];
                (2.0 + (x - 2.0 * y + z).cos() + (2.0 * x - y).sin() + (2.0 * z + 0.3).cos()) as f32
            };
            Tensor::from_iter((0..nx * ny * nz).map(value), &Device::Cpu)?
                .reshape((1, 1, nx, ny, nz))
        };
        let modes = FourierModes::lowest(3, &[7, 6, 8]).onto(&[9, 8, 11]);
        let fourier = Fourier::new(&modes, &Device::Cpu, DType::F32)?;
        let finer = fourier.synthesize(&fourier.analyze(&field([7, 6, 8])?)?)?;
        let error = (finer - field([9, 8, 11])?)?.abs()?.flatten_all()?.max(0)?;
        let error = error.to_scalar::<f32>()?;
        assert!(error < 2e-6, "{error}"); // a few roundings of values up to 5
        Ok(())
    }

    /// The Nyquist mode has no conjugate, and is not doubled.
    #[test]
    fn the_nyquist_mode_is_retained_and_counted_once() -> Result<()> {
        let line = |i: usize| 1.0 + if i.is_multiple_of(2) { 1.0_f32 } else { -1.0 };
        let plane = Tensor::from_iter((0..6 * 8).map(line), &Device::Cpu)?.reshape((1, 1, 6, 8))?;
        let modes = FourierModes::lowest(4, &[6, 8]).inclusive();
        let fourier = Fourier::new(&modes, &Device::Cpu, DType::F32)?;
        assert_eq!(fourier.modes(), [6, 5]);
        let back = fourier.synthesize(&fourier.analyze(&plane)?)?;
        let error = (back - &plane)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(error < 1e-6, "{error}");
        Ok(())
    }
}
