//! The kernel along one axis.

use super::Kernels;
use crate::layers::{LayerNorm, Pointwise, Rotation, gelu};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// The frequency of the rotation's slowest pair at unit distance; of the released code.
const LEAST_FREQUENCY: f64 = 1.0 / 64.0;

/// PyTorch's value.
const EPSILON: f64 = 1e-5;

/// A kernel from the means `u` over all other axes, for every head:
///
/// ```text
/// (a, b) = L₁ norm(W u),   p = L₂ (gelu(a) b)
/// K(i, j) = q_i · k_j,     q = R W_q p,  k = R W_k p         R: rotary embedding of the places
/// ```
///
/// Shapes: `u [batch, width, cells]` → `[batch, head, cells, cells]`.
///
/// Source: Li, Shu & Barati Farimani (2023), arXiv 2305.17560, §3.2; a multiplier above 4 divides K
/// by the root of its rank, as its code does.
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
        places: &[f64],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let (rank, out) = (options.rank(), options.heads * options.rank());
        // Glorot & Bengio (2010), eq. (16), times the gain.
        let bound = options.gain * (6.0 / (width + out) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let drawn = |name| Pointwise::drawn([width, out], uniform, None, &weights.pp(name));
        let places: Vec<f64> = places.iter().map(|p| p / LEAST_FREQUENCY).collect();
        Ok(Self {
            reduce: Pointwise::unbiased(width, width, &weights.pp("reduce"))?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            widen: Pointwise::new(width, 2 * width, &weights.pp("widen"))?,
            narrow: Pointwise::new(width, width, &weights.pp("narrow"))?,
            queries: drawn("queries")?,
            keys: drawn("keys")?,
            rotation: Rotation::new(rank, &places, weights.device(), weights.dtype())?,
            heads: options.heads,
            scale: if options.multiplier > 4 { (rank as f64).sqrt().recip() } else { 1.0 },
        })
    }

    pub(super) fn forward(&self, u: &Tensor) -> Result<Tensor> {
        let ab = self.widen.forward(&self.norm.forward(&self.reduce.forward(u)?)?)?;
        let halves = ab.chunk(2, 1)?;
        let p = self.narrow.forward(&(gelu(&halves[0])? * &halves[1])?)?;
        let turned = |linear: &Pointwise| {
            let x = linear.forward(&p)?;
            let heads = x.reshape((x.dim(0)?, self.heads, x.dim(1)? / self.heads, x.dim(2)?))?;
            self.rotation.forward(&heads)
        };
        let (q, k) = (turned(&self.queries)?, turned(&self.keys)?);
        q.transpose(2, 3)?.matmul(&k)? * self.scale
    }
}
