//! A linear map of the channels of every cell: a 1×1 convolution.

use super::spread::sum_of_samples;
use crate::autograd::with_derivative;
use crate::kernels::activation::{Curve, Identity, curve};
use crate::kernels::pointwise::map;
use crate::kernels::slices::by_hand;
use candle_core::{Result, Tensor};
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

    /// From and to so many channels, weights and bias as told.
    pub fn drawn(
        [channels, out]: [usize; 2],
        weight: Init,
        bias: Option<Init>,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let bias = bias.map(|bias| weights.get_with_hints(out, "bias", bias)).transpose()?;
        Ok(Self { weight: weights.get_with_hints((out, channels), "weight", weight)?, bias })
    }

    /// With a weight and a bias that are computed.
    pub fn of(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    /// Weight and bias.
    pub(crate) fn weights(&self) -> (&Tensor, Option<&Tensor>) {
        (&self.weight, self.bias.as_ref())
    }

    /// Applies the map.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        pointwise(x, &self.weight, self.bias.as_ref())
    }

    /// `W f(x) + b`; on a CPU `f(x)` is nowhere kept. Shapes as of [`Self::forward`].
    pub fn after<C: Curve>(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) && map::is_of_many(x) {
            return map::after::<C>(x, &self.weight, self.bias.as_ref());
        }
        self.forward(&curve::<C>(x)?)
    }

    /// `u + s (W f(x) + b)`; on a CPU only `u`, `x` and this are kept. Shapes: u as the result.
    pub fn added<C: Curve>(&self, u: &Tensor, step: f64, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) && map::is_of_many(x) {
            return map::chained::<C>(Some((u, step as f32)), x, &[self], true);
        }
        stepped(u, step, self.after::<C>(x)?)
    }
}

/// `W_L f(… f(W₁ x + b₁) …) + b_L`; on a CPU nothing in between is kept.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`, the first map's channels and what the
/// last one makes.
///
/// Panics unless there is a map.
pub fn chained<C: Curve>(x: &Tensor, maps: &[&Pointwise]) -> Result<Tensor> {
    if by_hand(x) && map::is_of_many(x) {
        return map::chained::<C>(None, x, maps, false);
    }
    let (first, rest) = maps.split_first().expect("there is a map");
    rest.iter().try_fold(first.forward(x)?, |x, map| map.after::<C>(&x))
}

/// `u + s` times [`chained`]. Shapes: u as the result.
pub fn added_chain<C: Curve>(
    u: &Tensor,
    step: f64,
    x: &Tensor,
    maps: &[&Pointwise],
) -> Result<Tensor> {
    if by_hand(x) && map::is_of_many(x) {
        return map::chained::<C>(Some((u, step as f32)), x, maps, false);
    }
    stepped(u, step, chained::<C>(x, maps)?)
}

/// `u + s y`; for s = 1 in one operation.
fn stepped(u: &Tensor, step: f64, y: Tensor) -> Result<Tensor> {
    let is_whole = (step - 1.0).abs() < f64::EPSILON;
    u + if is_whole { y } else { (y * step)? }
}

/// Uniform in ±bound.
fn within(bound: f64) -> Init {
    Init::Uniform { lo: -bound, up: bound }
}

/// The map of [`Pointwise`] with any weight and bias.
pub fn pointwise(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if by_hand(x) { map::after::<Identity>(x, weight, bias) } else { composed(x, weight, bias) }
}

/// The map where none is written by hand; a bias is the weight of one more channel, of ones.
fn composed(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
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
