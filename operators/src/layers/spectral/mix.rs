//! A complex matrix product for every Fourier mode.

use crate::autograd::{apply, is_fused, with_derivative};
use crate::kernels::spectral::Mix;
use candle_core::{Result, Tensor};

/// `ŷ = x̂ W` for every mode.
///
/// Shapes: `[mode, re|im, batch, channel]` and `[mode, re|im, channel, out]` → `[mode, re|im, batch, out]`.
pub(super) fn mix(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    if is_fused(x) {
        return apply(Mix, [x, weight]);
    }
    let (given, matrices) = (x.detach(), weight.detach());
    let y = fallback(&given, &matrices)?;
    with_derivative(y, [x, weight], move |gradient| {
        // With the conjugate transposes: ĝ Wᴴ and x̂ᴴ ĝ.
        let adjoint = |a: &Tensor| conjugate(&a.transpose(2, 3)?.contiguous()?);
        Ok([fallback(gradient, &adjoint(&matrices)?)?, fallback(&adjoint(&given)?, gradient)?])
    })
}

/// `x̂ W` composed of candle's operations: one real product of `(re, im)` with
/// `((re W, im W), (−im W, re W))`.
fn fallback(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (modes, _, channels, out) = weight.dims4()?;
    let rotated = Tensor::cat(&[&weight.narrow(1, 1, 1)?.neg()?, &weight.narrow(1, 0, 1)?], 1)?;
    let rows = |w: &Tensor| w.transpose(1, 2)?.contiguous()?.reshape((modes, (), 2 * w.dim(3)?));
    let matrix = Tensor::cat(&[rows(weight)?, rows(&rotated)?], 1)?;
    let y = x.transpose(1, 2)?.contiguous()?.reshape((modes, (), 2 * channels))?.matmul(&matrix)?;
    y.reshape((modes, (), 2, out))?.transpose(1, 2)?.contiguous()
}

/// `[mode, re|im, …]` with the imaginary parts negated.
fn conjugate(x: &Tensor) -> Result<Tensor> {
    Tensor::cat(&[x.narrow(1, 0, 1)?, x.narrow(1, 1, 1)?.neg()?], 1)
}
