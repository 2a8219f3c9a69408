//! Attention between slices of the domain.

use super::{Convolution, Identity, Pointwise, Stencil};
use crate::kernels::slice_attention::{cells, tokens};
use crate::kernels::slices::by_hand;
use candle_core::{D, Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// Keeps the mean of an empty slice finite; the released code's.
pub(crate) const EMPTY_SLICE: f64 = 1e-5;

/// Attention between slices: cells that are alike are one token.
///
/// ```text
/// w_gn = softmax_g((W_s x_n + b_s)_g / τ)         x = conv(a);  the share of the cell n in the slice g
/// z_g  = Σ_n w_gn f_n / (Σ_n w_gn + ε)            f = conv(a);  the slice's token
/// z'   = softmax(q kᵀ/√d) v                       q, k, v = W_q z, W_k z, W_v z
/// y_n  = W Σ_g w_gn z'_g + b
/// ```
///
/// in every head, with W_s, b_s, W_q, W_k, W_v the same in all and τ, between 0.1 and 5, each its own.
///
/// Shapes: `[batch, channel, x, y]` → same; a head has d = channels/heads of them.
///
/// Source: Wu et al. (2024), arXiv 2402.02366, eqs. (1)–(3), and its code for structured meshes.
pub struct SliceAttention {
    places: Convolution,
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
    /// Linear maps normal with deviation 0.02, temperatures ½.
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
            places: convolution("places")?,
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

    /// `u + y`
    pub fn added(&self, u: &Tensor, a: &Tensor) -> Result<Tensor> {
        let (places, fields) = (self.places.forward(a)?, self.fields.forward(a)?);
        let sharpness = self.temperature.clamp(0.1, 5.0)?.recip()?.flatten_all()?;
        let y = if by_hand(a) {
            self.by_hand([&places, &fields], &sharpness)?
        } else {
            self.composed([&places, &fields], &sharpness)?
        };
        self.out.added::<Identity>(u, 1.0, &y)
    }

    fn by_hand(&self, [places, fields]: [&Tensor; 2], sharpness: &Tensor) -> Result<Tensor> {
        let (weight, bias) = self.slices.weights();
        let parts = [Some(&weight.flatten_all()?), bias, Some(sharpness)];
        let all = Tensor::cat(&parts.into_iter().flatten().collect::<Vec<_>>(), 0)?;
        let sizes = [self.heads, weight.dim(0)?];
        let tokens = tokens::tokens([places, fields], &all, sizes)?;
        let tokens = tokens.narrow(1, 0, places.dim(1)? / self.heads)?;
        cells::cells([places, &self.attend(&tokens)?], &all, sizes)
    }

    fn composed(&self, [places, fields]: [&Tensor; 2], sharpness: &Tensor) -> Result<Tensor> {
        let (batch, channels, nx, ny) = places.dims4()?;
        let (heads, each, cells) = (self.heads, channels / self.heads, nx * ny);
        let flat = (batch * heads, each, cells);
        let logits = self.slices.forward(&places.reshape(flat)?)?;
        let logits = logits.reshape((batch, heads, (), cells))?;
        let logits = logits.broadcast_mul(&sharpness.reshape((1, (), 1, 1))?)?;
        let shares = candle_nn::ops::softmax(&logits, 2)?.flatten(0, 1)?;
        let sums = (shares.sum(2)? + EMPTY_SLICE)?.unsqueeze(1)?;
        let tokens = fields.reshape(flat)?.matmul(&shares.transpose(1, 2)?)?;
        let attended = self.attend(&tokens.broadcast_div(&sums)?)?.matmul(&shares)?;
        attended.reshape(places.shape())
    }

    /// `[batch·head, d, slice]` → same.
    fn attend(&self, tokens: &Tensor) -> Result<Tensor> {
        let q = (self.queries.forward(tokens)? / (tokens.dim(1)? as f64).sqrt())?;
        let scores = q.transpose(1, 2)?.matmul(&self.keys.forward(tokens)?)?;
        let weights = candle_nn::ops::softmax(&scores, D::Minus1)?;
        self.values.forward(tokens)?.matmul(&weights.transpose(1, 2)?)
    }
}
