//! Convolutions with group norm and gelu as one kernel.

use super::products::Products;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::gelu::Gelu;
use crate::kernels::group_norm::{Sizes, normalize, normalize_backward};
use crate::kernels::slices::sums_over_cells;
use candle_core::{Result, bail};
use std::sync::{Arc, OnceLock};

/// A convolution, a group norm and gelu.
pub(crate) struct BlockLayer {
    pub(crate) products: Arc<Products>,
    /// Output and input channels.
    pub(crate) channels: [usize; 2],
    pub(crate) norm: Sizes,
}

/// The weights of a layer.
struct Weights<'a> {
    /// Weight and bias.
    convolution: [&'a [f32]; 2],
    /// γ and β.
    norm: [&'a [f32]; 2],
}

impl BlockLayer {
    /// Splits the weights of this layer from the front of those of all layers.
    fn weights<'a>(&self, all: &'a [f32]) -> (Weights<'a>, &'a [f32]) {
        let ([out, channels], [kx, ky]) = (self.channels, self.products.taps());
        let (weight, rest) = all.split_at(out * channels * kx * ky);
        let (bias, rest) = rest.split_at(out);
        let (gamma, rest) = rest.split_at(out);
        let (beta, rest) = rest.split_at(out);
        (Weights { convolution: [weight, bias], norm: [gamma, beta] }, rest)
    }
}

/// The layers of a block as a function of x and of one tensor with the weights of all layers: for each layer its
/// weight, bias, γ and β.
pub(crate) struct BlockKernel {
    layers: Vec<BlockLayer>,
    /// The values of each convolution, and of each gelu but the last, for the backward pass.
    kept: OnceLock<Vec<[Vec<f32>; 2]>>,
}

impl BlockKernel {
    pub(crate) fn new(layers: Vec<BlockLayer>) -> Self {
        Self { layers, kept: OnceLock::new() }
    }
}

impl Kernel<2> for BlockKernel {
    const NAME: &'static str = "convolution-block";

    fn forward(&self, [x, weights]: [Operand; 2]) -> Result<Output> {
        let is_differentiated = x.is_differentiated || weights.is_differentiated;
        let mut rest = weights.values;
        let mut kept: Vec<[Vec<f32>; 2]> = Vec::new();
        for layer in &self.layers {
            let (weights, after) = layer.weights(rest);
            rest = after;
            let input = kept.last().map_or(x.values, |[_, y]| y);
            let [weight, bias] = weights.convolution;
            let convolved = layer.products.convolve(input, weight, bias, layer.channels);
            let y = normalize::<Gelu>(&convolved, layer.norm, weights.norm);
            if !is_differentiated {
                kept.clear();
            }
            kept.push([if is_differentiated { convolved } else { Vec::new() }, y]);
        }
        let (last, y) = match (self.layers.last(), kept.last_mut()) {
            (Some(last), Some([_, y])) => (last, std::mem::take(y)),
            _ => bail!("a block has at least one convolution"),
        };
        self.kept.get_or_init(|| kept);
        let ([nx, ny], [out, _]) = (last.products.outputs(), last.channels);
        Ok(Output::new(y, (x.dims()[0], out, nx, ny)))
    }

    fn backward(&self, [x, weights]: [Operand; 2], _: Operand, g: &[f32]) -> Result<[Gradient; 2]> {
        let (mut rest, mut g) = (weights.values, g.to_vec());
        let kept = self.kept.get().expect("the forward pass comes first");
        let mut weights_of_layers = Vec::new();
        for layer in &self.layers {
            let (weights, after) = layer.weights(rest);
            rest = after;
            weights_of_layers.push(weights);
        }
        let mut of_weights = Vec::new();
        let layers = self.layers.iter().zip(weights_of_layers).enumerate();
        for (number, (layer, weights)) in layers.rev() {
            let input = number.checked_sub(1).map_or(x.values, |before| &kept[before][1]);
            let convolved = &kept[number][0];
            let of_norm = normalize_backward::<Gelu>(convolved, &mut g, layer.norm, weights.norm);
            let cells = layer.products.outputs().iter().product();
            let of_bias = sums_over_cells(&g, layer.channels[0], cells);
            let of_weight = layer.products.correlate(&g, input, layer.channels);
            let [of_gamma, of_beta] = of_norm;
            of_weights.push([of_weight, of_bias, of_gamma, of_beta].concat());
            g = if number > 0 || x.is_differentiated {
                layer.products.transpose(&g, weights.convolution[0], layer.channels)
            } else {
                Vec::new()
            };
        }
        of_weights.reverse();
        Ok([g.into(), of_weights.concat().into()])
    }
}
