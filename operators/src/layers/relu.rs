//! The rectified linear unit, plain and normalized.

use crate::autograd::with_derivative;
use crate::kernels::activation::{Curve, curve};
use crate::kernels::slices::{by_hand, output, sum, values};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// `relu(x) = max(x, 0)`, with the slope 0 at 0.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    curve::<Relu>(x)
}

/// `max(x, slope x)`, for slopes below 1.
pub fn leaky_relu(x: &Tensor, slope: f64) -> Result<Tensor> {
    (relu(x)? * (1.0 - slope))? + (x * slope)?
}

/// `σ relu((x − μ)/σ) + μ = max(x, μ)`, with the mean μ and the deviation σ of all values of a sample,
/// of which the deviation does not matter.
///
/// Shapes: `[batch, …]`.
///
/// Source: `act_fn.py` of `CFDBench` (Luo, Chen & Zhang 2023, arXiv 2310.05963).
pub fn normalized_relu(x: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op1(AboveMean);
    }
    let flat = x.flatten_from(1)?;
    let mean = flat.mean_keepdim(1)?;
    flat.broadcast_sub(&mean)?.relu()?.broadcast_add(&mean)?.reshape(x.shape())
}

/// See [`relu`].
pub struct Relu;

impl Curve for Relu {
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn value(x: f32) -> f32 {
        if x > 0.0 { x } else { 0.0 * x }
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        f32::from(x > 0.0)
    }

    fn composed(x: &Tensor) -> Result<Tensor> {
        let argument = x.detach();
        let y = argument.relu()?;
        with_derivative(y, [x], move |gradient| {
            Ok([(argument.gt(0.0)?.to_dtype(argument.dtype())? * gradient)?])
        })
    }
}

/// `max(x, μ)`
struct AboveMean;

fn mean(x: &[f32]) -> f32 {
    sum(x) / x.len() as f32
}

/// The values of a sample.
fn sample(layout: &Layout) -> usize {
    layout.dims()[1..].iter().product()
}

impl CustomOp1 for AboveMean {
    fn name(&self) -> &'static str {
        "normalized-relu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, size) = (values(x, layout)?, sample(layout));
        let mut y = vec![0.0; x.len()];
        y.par_chunks_mut(size).zip(x.par_chunks(size)).for_each(|(y, x)| {
            let mean = mean(x);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = if x < mean { mean } else { x });
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.apply_op2_no_bwd(&gradient.contiguous()?, &AboveMeanGradient).map(Some)
    }
}

/// `g` where `x > μ`, and everywhere the mean of what other cells would have had.
struct AboveMeanGradient;

impl CustomOp2 for AboveMeanGradient {
    fn name(&self) -> &'static str {
        "normalized-relu-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, g, size) = (values(x, layout)?, values(g, layout_g)?, sample(layout));
        let mut y = vec![0.0; x.len()];
        let samples = y.par_chunks_mut(size).zip(x.par_chunks(size)).zip(g.par_chunks(size));
        samples.for_each(|((y, x), g)| {
            let threshold = mean(x);
            y.iter_mut().zip(x).zip(g).for_each(|((y, &x), &g)| {
                *y = if x > threshold { g } else { 0.0 };
            });
            let shared = mean(g) - mean(y);
            for y in y {
                *y += shared;
            }
        });
        Ok(output(y, layout.shape()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn diverged_values_stay_diverged() -> Result<()> {
        let y = relu(&Tensor::new(&[-1f32, 2.0, f32::NAN], &Device::Cpu)?)?.to_vec1::<f32>()?;
        assert!(y[0] == 0.0 && y[1] == 2.0 && y[2].is_nan());
        Ok(())
    }

    /// (−3, 1, 2, 4) has the mean 1; only −3 is moved.
    #[test]
    fn the_normalized_unit_moves_what_is_below_the_mean() -> Result<()> {
        let x = Tensor::new(&[[-3f32, 1.0, 2.0, 4.0], [-30.0, 10.0, 20.0, 40.0]], &Device::Cpu)?;
        let y = normalized_relu(&x)?.to_vec2::<f32>()?;
        for (y, scale) in y.iter().zip([1.0, 10.0]) {
            let expected = [1.0, 1.0, 2.0, 4.0].map(|x| x * scale);
            assert!(y.iter().zip(expected).all(|(y, x)| (y - x).abs() < 1e-5 * scale), "{y:?}");
        }
        Ok(())
    }
}
