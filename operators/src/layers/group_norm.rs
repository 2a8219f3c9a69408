//! Group normalization.

use super::{Activation, Gelu, Identity};
use crate::autograd::{apply, is_fused};
use crate::kernels::group_norm::{EPSILON, GroupNormKernel, Sizes};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// `y = γ (x − μ)/√(σ² + ε) + β`, with mean and variance over the cells and channels of each group
/// of each sample.
///
/// Shapes: `[batch, channel, …cells]` → same; `weight [channel]` (γ), `bias [channel]` (β).
///
/// Source: Wu & He (2018), arXiv 1803.08494, eqs. (1)–(3), (6).
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
}

impl GroupNorm {
    /// γ = 1 and β = 0. Panics unless the number of groups divides the number of channels.
    pub fn new(channels: usize, groups: usize, weights: &VarBuilder) -> Result<Self> {
        assert_eq!(channels % groups, 0, "groups have equally many channels");
        Ok(Self {
            weight: weights.get_with_hints(channels, "weight", Init::Const(1.0))?,
            bias: weights.get_with_hints(channels, "bias", Init::Const(0.0))?,
            groups,
        })
    }

    /// The shape of values with this number of cells.
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

    /// `gelu` of what [`Self::forward`] returns, in one pass that stores no intermediate values.
    pub fn forward_gelu(&self, x: &Tensor) -> Result<Tensor> {
        self.then::<Gelu>(x)
    }

    fn then<A: Activation>(&self, x: &Tensor) -> Result<Tensor> {
        if is_fused(x) {
            return apply(GroupNormKernel::<A>::new(self.groups), [x, &self.weight, &self.bias]);
        }
        let grouped = x.reshape((x.dim(0)?, self.groups, ()))?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(2)?)?;
        let deviation = (centred.sqr()?.mean_keepdim(2)? + EPSILON)?.sqrt()?;
        let normal = centred.broadcast_div(&deviation)?.reshape(x.shape())?;
        let ones = vec![1; x.rank() - 2];
        let shape = [&[1, self.weight.elem_count()], &ones[..]].concat();
        let (weight, bias) = (self.weight.reshape(&shape[..])?, self.bias.reshape(&shape[..])?);
        A::fallback(&normal.broadcast_mul(&weight)?.broadcast_add(&bias)?)
    }
}
