//! The Gaussian error linear unit.

pub use crate::kernels::gelu::Gelu;

use super::activated;
use crate::autograd::{apply, is_fused, with_derivative};
use crate::kernels::gelu::{GeluOfSum, fallback_derivative};
use candle_core::{Result, Tensor};

/// `gelu(x) = x Φ(x)`, Φ the standard normal distribution. Shapes: `[…]` → same.
///
/// Source: Hendrycks & Gimpel (2016), arXiv 1606.08415, §2; PyTorch's default.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    activated::<Gelu>(x)
}

/// `gelu(a + b)` in one pass over memory. Shapes: `[…]` and the same → the same.
pub fn gelu_sum(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if is_fused(a) {
        return apply(GeluOfSum, [a, b]);
    }
    let sum = (a.detach() + b.detach())?;
    let y = sum.gelu_erf()?;
    with_derivative(y, [a, b], move |gradient| {
        let gradient = (fallback_derivative(&sum)? * gradient)?;
        Ok([gradient.clone(), gradient])
    })
}
