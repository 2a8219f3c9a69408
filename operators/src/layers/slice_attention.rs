//! Attention between slices of the domain.

use super::{Convolution, Identity, Pointwise, Stencil, softmax};
use candle_core::{D, Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// Keeps the mean of an empty slice finite; the released code's.
const EPSILON: f64 = 1e-5;

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
        let (batch, channels, nx, ny) = a.dims4()?;
        let (heads, each, cells) = (self.heads, channels / self.heads, nx * ny);
        let places = self.places.forward(a)?.reshape((batch * heads, each, cells))?;
        let fields = self.fields.forward(a)?.reshape((batch, heads, each, cells))?;
        let logits = self.slices.forward(&places)?.reshape((batch, heads, (), cells))?;
        let coldness = self.temperature.clamp(0.1, 5.0)?.recip()?.flatten_all()?;
        let shares = softmax(&logits, &coldness)?;
        let sums = (shares.sum(3)? + EPSILON)?.unsqueeze(2)?;
        let tokens = fields.matmul(&shares.transpose(2, 3)?)?.broadcast_div(&sums)?;
        let attended = self.attend(&tokens)?.matmul(&shares)?;
        self.out.added::<Identity>(u, 1.0, &attended.reshape(a.shape())?)
    }

    /// `[batch, head, d, slice]` → same.
    fn attend(&self, tokens: &Tensor) -> Result<Tensor> {
        let (batch, heads, each, slices) = tokens.dims4()?;
        let tokens = tokens.reshape((batch * heads, each, slices))?;
        let q = (self.queries.forward(&tokens)? / (each as f64).sqrt())?;
        let scores = q.transpose(1, 2)?.matmul(&self.keys.forward(&tokens)?)?;
        let weights = candle_nn::ops::softmax(&scores, D::Minus1)?;
        let attended = self.values.forward(&tokens)?.matmul(&weights.transpose(1, 2)?)?;
        attended.reshape((batch, heads, each, slices))
    }
}
