//! Group normalization.

use crate::kernels::activation::{Curve, Identity};
use crate::kernels::gelu::Gelu;
use crate::kernels::slices::{
    Reading, by_hand, output, sum, sum_of, sums_over_samples, values, zeros,
};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::marker::PhantomData;

/// Keeps the quotient finite; PyTorch's value.
const EPSILON: f64 = 1e-5;

/// `y = γ (x − μ)/√(σ² + ε) + β`, with mean and variance over the cells and channels of each group
/// of each sample.
///
/// Shapes: `[batch, channel, …cells]`; `weight [channel]` (γ), `bias [channel]` (β).
///
/// Source: Wu & He (2018), arXiv 1803.08494, eqs. (1)–(3), (6).
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
}

impl GroupNorm {
    /// γ = 1 and β = 0. Panics unless the groups divide the channels.
    pub fn new(channels: usize, groups: usize, weights: &VarBuilder) -> Result<Self> {
        assert_eq!(channels % groups, 0, "groups have equally many channels");
        Ok(Self {
            weight: weights.get_with_hints(channels, "weight", Init::Const(1.0))?,
            bias: weights.get_with_hints(channels, "bias", Init::Const(0.0))?,
            groups,
        })
    }

    /// How values of so many cells a channel lie in a slice.
    pub(super) fn sizes(&self, cells: usize) -> Sizes {
        Sizes::new(self.groups, self.weight.elem_count(), cells)
    }

    /// γ and β.
    pub(super) fn weights(&self) -> [&Tensor; 2] {
        [&self.weight, &self.bias]
    }

    /// Normalizes.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.then::<Identity>(x)
    }

    /// `gelu` of what [`Self::forward`] returns, in one pass that keeps nothing between.
    pub fn forward_gelu(&self, x: &Tensor) -> Result<Tensor> {
        self.then::<Gelu>(x)
    }

    fn then<C: Curve>(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            let normalize = Normalize::<C> { groups: self.groups, curve: PhantomData };
            return x.contiguous()?.apply_op3(&self.weight, &self.bias, normalize);
        }
        let grouped = x.reshape((x.dim(0)?, self.groups, ()))?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(2)?)?;
        let deviation = (centred.sqr()?.mean_keepdim(2)? + EPSILON)?.sqrt()?;
        let normal = centred.broadcast_div(&deviation)?.reshape(x.shape())?;
        let ones = vec![1; x.rank() - 2];
        let shape = [&[1, self.weight.elem_count()], &ones[..]].concat();
        let (weight, bias) = (self.weight.reshape(&shape[..])?, self.bias.reshape(&shape[..])?);
        C::composed(&normal.broadcast_mul(&weight)?.broadcast_add(&bias)?)
    }
}

/// The mean of a group, and one over its deviation.
pub(crate) struct Scale {
    mean: f32,
    pub(crate) inverse: f32,
}

impl Scale {
    #[inline(always)]
    pub(crate) fn of(x: &[f32]) -> Self {
        let count = x.len() as f32;
        let mean = sum(x) / count;
        let variance = sum_of(x, x, |x, _| (x - mean) * (x - mean)) / count;
        Self { mean, inverse: 1.0 / (variance + EPSILON as f32).sqrt() }
    }

    #[inline(always)]
    pub(crate) fn normal(&self, x: f32) -> f32 {
        (x - self.mean) * self.inverse
    }
}

/// How normalized values lie in a slice.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    groups: usize,
    /// A group's.
    channels: usize,
    /// A channel's.
    cells: usize,
}

impl Sizes {
    fn new(groups: usize, channels: usize, cells: usize) -> Self {
        Self { groups, channels: channels / groups, cells }
    }

    fn of(dims: &[usize], groups: usize) -> Self {
        Self::new(groups, dims[1], dims[2..].iter().product())
    }
}

struct Normalize<C> {
    groups: usize,
    curve: PhantomData<C>,
}

