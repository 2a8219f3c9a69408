//! Elementwise activations.

pub use crate::kernels::activation::{Activation, Identity};

use crate::autograd::{apply, is_fused};
use crate::kernels::activation::Elementwise;
use candle_core::{Result, Tensor};

/// `f(x)` of every value, f an activation. Shapes: `[…]` → same.
pub fn activated<A: Activation>(x: &Tensor) -> Result<Tensor> {
    if is_fused(x) { apply(Elementwise::<A>::new(), [x]) } else { A::fallback(x) }
}
