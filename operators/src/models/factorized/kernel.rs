//! The attention kernel along one axis.

use super::Kernels;
use crate::layers::{LayerNorm, Pointwise, Rotation, gelu};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// The lowest frequency of the rotary embedding at unit distance; the value of the published code.
const LEAST_FREQUENCY: f64 = 1.0 / 64.0;

/// The ε of the layer norm; the default of PyTorch.
const EPSILON: f64 = 1e-5;

/// The attention kernel along one axis, computed from the means `u` over all other axes, for each head:
///
/// ```text
/// (a, b) = L₁ norm(W u),   p = L₂ (gelu(a) b)
/// K(i, j) = q_i · k_j,     q = R W_q p,  k = R W_k p         R: rotary embedding of the positions
/// ```
///
/// Shapes: `u [batch, width, cells]` → `[batch, head, cells, cells]`.
///
/// If the multiplier is above 4, K is divided by the square root of its rank, as in the published code.
///
/// Source: Li, Shu & Barati Farimani (2023), arXiv 2305.17560, §3.2.
pub(super) struct AxisKernel {
    reduce: Pointwise,
    norm: LayerNorm,
    widen: Pointwise,
    narrow: Pointwise,
    queries: Pointwise,
    keys: Pointwise,
    rotation: Rotation,
    heads: usize,
    scale: f64,
}

impl AxisKernel {
    pub(super) fn new(
        width: usize,
        options: &Kernels,
        positions: &[f64],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let (rank, out) = (options.rank(), options.heads * options.rank());
        // Glorot & Bengio (2010), eq. (16), times the gain.
        let bound = options.gain * (6.0 / (width + out) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let drawn = |name| Pointwise::drawn([width, out], uniform, None, &weights.pp(name));
        let positions: Vec<f64> = positions.iter().map(|p| p / LEAST_FREQUENCY).collect();
        Ok(Self {
            reduce: Pointwise::unbiased(width, width, &weights.pp("reduce"))?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            widen: Pointwise::new(width, 2 * width, &weights.pp("widen"))?,
            narrow: Pointwise::new(width, width, &weights.pp("narrow"))?,
            queries: drawn("queries")?,
            keys: drawn("keys")?,
            rotation: Rotation::new(rank, &positions, weights.device(), weights.dtype())?,
            heads: options.heads,
            scale: if options.multiplier > 4 { (rank as f64).sqrt().recip() } else { 1.0 },
        })
    }

    pub(super) fn forward(&self, u: &Tensor) -> Result<Tensor> {
        let ab = self.widen.forward(&self.norm.forward(&self.reduce.forward(u)?)?)?;
        let halves = ab.chunk(2, 1)?;
        let p = self.narrow.forward(&(gelu(&halves[0])? * &halves[1])?)?;
        let rotated = |linear: &Pointwise| {
            let x = linear.forward(&p)?;
            let heads = x.reshape((x.dim(0)?, self.heads, x.dim(1)? / self.heads, x.dim(2)?))?;
            self.rotation.forward(&heads)
        };
        let (q, k) = (rotated(&self.queries)?, rotated(&self.keys)?);
        q.transpose(2, 3)?.matmul(&k)? * self.scale
    }
}
