//! A single linear map as a kernel.

use super::backward::backward;
use super::chain::Chain;
use super::few;
use super::map::{Sizes, WeightAndBias};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::activation::Activation;
use crate::kernels::slices::{matrix, sums_over_cells, zeros};
use candle_core::Result;
use std::marker::PhantomData;

/// The number of cells from which on they are computed block by block, and from which on an activation
/// and a sum can be part of the kernel.
pub(crate) const MANY: usize = 32;

/// `W f(x) + b` of x, W and b, where b may be empty; with fewer than [`MANY`] cells f must be the identity.
pub(crate) struct PointwiseKernel<A>(PhantomData<A>);

impl<A> PointwiseKernel<A> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Activation> Kernel<3> for PointwiseKernel<A> {
    const NAME: &'static str = "pointwise";

    fn forward(&self, [x, weight, bias]: [Operand; 3]) -> Result<Output> {
        let (sizes, shape) = (Sizes::of(x), weight.shape.dims2()?);
        let weights = WeightAndBias { weight: matrix(weight.values, shape), bias: bias.values };
        let y = if sizes.cells < MANY {
            few::forward(x.values, &sizes, weights)
        } else {
            let mut y = zeros(sizes.batch * shape.0 * sizes.cells);
            chain_of_one(weights).forward::<A>(x.values, &sizes, &mut y);
            y
        };
        Ok(Output::new(y, [&[sizes.batch, shape.0], &x.dims()[2..]].concat()))
    }

    fn backward(
        &self,
        [x, weight, bias]: [Operand; 3],
        _: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let (sizes, shape) = (Sizes::of(x), weight.shape.dims2()?);
        let weights = WeightAndBias { weight: matrix(weight.values, shape), bias: bias.values };
        if sizes.cells >= MANY {
            let mut of_x = zeros(if x.is_differentiated { x.values.len() } else { 0 });
            let chain = chain_of_one(weights);
            let mut of_weight = backward::<A>(&chain, (x.values, g), &sizes, &mut of_x);
            let mut of_bias = of_weight.split_off(weight.values.len());
            of_bias.truncate(bias.values.len());
            return Ok([of_x.into(), of_weight.into(), of_bias.into()]);
        }
        let of_x = || {
            let sizes = Sizes { channels: shape.0, ..sizes };
            few::forward(g, &sizes, WeightAndBias { weight: weights.weight.t(), bias: &[] })
        };
        let mut of_bias = sums_over_cells(g, shape.0, sizes.cells);
        of_bias.truncate(bias.values.len());
        let of_weight = few::of_weight(g, x.values, shape.into(), sizes.cells);
        Ok([Gradient::of(x, of_x), of_weight.into(), of_bias.into()])
    }
}

/// One map of `f(x)`.
fn chain_of_one(map: WeightAndBias<'_>) -> Chain<'_> {
    Chain { maps: vec![map], is_activated: true, step: 1.0 }
}
