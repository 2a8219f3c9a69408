//! Convolutions with group norm and gelu.

use super::group_norm::{Sizes, normalize, normalize_back};
use super::{Convolution, GroupNorm};
use crate::kernels::convolution::product::Products;
use crate::kernels::gelu::Gelu;
use crate::kernels::slices::{Reading, by_hand, output, sums_over_cells, values};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use std::sync::{Arc, OnceLock};

/// Convolutions in a row, after each group norm and gelu.
///
/// By hand they are one operation: candle writes zeros and a sum for the gradient of everything that
/// it sees, and does not see what is in between.
pub struct ConvolutionBlock(Vec<(Convolution, GroupNorm)>);

impl ConvolutionBlock {
    /// From convolutions and the norms of what they compute.
    pub fn new(layers: Vec<(Convolution, GroupNorm)>) -> Self {
        Self(layers)
    }

    /// Applies them.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !by_hand(x) {
            return self.0.iter().try_fold(x.clone(), |x, (convolution, norm)| {
                norm.forward_gelu(&convolution.forward(&x)?)
            });
        }
        let weights = self.0.iter().flat_map(|(convolution, norm)| {
            convolution.weights().into_iter().chain(norm.weights()).map(Tensor::flatten_all)
        });
        let weights = Tensor::cat(&weights.collect::<Result<Vec<_>>>()?, 0)?;
        let layers = self.0.iter().map(|(convolution, norm)| Layer::of(convolution, norm));
        let (layers, kept) = (layers.collect::<Result<_>>()?, OnceLock::new());
        let differentiated = x.track_op() || weights.track_op();
        x.contiguous()?.apply_op2(&weights, AllLayers { layers, differentiated, kept })
    }
}

/// A convolution, a group norm and gelu.
struct Layer {
    products: Arc<Products>,
    /// Computed and given channels.
    channels: [usize; 2],
    norm: Sizes,
}

/// What is weighed by what.
struct Weights<'a> {
    convolution: [&'a [f32]; 2],
    norm: [&'a [f32]; 2],
}

impl Layer {
    fn of(convolution: &Convolution, norm: &GroupNorm) -> Result<Self> {
        let (products, [weight, _]) = (convolution.products().clone(), convolution.weights());
        let norm = norm.sizes(products.outputs().iter().product());
        Ok(Self { products, channels: [weight.dim(0)?, weight.dim(1)?], norm })
    }

    /// This layer's share of the front of all weights, and what is behind.
    fn weights<'a>(&self, all: &'a [f32]) -> (Weights<'a>, &'a [f32]) {
        let ([out, channels], [kx, ky]) = (self.channels, self.products.taps());
        let (weight, rest) = all.split_at(out * channels * kx * ky);
        let (bias, rest) = rest.split_at(out);
        let (gamma, rest) = rest.split_at(out);
        let (beta, rest) = rest.split_at(out);
        (Weights { convolution: [weight, bias], norm: [gamma, beta] }, rest)
    }
}

/// All layers as one operation; the weights are theirs one after another.
struct AllLayers {
    layers: Vec<Layer>,
    differentiated: bool,
    /// What each convolution computed, and each but the last gelu.
    kept: OnceLock<Vec<[Vec<f32>; 2]>>,
}

impl CustomOp2 for AllLayers {
    fn name(&self) -> &'static str {
        "convolution-block"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weights: &CpuStorage,
        layout_weights: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let mut rest = values(weights, layout_weights)?;
        let mut kept: Vec<[Vec<f32>; 2]> = Vec::new();
        let first = values(x, layout)?;
        for layer in &self.layers {
            let (weights, after) = layer.weights(rest);
            rest = after;
            let x = kept.last().map_or(first, |[_, y]| y);
            let [weight, bias] = weights.convolution;
            let convolved = layer.products.convolve(x, weight, bias, layer.channels);
            let y = normalize::<Gelu>(&convolved, layer.norm, weights.norm);
            if !self.differentiated {
                kept.clear();
            }
            kept.push([if self.differentiated { convolved } else { Vec::new() }, y]);
        }
        let (last, y) = match (self.layers.last(), kept.last_mut()) {
            (Some(last), Some([_, y])) => (last, std::mem::take(y)),
            _ => candle_core::bail!("a block without convolutions"),
        };
        self.kept.get_or_init(|| kept);
        let ([nx, ny], [out, _]) = (last.products.outputs(), last.channels);
        Ok(output(y, (layout.dims()[0], out, nx, ny)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let readings = [x, weights, &gradient].map(Reading::of);
        let [first, all, g] = readings.each_ref().map(Reading::values);
        let (first, mut rest, mut g) = (first?, all?, g?.to_vec());
        let kept = self.kept.get().expect("values were computed before their gradient");
        let mut shares = Vec::new();
        for layer in &self.layers {
            let (weights, after) = layer.weights(rest);
            rest = after;
            shares.push(weights);
        }
        let mut of_weights = Vec::new();
        for (number, (layer, weights)) in self.layers.iter().zip(shares).enumerate().rev() {
            let given = number.checked_sub(1).map_or(first, |before| &kept[before][1]);
            let convolved = &kept[number][0];
            let of_norm = normalize_back::<Gelu>(convolved, &mut g, layer.norm, weights.norm);
            let cells = layer.products.outputs().iter().product();
            let of_bias = sums_over_cells(&g, layer.channels[0], cells);
            let of_weight = layer.products.correlate(&g, given, layer.channels);
            let [of_gamma, of_beta] = of_norm;
            of_weights.push([of_weight, of_bias, of_gamma, of_beta].concat());
            g = if number > 0 || x.track_op() {
                layer.products.transpose(&g, weights.convolution[0], layer.channels)
            } else {
                Vec::new()
            };
        }
        of_weights.reverse();
        let of_x = x.track_op().then(|| Tensor::from_vec(g, x.shape(), x.device()));
        let of_weights = Tensor::from_vec(of_weights.concat(), weights.shape(), x.device())?;
        Ok((of_x.transpose()?, Some(of_weights)))
    }
}