/// One group of one sample, with its channels' weights.
struct Group<'a, C> {
    x: &'a [f32],
    cells: usize,
    weight: &'a [f32],
    bias: &'a [f32],
    curve: PhantomData<C>,
}

/// Writes the values.
struct Forward<'a, C>(Group<'a, C>, &'a mut [f32]);

impl<C: Curve> WithSimd for Forward<'_, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(Group { x, cells, weight, bias, .. }, y) = self;
        let scale = Scale::of(x);
        let planes = y.chunks_mut(cells).zip(x.chunks(cells)).zip(weight.iter().zip(bias));
        for ((y, x), (gamma, beta)) in planes {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = C::value(gamma * scale.normal(x) + beta);
            }
        }
    }
}

/// Puts `(γ h − mean γh − x̂ mean(γ h x̂)) / σ` with `h = g` times the curve's slope in place of `g`,
/// and writes the weight's and the bias's parts, `Σ h x̂` and `Σ h`, channel by channel.
struct Backward<'a, C> {
    group: Group<'a, C>,
    g: &'a mut [f32],
    of_weight: &'a mut [f32],
    of_bias: &'a mut [f32],
}

impl<C: Curve> WithSimd for Backward<'_, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Group { x, cells, weight, bias, .. } = self.group;
        let scale = Scale::of(x);
        let [mut mean, mut slope] = [0.0; 2];
        for (channel, (x, h)) in x.chunks(cells).zip(self.g.chunks_mut(cells)).enumerate() {
            let (gamma, beta) = (weight[channel], bias[channel]);
            for (h, &x) in h.iter_mut().zip(x) {
                *h *= C::slope(gamma * scale.normal(x) + beta);
            }
            self.of_weight[channel] = sum_of(h, x, |h, x| h * scale.normal(x));
            self.of_bias[channel] = sum(h);
            mean += gamma * self.of_bias[channel] / (weight.len() * cells) as f32;
            slope += gamma * self.of_weight[channel] / (weight.len() * cells) as f32;
        }
        for ((h, x), gamma) in self.g.chunks_mut(cells).zip(x.chunks(cells)).zip(weight) {
            for (h, &x) in h.iter_mut().zip(x) {
                *h = scale.inverse * (gamma * *h - mean - slope * scale.normal(x));
            }
        }
    }
}

/// The values of normalized `x`, and the curve's.
pub(super) fn normalize<C: Curve>(
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
        let group = Group { x, cells, weight, bias, curve: PhantomData::<C> };
        Arch::new().dispatch(Forward(group, y));
    });
    y
}

/// Turns the gradient of [`normalize`]'s values into that of `x`; returns those of weight and bias.
/// The samples' parts are added in order.
pub(super) fn normalize_back<C: Curve>(
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
        let group = Group { x, cells, weight, bias, curve: PhantomData::<C> };
        Arch::new().dispatch(Backward { group, g, of_weight, of_bias });
    });
    [of_weight, of_bias].map(|parts| sums_over_samples(&parts, channels * groups))
}

impl<C: Curve> CustomOp3 for Normalize<C> {
    fn name(&self) -> &'static str {
        "group-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        bias: &CpuStorage,
        layout_bias: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let weights = [values(weight, layout_weight)?, values(bias, layout_bias)?];
        let y = normalize::<C>(values(x, layout)?, Sizes::of(layout.dims(), self.groups), weights);
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let readings = [x, &gradient, weight, bias].map(Reading::of);
        let [x_values, g, weights, biases] = readings.each_ref().map(Reading::values);
        let (mut of_x, sizes) = (g?.to_vec(), Sizes::of(x.dims(), self.groups));
        let of_weights = normalize_back::<C>(x_values?, &mut of_x, sizes, [weights?, biases?]);
        let of_weights = of_weights.map(|sums| Tensor::from_vec(sums, weight.shape(), x.device()));
        let [of_weight, of_bias] = of_weights;
        Ok((Some(Tensor::from_vec(of_x, x.shape(), x.device())?), Some(of_weight?), Some(of_bias?)))
    }
}
