//! The depthwise convolution: every channel is convolved separately.

use super::Stencil;
use crate::autograd::{apply, is_fused};
use crate::kernels::convolution::DepthwiseKernel;
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};
use std::sync::Arc;

/// `y_c(i, j) = b_c + Σ_{k,l} W_ckl x_c(i_k, j_l)`, where the taps k, l of the stencils read the cell
/// (`i_k`, `j_l`) for the output cell (i, j).
///
/// Shapes: `[batch, channel, x, y]` → `[batch, channel, x', y']`; `weight [channel, 1, tap, tap]`,
/// `bias [channel]`.
pub struct Depthwise {
    weight: Tensor,
    bias: Tensor,
    stencils: Arc<[Stencil; 2]>,
    /// The cells that the taps read, for the fallback.
    indices: [Tensor; 2],
}

impl Depthwise {
    /// Weights and bias uniform in ±1/taps, as PyTorch draws them.
    pub fn new(channels: usize, stencils: [Stencil; 2], weights: &VarBuilder) -> Result<Self> {
        let [x, y] = &stencils;
        let [kx, ky] = [x.taps().len(), y.taps().len()];
        let bound = 1.0 / ((kx * ky) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        Ok(Self {
            weight: weights.get_with_hints((channels, 1, kx, ky), "weight", uniform)?,
            bias: weights.get_with_hints(channels, "bias", uniform)?,
            indices: [x.indices(weights.device())?, y.indices(weights.device())?],
            stencils: Arc::new(stencils),
        })
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) {
            let kernel = DepthwiseKernel(self.stencils.clone());
            return apply(kernel, [x, &self.weight, &self.bias]);
        }
        let (channels, _, kx, ky) = self.weight.dims4()?;
        let [along_x, along_y] = &self.indices;
        let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?.contiguous()?;
        let taps = x.index_select(along_x, 2)?.index_select(along_y, 3)?;
        let [mx, my] = self.stencils.each_ref().map(Stencil::outputs);
        let taps = taps.reshape(&[x.dim(0)?, channels, mx, kx, my, ky])?;
        let weighted = taps.broadcast_mul(&self.weight.reshape(&[1, channels, 1, kx, 1, ky])?)?;
        weighted.sum((3, 5))?.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)
    }
}
