//! A chain of maps as a kernel.

use super::backward::backward;
use super::chain::Chain;
use super::map::{Sizes, WeightAndBias};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::activation::Activation;
use crate::kernels::slices::{matrix, zeros};
use candle_core::Result;
use std::marker::PhantomData;

/// The shape of a map.
pub(crate) struct MapShape {
    pub(crate) out: usize,
    pub(crate) channels: usize,
    pub(crate) has_bias: bool,
}

/// `u + s (W_L f(… f(W₁ x + b₁) …) + b_L)` of u, which may be empty, of x, and of the weights and biases of
/// all maps one after another. If it is activated, x is replaced by `f(x)`. There are at least
/// [`MANY`](super::MANY) cells.
pub(crate) struct ChainKernel<A> {
    maps: Vec<MapShape>,
    is_activated: bool,
    step: f32,
    activation: PhantomData<A>,
}

impl<A> ChainKernel<A> {
    pub(crate) fn new(maps: Vec<MapShape>, is_activated: bool, step: f32) -> Self {
        Self { maps, is_activated, step, activation: PhantomData }
    }

    fn chain<'a>(&self, mut all: &'a [f32]) -> Chain<'a> {
        let mut take = |count: usize| {
            let (front, rest) = all.split_at(count);
            all = rest;
            front
        };
        let map = |&MapShape { out, channels, has_bias }: &MapShape| WeightAndBias {
            weight: matrix(take(out * channels), (out, channels)),
            bias: take(if has_bias { out } else { 0 }),
        };
        let maps = self.maps.iter().map(map).collect();
        Chain { maps, is_activated: self.is_activated, step: self.step }
    }

    /// The gradients of all weights and biases without those of biases that the maps do not have.
    fn without_missing_biases(&self, mut all: &[f32]) -> Vec<f32> {
        let mut kept = Vec::new();
        for &MapShape { out, channels, has_bias } in &self.maps {
            let (front, rest) = all.split_at(out * (channels + 1));
            kept.extend_from_slice(if has_bias { front } else { &front[..out * channels] });
            all = rest;
        }
        kept
    }
}

impl<A: Activation> Kernel<3> for ChainKernel<A> {
    const NAME: &'static str = "pointwise-chain";

    fn forward(&self, [u, x, all]: [Operand; 3]) -> Result<Output> {
        let sizes = Sizes::of(x);
        let out = self.maps.last().map_or(sizes.channels, |map| map.out);
        let shape = [&[sizes.batch, out], &x.dims()[2..]].concat();
        let mut y =
            if u.values.is_empty() { zeros(shape.iter().product()) } else { u.values.to_vec() };
        self.chain(all.values).forward::<A>(x.values, &sizes, &mut y);
        Ok(Output::new(y, shape))
    }

    fn backward(&self, [u, x, all]: [Operand; 3], _: Operand, g: &[f32]) -> Result<[Gradient; 3]> {
        let chain = self.chain(all.values);
        let mut of_x = zeros(if x.is_differentiated { x.values.len() } else { 0 });
        let of_all = backward::<A>(&chain, (x.values, g), &Sizes::of(x), &mut of_x);
        let of_u = if u.values.is_empty() { Gradient::None } else { Gradient::OfOutput };
        Ok([of_u, of_x.into(), self.without_missing_biases(&of_all).into()])
    }
}
