//! Convolutions with group norm and gelu.

use super::{Convolution, GroupNorm};
use crate::autograd::{apply, is_fused};
use crate::kernels::convolution::{BlockKernel, BlockLayer};
use candle_core::{Result, Tensor};

/// Several convolutions, each followed by group norm and gelu.
///
/// The fused CPU kernel computes them as one operation. This saves the memory traffic of gradients:
/// for every intermediate tensor, candle fills a gradient with zeros and adds to it.
pub struct ConvolutionBlock(Vec<(Convolution, GroupNorm)>);

impl ConvolutionBlock {
    /// From convolutions and the norms of their outputs.
    pub fn new(layers: Vec<(Convolution, GroupNorm)>) -> Self {
        Self(layers)
    }

    /// Applies the layers. Shapes: `[batch, channel, x, y]` → `[batch, out, x', y']`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !is_fused(x) {
            return self.0.iter().try_fold(x.clone(), |x, (convolution, norm)| {
                norm.forward_gelu(&convolution.forward(&x)?)
            });
        }
        let weights = self.0.iter().flat_map(|(convolution, norm)| {
            convolution.weights().into_iter().chain(norm.weights()).map(Tensor::flatten_all)
        });
        let weights = Tensor::cat(&weights.collect::<Result<Vec<_>>>()?, 0)?;
        let layers = self.0.iter().map(|(convolution, norm)| layer(convolution, norm));
        apply(BlockKernel::new(layers.collect::<Result<_>>()?), [x, &weights])
    }
}

fn layer(convolution: &Convolution, norm: &GroupNorm) -> Result<BlockLayer> {
    let (products, [weight, _]) = (convolution.products().clone(), convolution.weights());
    let norm = norm.sizes(products.outputs().iter().product());
    Ok(BlockLayer { products, channels: [weight.dim(0)?, weight.dim(1)?], norm })
}
