//! A linear map of the channels of every cell: a 1×1 convolution.

use super::sums::sum_of_samples;
use super::{Activation, Identity, activated};
use crate::autograd::{apply, is_fused, with_derivative};
use crate::kernels::pointwise::{ChainKernel, MANY, MapShape, PointwiseKernel};
use candle_core::{Result, Tensor, bail};
use candle_nn::{Init, VarBuilder};

/// `y_o = Σ_c W_oc x_c + b_o` in every cell.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`; `weight [out, channel]`, `bias [out]`.
pub struct Pointwise {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Pointwise {
    /// Weights and bias uniform in ±1/√channels, as PyTorch draws them.
    pub fn new(channels: usize, out: usize, weights: &VarBuilder) -> Result<Self> {
        let uniform = within(1.0 / (channels as f64).sqrt());
        Self::drawn([channels, out], uniform, Some(uniform), weights)
    }

    /// Without a bias; weights uniform in ±1/√channels.
    pub fn unbiased(channels: usize, out: usize, weights: &VarBuilder) -> Result<Self> {
        Self::drawn([channels, out], within(1.0 / (channels as f64).sqrt()), None, weights)
    }

    /// With these initial distributions of weight and bias.
    pub fn drawn(
        [channels, out]: [usize; 2],
        weight: Init,
        bias: Option<Init>,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let bias = bias.map(|bias| weights.get_with_hints(out, "bias", bias)).transpose()?;
        Ok(Self { weight: weights.get_with_hints((out, channels), "weight", weight)?, bias })
    }

    /// With a weight and a bias that are computed, not trained themselves.
    pub fn of(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    /// Weight and bias.
    pub(super) fn weights(&self) -> (&Tensor, Option<&Tensor>) {
        (&self.weight, self.bias.as_ref())
    }

    /// Applies the map.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        pointwise(x, &self.weight, self.bias.as_ref())
    }

    /// `W f(x) + b`. The fused CPU kernel does not store `f(x)`. Shapes as of [`Self::forward`].
    pub fn after<A: Activation>(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) && has_many_cells(x) {
            return fused::<A>(x, &self.weight, self.bias.as_ref());
        }
        self.forward(&activated::<A>(x)?)
    }

    /// `u + s (W f(x) + b)`. The fused CPU kernel stores the result only. Shapes as of [`Self::forward`], and
    /// `u` has that of the result.
    pub fn added<A: Activation>(&self, u: &Tensor, step: f64, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) && has_many_cells(x) {
            return fused_chain::<A>(Some((u, step as f32)), x, &[self], true);
        }
        stepped(u, step, self.after::<A>(x)?)
    }
}

/// `W_L f(… f(W₁ x + b₁) …) + b_L`. The fused CPU kernel stores no intermediate values, and recomputes them
/// in the backward pass.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`, with the input channels of the first map and
/// the output channels of the last.
///
/// Panics unless there is a map.
pub fn chained<A: Activation>(x: &Tensor, maps: &[&Pointwise]) -> Result<Tensor> {
    if is_fused(x) && has_many_cells(x) {
        return fused_chain::<A>(None, x, maps, false);
    }
    let (first, rest) = maps.split_first().expect("there is a map");
    rest.iter().try_fold(first.forward(x)?, |x, map| map.after::<A>(&x))
}

/// `u + s y` with the result y of [`chained`]. Shapes: `u` as `y`.
pub fn added_chain<A: Activation>(
    u: &Tensor,
    step: f64,
    x: &Tensor,
    maps: &[&Pointwise],
) -> Result<Tensor> {
    if is_fused(x) && has_many_cells(x) {
        return fused_chain::<A>(Some((u, step as f32)), x, maps, false);
    }
    stepped(u, step, chained::<A>(x, maps)?)
}

/// `u + s y`, without a multiplication for s = 1.
fn stepped(u: &Tensor, step: f64, y: Tensor) -> Result<Tensor> {
    let is_whole = (step - 1.0).abs() < f64::EPSILON;
    u + if is_whole { y } else { (y * step)? }
}

/// Uniform in ±bound.
fn within(bound: f64) -> Init {
    Init::Uniform { lo: -bound, up: bound }
}

/// `W x + b` as of [`Pointwise`], with any weight and bias.
pub fn pointwise(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if is_fused(x) { fused::<Identity>(x, weight, bias) } else { fallback(x, weight, bias) }
}

/// Whether an activation and a sum can be part of the fused CPU kernel.
fn has_many_cells(x: &Tensor) -> bool {
    x.dims()[2..].iter().product::<usize>() >= MANY
}

