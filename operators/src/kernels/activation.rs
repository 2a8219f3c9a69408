//! Functions of every value by itself.

use super::slices::{by_hand, output, values, written};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use pulp::Arch;
use std::marker::PhantomData;

/// A function of every value, and its derivative.
pub trait Curve: Send + Sync + 'static {
    /// As an operation is called.
    const NAME: &'static str;

    /// Whether it is `x`.
    const IS_IDENTITY: bool = false;

    /// `f(x)`
    fn value(x: f32) -> f32;

    /// `f'(x)`
    fn slope(x: f32) -> f32;

    /// `f(x)` of candle's operations.
    fn composed(x: &Tensor) -> Result<Tensor>;
}

/// `f(x)` of every value.
pub fn curve<C: Curve>(x: &Tensor) -> Result<Tensor> {
    if by_hand(x) { x.contiguous()?.apply_op1(Of::<C>(PhantomData)) } else { C::composed(x) }
}

/// `f(x) = x`
pub struct Identity;

impl Curve for Identity {
    const NAME: &'static str = "identity";
    const IS_IDENTITY: bool = true;

    #[inline(always)]
    fn value(x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn slope(_: f32) -> f32 {
        1.0
    }

    fn composed(x: &Tensor) -> Result<Tensor> {
        Ok(x.clone())
    }
}

struct Of<C>(PhantomData<C>);

impl<C: Curve> CustomOp1 for Of<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = values(x, layout)?;
        let y = written(x.len(), |range, y| {
            let x = &x[range];
            Arch::new().dispatch(|| y.iter_mut().zip(x).for_each(|(y, &x)| *y = C::value(x)));
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.apply_op2_no_bwd(&gradient.contiguous()?, &Gradient::<C>(PhantomData)).map(Some)
    }
}

/// `g f'(x)`
struct Gradient<C>(PhantomData<C>);

impl<C: Curve> CustomOp2 for Gradient<C> {
    fn name(&self) -> &'static str {
        "gradient-of-a-curve"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, g) = (values(x, layout)?, values(g, layout_g)?);
        let of_x = written(x.len(), |range, of_x| {
            let (x, g) = (&x[range.clone()], &g[range]);
            Arch::new().dispatch(|| {
                of_x.iter_mut().zip(x).zip(g).for_each(|((y, &x), g)| *y = g * C::slope(x));
            });
        });
        Ok(output(of_x, layout.shape()))
    }
}
