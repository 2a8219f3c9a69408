//! Elementwise activations.

use super::slices::written;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::{Result, Tensor};
use pulp::Arch;
use std::marker::PhantomData;

/// An activation function f of one value, and its derivative.
pub trait Activation: Send + Sync + 'static {
    /// The name in error messages.
    const NAME: &'static str;

    /// Whether `f(x) = x`.
    const IS_IDENTITY: bool = false;

    /// `f(x)`
    fn apply(x: f32) -> f32;

    /// `f'(x)`
    fn derivative(x: f32) -> f32;

    /// `f(x)` of every value, composed of candle's operations.
    fn fallback(x: &Tensor) -> Result<Tensor>;
}

/// `f(x) = x`
pub struct Identity;

impl Activation for Identity {
    const NAME: &'static str = "identity";
    const IS_IDENTITY: bool = true;

    #[inline(always)]
    fn apply(x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn derivative(_: f32) -> f32 {
        1.0
    }

    fn fallback(x: &Tensor) -> Result<Tensor> {
        Ok(x.clone())
    }
}

/// `f(x)` of every value.
pub(crate) struct Elementwise<A>(PhantomData<A>);

impl<A> Elementwise<A> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Activation> Kernel<1> for Elementwise<A> {
    const NAME: &'static str = A::NAME;

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let y = written(x.values.len(), |range, y| {
            let x = &x.values[range];
            Arch::new().dispatch(|| y.iter_mut().zip(x).for_each(|(y, &x)| *y = A::apply(x)));
        });
        Ok(Output::new(y, x.shape))
    }

    /// `g f'(x)`
    fn backward(&self, [x]: [Operand; 1], _: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let of_x = written(x.values.len(), |range, of_x| {
            let (x, g) = (&x.values[range.clone()], &g[range]);
            Arch::new().dispatch(|| {
                of_x.iter_mut().zip(x).zip(g).for_each(|((y, &x), g)| *y = g * A::derivative(x));
            });
        });
        Ok([of_x.into()])
    }
}
