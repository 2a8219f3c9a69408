//! A complex matrix product for every wave.

use crate::autograd::with_derivative;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{by_hand, output, values};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use ndarray::{ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

/// `ŷ = x̂ W` for every wave.
///
/// Shapes: `[wave, re|im, batch, channel]` and `[wave, re|im, channel, out]` to
/// `[wave, re|im, batch, out]`.
pub(crate) fn mix(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op2(&weight.contiguous()?, Mix);
    }
    let (given, matrices) = (x.detach(), weight.detach());
    let y = composed(&given, &matrices)?;
    with_derivative(y, [x, weight], move |gradient| {
        // With the conjugate transposes: ĝ Wᴴ and x̂ᴴ ĝ.
        let adjoint = |a: &Tensor| conjugate(&a.transpose(2, 3)?.contiguous()?);
        Ok([composed(gradient, &adjoint(&matrices)?)?, composed(&adjoint(&given)?, gradient)?])
    })
}

/// `x̂ W` where it is not written by hand: one real product of `(re, im)` with
/// `((re W, im W), (−im W, re W))`.
fn composed(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (waves, _, channels, out) = weight.dims4()?;
    let turned = Tensor::cat(&[&weight.narrow(1, 1, 1)?.neg()?, &weight.narrow(1, 0, 1)?], 1)?;
    let rows = |w: &Tensor| w.transpose(1, 2)?.contiguous()?.reshape((waves, (), 2 * w.dim(3)?));
    let matrix = Tensor::cat(&[rows(weight)?, rows(&turned)?], 1)?;
    let y = x.transpose(1, 2)?.contiguous()?.reshape((waves, (), 2 * channels))?.matmul(&matrix)?;
    y.reshape((waves, (), 2, out))?.transpose(1, 2)?.contiguous()
}

/// `[wave, re|im, …]` with the imaginary parts negated.
fn conjugate(x: &Tensor) -> Result<Tensor> {
    Tensor::cat(&[x.narrow(1, 0, 1)?, x.narrow(1, 1, 1)?.neg()?], 1)
}

/// One operand of all waves: `[wave, re|im, row, column]`.
struct Waves<'a> {
    values: &'a [f32],
    shape: (usize, usize),
}

impl<'a> Waves<'a> {
    fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let dims = layout.dims();
        Ok(Self { values: values(storage, layout)?, shape: (dims[2], dims[3]) })
    }

    /// Real and imaginary part of every wave.
    fn parts(&self) -> impl IndexedParallelIterator<Item = [ArrayView2<'a, f32>; 2]> {
        let (shape, size) = (self.shape, self.shape.0 * self.shape.1);
        self.values.par_chunks_exact(2 * size).map(move |wave| {
            [&wave[..size], &wave[size..]].map(|part| {
                ArrayView2::from_shape(shape, part).expect("a part has rows times columns values")
            })
        })
    }
}

/// `re = ±`-combinations of four real products, in every wave.
///
/// `multiply` gets both operands' parts and the two parts of the result.
fn in_every_wave(
    layout: &Layout,
    a: &Waves<'_>,
    b: &Waves<'_>,
    shape: (usize, usize),
    multiply: impl Fn([ArrayView2<'_, f32>; 2], [ArrayView2<'_, f32>; 2], [ArrayViewMut2<'_, f32>; 2])
    + Sync,
) -> (CpuStorage, Shape) {
    let (waves, size) = (layout.dims()[0], shape.0 * shape.1);
    let mut y = vec![0.0; waves * 2 * size];
    y.par_chunks_exact_mut(2 * size).zip(a.parts()).zip(b.parts()).for_each(|((y, a), b)| {
        let (re, im) = y.split_at_mut(size);
        let view = |part| ArrayViewMut2::from_shape(shape, part).expect("a part is whole");
        multiply(a, b, [view(re), view(im)]);
    });
    output(y, (waves, 2, shape.0, shape.1))
}

struct Mix;

impl CustomOp2 for Mix {
    fn name(&self) -> &'static str {
        "mix-waves"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, w) = (Waves::new(x, layout)?, Waves::new(weight, layout_weight)?);
        let shape = (x.shape.0, w.shape.1);
        Ok(in_every_wave(layout, &x, &w, shape, |[xr, xi], [wr, wi], [mut yr, mut yi]| {
            multiply(1.0, &xr, &wr, 0.0, &mut yr);
            multiply(-1.0, &xi, &wi, 1.0, &mut yr);
            multiply(1.0, &xr, &wi, 0.0, &mut yi);
            multiply(1.0, &xi, &wr, 1.0, &mut yi);
        }))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        Ok((
            Some(gradient.apply_op2_no_bwd(weight, &MixAdjoint)?),
            Some(x.apply_op2_no_bwd(&gradient, &WeightGradient)?),
        ))
    }
}

/// `g Wᴴ`.
struct MixAdjoint;

impl CustomOp2 for MixAdjoint {
    fn name(&self) -> &'static str {
        "mix-waves-adjoint"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (g, w) = (Waves::new(g, layout)?, Waves::new(weight, layout_weight)?);
        let shape = (g.shape.0, w.shape.0);
        Ok(in_every_wave(layout, &g, &w, shape, |[gr, gi], [wr, wi], [mut xr, mut xi]| {
            multiply(1.0, &gr, &wr.t(), 0.0, &mut xr);
            multiply(1.0, &gi, &wi.t(), 1.0, &mut xr);
            multiply(1.0, &gi, &wr.t(), 0.0, &mut xi);
            multiply(-1.0, &gr, &wi.t(), 1.0, &mut xi);
        }))
    }
}

/// `xᴴ g`.
struct WeightGradient;

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "mix-waves-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, g) = (Waves::new(x, layout)?, Waves::new(g, layout_g)?);
        let shape = (x.shape.1, g.shape.1);
        Ok(in_every_wave(layout, &x, &g, shape, |[xr, xi], [gr, gi], [mut wr, mut wi]| {
            multiply(1.0, &xr.t(), &gr, 0.0, &mut wr);
            multiply(1.0, &xi.t(), &gi, 1.0, &mut wr);
            multiply(1.0, &xr.t(), &gi, 0.0, &mut wi);
            multiply(-1.0, &xi.t(), &gr, 1.0, &mut wi);
        }))
    }
}
