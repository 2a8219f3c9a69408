//! The rectified linear unit, plain, leaky and normalized.

pub use crate::kernels::relu::Relu;

use super::activated;
use crate::autograd::{apply, is_fused};
use crate::kernels::relu::AboveMean;
use candle_core::{Result, Tensor};

/// `relu(x) = max(x, 0)`, with the derivative 0 at 0. Shapes: `[…]` → same.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    activated::<Relu>(x)
}

/// `max(x, slope x)`, for slopes below 1. Shapes: `[…]` → same.
pub fn leaky_relu(x: &Tensor, slope: f64) -> Result<Tensor> {
    (relu(x)? * (1.0 - slope))? + (x * slope)?
}

/// `σ relu((x − μ)/σ) + μ = max(x, μ)`, with the mean μ and the standard deviation σ of all values of
/// a sample; the result does not depend on σ.
///
/// Shapes: `[batch, …]` → same.
///
/// Source: `act_fn.py` of `CFDBench` (Luo, Chen & Zhang 2023, arXiv 2310.05963).
pub fn normalized_relu(x: &Tensor) -> Result<Tensor> {
    if is_fused(x) {
        return apply(AboveMean, [x]);
    }
    let flat = x.flatten_from(1)?;
    let mean = flat.mean_keepdim(1)?;
    flat.broadcast_sub(&mean)?.relu()?.broadcast_add(&mean)?.reshape(x.shape())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn nan_stays_nan() -> Result<()> {
        let y = relu(&Tensor::new(&[-1f32, 2.0, f32::NAN], &Device::Cpu)?)?.to_vec1::<f32>()?;
        assert!(y[0] == 0.0 && y[1] == 2.0 && y[2].is_nan());
        Ok(())
    }

    /// (−3, 1, 2, 4) has the mean 1: only −3 changes.
    #[test]
    fn the_normalized_unit_raises_values_below_the_mean() -> Result<()> {
        let x = Tensor::new(&[[-3f32, 1.0, 2.0, 4.0], [-30.0, 10.0, 20.0, 40.0]], &Device::Cpu)?;
        let y = normalized_relu(&x)?.to_vec2::<f32>()?;
        for (y, scale) in y.iter().zip([1.0, 10.0]) {
            let expected = [1.0, 1.0, 2.0, 4.0].map(|x| x * scale);
            assert!(y.iter().zip(expected).all(|(y, x)| (y - x).abs() < 1e-5 * scale), "{y:?}");
        }
        Ok(())
    }
}
