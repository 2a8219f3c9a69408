//! Layer normalization.

use super::sums::{broadcast_over_channels, mean_of_channels, sum_of_samples};
use crate::autograd::{apply, is_fused, with_derivative};
use crate::kernels::layer_norm::LayerNormKernel;
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// `y_c = γ_c (x_c − μ)/√(σ² + ε) + β_c`, with mean and variance over the channels of every cell.
///
/// Shapes: `[batch, channel, …cells]` → same; `weight [channel]` (γ), `bias [channel]` (β).
///
/// Source: Ba, Kiros & Hinton (2016), arXiv 1607.06450, eqs. (3) and (4).
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl LayerNorm {
    /// γ = 1 and β = 0. PyTorch's ε is 1e-5.
    pub fn new(channels: usize, epsilon: f64, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            weight: weights.get_with_hints(channels, "weight", Init::Const(1.0))?,
            bias: weights.get_with_hints(channels, "bias", Init::Const(0.0))?,
            epsilon,
        })
    }

    /// Normalizes.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) {
            let kernel = LayerNormKernel { epsilon: self.epsilon as f32 };
            return apply(kernel, [x, &self.weight, &self.bias]);
        }
        fallback(x, &self.weight, &self.bias, self.epsilon)
    }
}

/// The norm composed of candle's operations. The gradient of x is `(h − mean h − x̂ mean(h x̂)) / σ`
/// with `h = γ g`, those of γ and β are `Σ g x̂` and `Σ g`.
fn fallback(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<Tensor> {
    let (gamma, beta) = (weight.detach(), bias.detach());
    let (given, ones) = (x.detach().flatten_from(2)?.contiguous()?, gamma.ones_like()?);
    let everywhere = given.narrow(1, 0, 1)?.ones_like()?;
    let y = {
        let Centred { centred, inverse } = Centred::of(&given, epsilon)?;
        let y = (centred * broadcast_over_channels(&inverse, &gamma)?)?;
        (y + broadcast_over_channels(&everywhere, &beta)?)?.reshape(x.shape())?
    };
    let shape = x.shape().clone();
    with_derivative(y, [x, weight, bias], move |gradient| {
        let Centred { centred, inverse } = Centred::of(&given, epsilon)?;
        let normal = (centred * broadcast_over_channels(&inverse, &ones)?)?;
        let gradient = gradient.flatten_from(2)?;
        let of_gamma = sum_of_samples(&(&gradient * &normal)?.sum(2)?)?;
        let h = (&gradient * broadcast_over_channels(&everywhere, &gamma)?)?;
        let correlation = mean_of_channels(&(&h * &normal)?)?;
        let h = (&h - broadcast_over_channels(&mean_of_channels(&h)?, &ones)?)?;
        let of_x = (h - (normal * broadcast_over_channels(&correlation, &ones)?)?)?;
        let of_x = (of_x * broadcast_over_channels(&inverse, &ones)?)?.reshape(&shape)?;
        Ok([of_x, of_gamma, sum_of_samples(&gradient.sum(2)?)?])
    })
}

/// `x − μ`, `[batch, channel, cell]`, and `1/√(σ² + ε)`, `[batch, 1, cell]`.
struct Centred {
    centred: Tensor,
    inverse: Tensor,
}

impl Centred {
    fn of(x: &Tensor, epsilon: f64) -> Result<Self> {
        let ones = x.narrow(0, 0, 1)?.narrow(2, 0, 1)?.ones_like()?;
        let centred = (x - broadcast_over_channels(&mean_of_channels(x)?, &ones)?)?;
        let inverse = (mean_of_channels(&centred.sqr()?)? + epsilon)?.sqrt()?.recip()?;
        Ok(Self { centred, inverse })
    }
}
