//! The rectified linear unit, plain and normalized.

use super::activation::Activation;
use super::slices::sum;
use crate::autograd::{Gradient, Kernel, Operand, Output, with_derivative};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// `relu(x) = max(x, 0)`, with the derivative 0 at 0.
pub struct Relu;

impl Activation for Relu {
    const NAME: &'static str = "relu";

    /// NaN stays NaN.
    #[inline(always)]
    fn apply(x: f32) -> f32 {
        if x > 0.0 { x } else { 0.0 * x }
    }

    #[inline(always)]
    fn derivative(x: f32) -> f32 {
        f32::from(x > 0.0)
    }

    fn fallback(x: &Tensor) -> Result<Tensor> {
        let argument = x.detach();
        let y = argument.relu()?;
        with_derivative(y, [x], move |gradient| {
            Ok([(argument.gt(0.0)?.to_dtype(argument.dtype())? * gradient)?])
        })
    }
}

/// `max(x, μ)`, with the mean μ of all values of a sample.
pub(crate) struct AboveMean;

fn mean(x: &[f32]) -> f32 {
    sum(x) / x.len() as f32
}

/// Values of a sample.
fn size(x: Operand) -> usize {
    x.dims()[1..].iter().product()
}

impl Kernel<1> for AboveMean {
    const NAME: &'static str = "normalized-relu";

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let mut y = vec![0.0; x.values.len()];
        y.par_chunks_mut(size(x)).zip(x.values.par_chunks(size(x))).for_each(|(y, x)| {
            let mean = mean(x);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = if x < mean { mean } else { x });
        });
        Ok(Output::new(y, x.shape))
    }

    /// `g` where `x > μ`, else 0, plus the derivative through μ, the same in every cell: the sum of `g` over the
    /// cells with `x ≤ μ`, divided by the number of all cells.
    fn backward(&self, [x]: [Operand; 1], _: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let mut of_x = vec![0.0; x.values.len()];
        let samples = of_x.par_chunks_mut(size(x)).zip(x.values.par_chunks(size(x)));
        samples.zip(g.par_chunks(size(x))).for_each(|((y, x), g)| {
            let threshold = mean(x);
            y.iter_mut().zip(x).zip(g).for_each(|((y, &x), &g)| {
                *y = if x > threshold { g } else { 0.0 };
            });
            let shared = mean(g) - mean(y);
            for y in y {
                *y += shared;
            }
        });
        Ok([of_x.into()])
    }
}