/// `W f(x) + b` by the fused CPU kernel; with few cells f must be the identity.
fn fused<A: Activation>(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    check(None, x, &[(weight, bias)])?;
    let none = || Tensor::zeros(0, x.dtype(), x.device());
    let bias = bias.map_or_else(none, |bias| Ok(bias.clone()))?;
    apply(PointwiseKernel::<A>::new(), [x, weight, &bias])
}

/// `u + s (W_L f(… f(W₁ x + b₁) …) + b_L)` of many cells by the fused CPU kernel, with or without u and s. If it
/// is activated, x is replaced by `f(x)`.
fn fused_chain<A: Activation>(
    u: Option<(&Tensor, f32)>,
    x: &Tensor,
    maps: &[&Pointwise],
    is_activated: bool,
) -> Result<Tensor> {
    let maps: Vec<_> = maps.iter().map(|map| map.weights()).collect();
    let shapes = check(u.map(|(u, _)| u), x, &maps)?;
    let parts = maps.iter().flat_map(|(weight, bias)| [Some(*weight), *bias]).flatten();
    let parts = parts.map(Tensor::flatten_all).collect::<Result<Vec<_>>>()?;
    let all = Tensor::cat(&parts, 0)?;
    let (u, step) = match u {
        Some((u, step)) => (u.clone(), step),
        None => (Tensor::zeros(0, x.dtype(), x.device())?, 1.0),
    };
    apply(ChainKernel::<A>::new(shapes, is_activated, step), [&u, x, &all])
}

/// The shapes of the maps. Refuses maps that do not take the channels that the one before computes, and a
/// u of another shape than the values that are added to it.
fn check(
    u: Option<&Tensor>,
    x: &Tensor,
    maps: &[(&Tensor, Option<&Tensor>)],
) -> Result<Vec<MapShape>> {
    let (mut shapes, mut given) = (Vec::new(), x.dim(1)?);
    for (weight, bias) in maps {
        let (out, channels) = weight.dims2()?;
        if channels != given {
            bail!("a map of {channels} channels was given {given}");
        }
        if let Some(bias) = bias.filter(|bias| bias.dims() != [out]) {
            bail!("a map to {out} channels has a bias of shape {:?}", bias.dims());
        }
        shapes.push(MapShape { out, channels, has_bias: bias.is_some() });
        given = out;
    }
    let shape = [&[x.dim(0)?, given], &x.dims()[2..]].concat();
    match u.filter(|u| u.dims() != shape) {
        Some(u) => bail!("{shape:?} was to be added to a tensor of shape {:?}", u.dims()),
        None => Ok(shapes),
    }
}

/// The map composed of candle's operations. A bias is the weight of one more input channel, of ones.
fn fallback(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let shape = [&[x.dim(0)?, weight.dim(0)?], &x.dims()[2..]].concat();
    let (mut given, matrix) = (x.detach().flatten_from(2)?.contiguous()?, weight.detach());
    let mut extended = matrix.clone();
    if let Some(bias) = bias {
        let ones = given.narrow(1, 0, 1)?.ones_like()?;
        given = Tensor::cat(&[given, ones], 1)?;
        extended = Tensor::cat(&[extended, bias.detach().unsqueeze(1)?], 1)?;
    }
    let y = times(&extended, &given)?.reshape(shape)?;
    let dims = x.dims().to_vec();
    let gradients = move |gradient: &Tensor| -> Result<[Tensor; 2]> {
        let gradient = gradient.flatten_from(2)?;
        let of_x = times(&matrix.t()?, &gradient)?.reshape(&dims[..])?;
        Ok([of_x, sum_of_samples(&gradient.matmul(&given.transpose(1, 2)?)?)?])
    };
    let Some(bias) = bias else { return with_derivative(y, [x, weight], gradients) };
    let channels = weight.dim(1)?;
    with_derivative(y, [x, weight, bias], move |gradient| {
        let [of_x, of_all] = gradients(gradient)?;
        let of_weight = of_all.narrow(1, 0, channels)?.contiguous()?;
        Ok([of_x, of_weight, of_all.narrow(1, channels, 1)?.flatten_all()?])
    })
}

/// `W x` of every sample: `weight [out, channel]`, `x [batch, channel, cell]`.
fn times(weight: &Tensor, x: &Tensor) -> Result<Tensor> {
    weight.broadcast_left(x.dim(0)?)?.matmul(x)
}
