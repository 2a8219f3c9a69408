//! Normalization of groups of channels, followed by an activation.

use super::activation::Activation;
use super::slices::{sum, sum_of, sums_over_samples, zeros};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::marker::PhantomData;

/// ε, which keeps the quotient finite; PyTorch's value.
pub(crate) const EPSILON: f64 = 1e-5;

/// The mean μ of some values, and `1/√(σ² + ε)` of their variance σ².
pub(crate) struct Standardization {
    mean: f32,
    pub(crate) inverse: f32,
}

impl Standardization {
    #[inline(always)]
    pub(crate) fn of(x: &[f32]) -> Self {
        let count = x.len() as f32;
        let mean = sum(x) / count;
        let variance = sum_of(x, x, |x, _| (x - mean) * (x - mean)) / count;
        Self { mean, inverse: 1.0 / (variance + EPSILON as f32).sqrt() }
    }

    /// `x̂ = (x − μ)/√(σ² + ε)`
    #[inline(always)]
    pub(crate) fn apply(&self, x: f32) -> f32 {
        (x - self.mean) * self.inverse
    }
}

/// The shape of normalized values.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    groups: usize,
    /// The number of channels of a group.
    channels: usize,
    /// The number of cells of a channel.
    cells: usize,
}

impl Sizes {
    pub(crate) fn new(groups: usize, channels: usize, cells: usize) -> Self {
        Self { groups, channels: channels / groups, cells }
    }

    fn of(x: Operand, groups: usize) -> Self {
        let [_, channels, cells] = x.sizes();
        Self::new(groups, channels, cells)
    }
}

/// See [`GroupNorm`](crate::layers::GroupNorm), of x, γ and β, followed by an activation.
pub(crate) struct GroupNormKernel<A> {
    groups: usize,
    activation: PhantomData<A>,
}

impl<A> GroupNormKernel<A> {
    pub(crate) fn new(groups: usize) -> Self {
        Self { groups, activation: PhantomData }
    }
}

/// One group of one sample, with the weights of its channels.
struct Group<'a, A> {
    x: &'a [f32],
    cells: usize,
    weight: &'a [f32],
    bias: &'a [f32],
    activation: PhantomData<A>,
}

/// Writes `f(γ x̂ + β)`.
struct Forward<'a, A>(Group<'a, A>, &'a mut [f32]);

impl<A: Activation> WithSimd for Forward<'_, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(Group { x, cells, weight, bias, .. }, y) = self;
        let standard = Standardization::of(x);
        let planes = y.chunks_mut(cells).zip(x.chunks(cells)).zip(weight.iter().zip(bias));
        for ((y, x), (gamma, beta)) in planes {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = A::apply(gamma * standard.apply(x) + beta);
            }
        }
    }
}

/// Replaces `g` by `(γ h − mean γh − x̂ mean(γ h x̂)) / σ` with `h = g f'(γ x̂ + β)`, and writes the
/// terms of the gradients of γ and β, `Σ h x̂` and `Σ h`, channel by channel.
struct Backward<'a, A> {
    group: Group<'a, A>,
    g: &'a mut [f32],
    of_weight: &'a mut [f32],
    of_bias: &'a mut [f32],
}

impl<A: Activation> WithSimd for Backward<'_, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Group { x, cells, weight, bias, .. } = self.group;
        let standard = Standardization::of(x);
        let [mut mean, mut correlation] = [0.0; 2];
        for (channel, (x, h)) in x.chunks(cells).zip(self.g.chunks_mut(cells)).enumerate() {
            let (gamma, beta) = (weight[channel], bias[channel]);
            for (h, &x) in h.iter_mut().zip(x) {
                *h *= A::derivative(gamma * standard.apply(x) + beta);
            }
            self.of_weight[channel] = sum_of(h, x, |h, x| h * standard.apply(x));
            self.of_bias[channel] = sum(h);
            mean += gamma * self.of_bias[channel] / (weight.len() * cells) as f32;
            correlation += gamma * self.of_weight[channel] / (weight.len() * cells) as f32;
        }
        for ((h, x), gamma) in self.g.chunks_mut(cells).zip(x.chunks(cells)).zip(weight) {
            for (h, &x) in h.iter_mut().zip(x) {
                *h = standard.inverse * (gamma * *h - mean - correlation * standard.apply(x));
            }
        }
    }
}

/// `f(γ x̂ + β)` of every value.
pub(crate) fn normalize<A: Activation>(
    x: &[f32],
    sizes: Sizes,
    [weight, bias]: [&[f32]; 2],
) -> Vec<f32> {
    let Sizes { groups, channels, cells } = sizes;
    let mut y = zeros(x.len());
    let size = channels * cells;
    y.par_chunks_mut(size).zip(x.par_chunks(size)).enumerate().for_each(|(group, (y, x))| {
        let first = group % groups * channels;
        let [weight, bias] = [weight, bias].map(|all| &all[first..first + channels]);
        let group = Group { x, cells, weight, bias, activation: PhantomData::<A> };
        Arch::new().dispatch(Forward(group, y));
    });
    y
}

/// Replaces the gradient of the result of [`normalize`] by that of `x`, and returns those of γ and β. The terms of the
/// samples are added in order.
pub(crate) fn normalize_backward<A: Activation>(
    x: &[f32],
    gradient: &mut [f32],
    sizes: Sizes,
    [weight, bias]: [&[f32]; 2],
) -> [Vec<f32>; 2] {
    let Sizes { groups, channels, cells } = sizes;
    let size = channels * cells;
    let [mut of_weight, mut of_bias] = [0; 2].map(|_| vec![0.0; x.len() / cells]);
    let parts = of_weight.par_chunks_mut(channels).zip(of_bias.par_chunks_mut(channels));
    let all = gradient.par_chunks_mut(size).zip(x.par_chunks(size)).zip(parts).enumerate();
    all.for_each(|(group, ((g, x), (of_weight, of_bias)))| {
        let first = group % groups * channels;
        let [weight, bias] = [weight, bias].map(|all| &all[first..first + channels]);
        let group = Group { x, cells, weight, bias, activation: PhantomData::<A> };
        Arch::new().dispatch(Backward { group, g, of_weight, of_bias });
    });
    [of_weight, of_bias].map(|parts| sums_over_samples(&parts, channels * groups))
}

impl<A: Activation> Kernel<3> for GroupNormKernel<A> {
    const NAME: &'static str = "group-norm";

    fn forward(&self, [x, weight, bias]: [Operand; 3]) -> Result<Output> {
        let weights = [weight.values, bias.values];
        let y = normalize::<A>(x.values, Sizes::of(x, self.groups), weights);
        Ok(Output::new(y, x.shape))
    }

    fn backward(
        &self,
        [x, weight, bias]: [Operand; 3],
        _: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let (mut of_x, sizes) = (g.to_vec(), Sizes::of(x, self.groups));
        let weights = [weight.values, bias.values];
        let [of_weight, of_bias] = normalize_backward::<A>(x.values, &mut of_x, sizes, weights);
        Ok([of_x.into(), of_weight.into(), of_bias.into()])
    }
}
