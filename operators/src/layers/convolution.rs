//! The convolution, with any stencil along each axis.

use super::Stencil;
use crate::autograd::{apply, is_fused};
use crate::kernels::convolution::{ConvolutionKernel, Products};
use candle_core::{Device, Result, Tensor};
use candle_nn::{Init, VarBuilder};
use std::sync::{Arc, LazyLock};

type MakeProducts = Box<dyn FnOnce() -> Arc<Products> + Send>;

/// `y_o(i, j) = b_o + Σ_{c,k,l} W_ockl x_c(i_k, j_l)`, where the taps k, l of the stencils read the cell
/// (`i_k`, `j_l`) for the output cell (i, j).
///
/// Shapes: `[batch, channel, x, y]` → `[batch, out, x', y']`; `weight [out, channel, tap, tap]`,
/// `bias [out]`.
pub struct Convolution {
    weight: Tensor,
    bias: Tensor,
    /// Its tables are made by the first use, so that counting weights is fast, and the fallback has none.
    products: LazyLock<Arc<Products>, MakeProducts>,
    /// The cells that the taps read, for the fallback.
    indices: [Tensor; 2],
}

impl Convolution {
    /// Weights and bias uniform in ±1/√(taps²·channels), as PyTorch draws them.
    ///
    /// Panics unless both stencils have the same number of taps.
    pub fn new(channels: [usize; 2], stencils: [Stencil; 2], weights: &VarBuilder) -> Result<Self> {
        let [x, y] = &stencils;
        let taps = x.taps().len();
        assert_eq!(taps, y.taps().len(), "a convolution has the same number of taps along x and y");
        let bound = 1.0 / ((taps * taps * channels[0]) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let shape = (channels[1], channels[0], taps, taps);
        let device: &Device = weights.device();
        Ok(Self {
            weight: weights.get_with_hints(shape, "weight", uniform)?,
            bias: weights.get_with_hints(channels[1], "bias", uniform)?,
            indices: [x.indices(device)?, y.indices(device)?],
            products: LazyLock::new(Box::new(move || Arc::new(Products::new(stencils)))),
        })
    }

    /// The sums of products of the fused kernel.
    pub(super) fn products(&self) -> &Arc<Products> {
        &self.products
    }

    /// Weight and bias.
    pub(super) fn weights(&self) -> [&Tensor; 2] {
        [&self.weight, &self.bias]
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) {
            let kernel = ConvolutionKernel(Arc::clone(&self.products));
            return apply(kernel, [x, &self.weight, &self.bias]);
        }
        // Gathers the cells that the taps of each output cell read, then convolves with a stride of as
        // many cells as there are taps.
        let [along_x, along_y] = &self.indices;
        let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?.contiguous()?;
        let taps = x.index_select(along_x, 2)?.index_select(along_y, 3)?;
        let y = taps.conv2d(&self.weight, 0, self.weight.dim(2)?, 1, 1)?;
        y.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)
    }
}
