//! Attention between slices of the domain.

use super::{Convolution, Identity, Pointwise, Stencil};
use crate::autograd::{apply, is_fused};
use crate::kernels::slice_attention::{CellsKernel, EPSILON, TokensKernel};
use candle_core::{D, Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// Attention between slices: similar cells share a token.
///
/// ```text
/// w_gn = softmax_g((W_s x_n + b_s)_g / τ)         x = conv(a);  weight of cell n in slice g
/// z_g  = Σ_n w_gn f_n / (Σ_n w_gn + ε)            f = conv(a);  token of slice g
/// z'   = softmax(q kᵀ/√d) v                       q, k, v = W_q z, W_k z, W_v z
/// y_n  = W Σ_g w_gn z'_g + b
/// ```
///
/// in every head. All heads share W_s, b_s, W_q, W_k and W_v; each has a temperature τ, clamped to
/// [0.1, 5]. x are the positions, f the fields.
///
/// Shapes: `[batch, channel, x, y]` → same; a head has d = channels/heads channels.
///
/// Source: Wu et al. (2024), arXiv 2402.02366, eqs. (1)–(3), and its code for structured meshes.
pub struct SliceAttention {
    positions: Convolution,
    fields: Convolution,
    slices: Pointwise,
    /// `[1, head, 1, 1]`.
    temperature: Tensor,
    queries: Pointwise,
    keys: Pointwise,
    values: Pointwise,
    out: Pointwise,
    heads: usize,
}

impl SliceAttention {
    /// Weights of linear maps are normal with standard deviation 0.02, biases 0, temperatures ½.
    pub fn new(
        channels: usize,
        heads: usize,
        slices: usize,
        stencils: &[Stencil; 2],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let each = channels / heads;
        let convolution =
            |name| Convolution::new([channels; 2], stencils.clone(), &weights.pp(name));
        let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
        let zero = Some(Init::Const(0.0));
        let token = |name| Pointwise::drawn([each; 2], normal, None, &weights.pp(name));
        let half = Init::Const(0.5);
        Ok(Self {
            // The name in checkpoints, on which the random numbers of the initial value depend, too.
            positions: convolution("places")?,
            fields: convolution("fields")?,
            slices: Pointwise::drawn([each, slices], normal, zero, &weights.pp("slices"))?,
            temperature: weights.get_with_hints((1, heads, 1, 1), "temperature", half)?,
            queries: token("queries")?,
            keys: token("keys")?,
            values: token("values")?,
            out: Pointwise::drawn([channels; 2], normal, zero, &weights.pp("out"))?,
            heads,
        })
    }

    /// `u + y`. Shapes: u and a as y.
    pub fn added(&self, u: &Tensor, a: &Tensor) -> Result<Tensor> {
        let (positions, fields) = (self.positions.forward(a)?, self.fields.forward(a)?);
        let inverse_temperatures = self.temperature.clamp(0.1, 5.0)?.recip()?.flatten_all()?;
        let y = if is_fused(a) {
            self.fused([&positions, &fields], &inverse_temperatures)?
        } else {
            self.fallback([&positions, &fields], &inverse_temperatures)?
        };
        self.out.added::<Identity>(u, 1.0, &y)
    }

    fn fused(
        &self,
        [positions, fields]: [&Tensor; 2],
        inverse_temperatures: &Tensor,
    ) -> Result<Tensor> {
        let (weight, bias) = self.slices.weights();
        let parts = [Some(&weight.flatten_all()?), bias, Some(inverse_temperatures)];
        let all = Tensor::cat(&parts.into_iter().flatten().collect::<Vec<_>>(), 0)?;
        let sizes = [self.heads, weight.dim(0)?];
        let tokens = apply(TokensKernel(sizes), [positions, fields, &all])?;
        let tokens = tokens.narrow(1, 0, positions.dim(1)? / self.heads)?;
        apply(CellsKernel(sizes), [positions, &self.attend(&tokens)?, &all])
    }

    fn fallback(
        &self,
        [positions, fields]: [&Tensor; 2],
        inverse_temperatures: &Tensor,
    ) -> Result<Tensor> {
        let (batch, channels, nx, ny) = positions.dims4()?;
        let (heads, each, cells) = (self.heads, channels / self.heads, nx * ny);
        let flat = (batch * heads, each, cells);
        let logits = self.slices.forward(&positions.reshape(flat)?)?;
        let logits = logits.reshape((batch, heads, (), cells))?;
        let logits = logits.broadcast_mul(&inverse_temperatures.reshape((1, (), 1, 1))?)?;
        let weights = candle_nn::ops::softmax(&logits, 2)?.flatten(0, 1)?;
        let sums = (weights.sum(2)? + EPSILON)?.unsqueeze(1)?;
        let tokens = fields.reshape(flat)?.matmul(&weights.transpose(1, 2)?)?;
        let attended = self.attend(&tokens.broadcast_div(&sums)?)?.matmul(&weights)?;
        attended.reshape(positions.shape())
    }

    /// Attention between the tokens of a head, `[batch·head, d, slice]` → same.
    fn attend(&self, tokens: &Tensor) -> Result<Tensor> {
        let q = (self.queries.forward(tokens)? / (tokens.dim(1)? as f64).sqrt())?;
        let scores = q.transpose(1, 2)?.matmul(&self.keys.forward(tokens)?)?;
        let weights = candle_nn::ops::softmax(&scores, D::Minus1)?;
        self.values.forward(tokens)?.matmul(&weights.transpose(1, 2)?)
    }
}
