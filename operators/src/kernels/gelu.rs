//! The Gaussian error linear unit, exact form.

use super::activation::{Curve, curve};
use super::slices::{by_hand, output, values, written};
use crate::autograd::with_derivative;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};
use pulp::Arch;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// `gelu(x) = x Φ(x)`, Φ the standard normal distribution.
///
/// Source: Hendrycks & Gimpel (2016), arXiv 1606.08415, §2; PyTorch's default.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    curve::<Gelu>(x)
}

/// `gelu(a + b)` in one pass.
pub fn gelu_sum(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if by_hand(a) {
        return a.contiguous()?.apply_op2(&b.contiguous()?, GeluSum);
    }
    let sum = (a.detach() + b.detach())?;
    let y = sum.gelu_erf()?;
    with_derivative(y, [a, b], move |gradient| {
        let gradient = (slope(&sum)? * gradient)?;
        Ok([gradient.clone(), gradient])
    })
}

/// `Φ(x) + x φ(x)` of every value.
fn slope(x: &Tensor) -> Result<Tensor> {
    let distribution = (x * FRAC_1_SQRT_2)?.erf()?.affine(0.5, 0.5)?;
    let density = x.sqr()?.affine(-0.5, -0.5 * TAU.ln())?.exp()?;
    distribution + (x * density)?
}

/// See [`gelu`].
pub struct Gelu;

impl Curve for Gelu {
    const NAME: &'static str = "gelu";

    #[inline(always)]
    fn value(x: f32) -> f32 {
        x * normal_distribution(x)
    }

    #[inline(always)]
    /// `d/dx x Φ(x) = Φ(x) + x φ(x)`, φ the standard normal density.
    fn slope(x: f32) -> f32 {
        const INVERSE_SQRT_TAU: f32 = 0.398_942_3;
        normal_distribution(x) + x * INVERSE_SQRT_TAU * exponential(-0.5 * x * x)
    }

    fn composed(x: &Tensor) -> Result<Tensor> {
        let argument = x.detach();
        let y = argument.gelu_erf()?;
        with_derivative(y, [x], move |gradient| Ok([(slope(&argument)? * gradient)?]))
    }
}

struct GeluSum;

impl CustomOp2 for GeluSum {
    fn name(&self) -> &'static str {
        "gelu-sum"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        layout: &Layout,
        b: &CpuStorage,
        layout_b: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (a, b) = (values(a, layout)?, values(b, layout_b)?);
        let y = written(a.len(), |range, y| {
            let (a, b) = (&a[range.clone()], &b[range]);
            Arch::new().dispatch(|| {
                y.iter_mut().zip(a).zip(b).for_each(|((y, a), b)| *y = Gelu::value(a + b));
            });
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = a.apply_op3_no_bwd(b, &gradient.contiguous()?, &GeluSumGradient)?;
        Ok((Some(gradient.clone()), Some(gradient)))
    }
}

struct GeluSumGradient;

impl CustomOp3 for GeluSumGradient {
    fn name(&self) -> &'static str {
        "gelu-sum-gradient"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        layout: &Layout,
        b: &CpuStorage,
        layout_b: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (a, b, g) = (values(a, layout)?, values(b, layout_b)?, values(g, layout_g)?);
        let y = written(a.len(), |range, y| {
            let (a, b, g) = (&a[range.clone()], &b[range.clone()], &g[range]);
            Arch::new().dispatch(|| {
                for (((y, a), b), g) in y.iter_mut().zip(a).zip(b).zip(g) {
                    *y = g * Gelu::slope(a + b);
                }
            });
        });
        Ok(output(y, layout.shape()))
    }
}

/// `Φ(x) = ½ (1 + erf(x/√2))`.
#[inline(always)]
fn normal_distribution(x: f32) -> f32 {
    0.5 + 0.5 * error_function(x * std::f32::consts::FRAC_1_SQRT_2)
}

/// erf as a ratio of polynomials in x², which the compiler turns into vector instructions; beyond
/// |x| = 4 it is ±1 to the last bit but one.
///
/// Source of the coefficients: Eigen, `generic_fast_erf_float`. The test holds it against libm.
#[inline(always)]
fn error_function(x: f32) -> f32 {
    const P: [f32; 7] = [
        -1.609_603_4e-2,
        -2.954_6e-3,
        -7.349_906e-4,
        -5.692_506_6e-5,
        -2.101_024e-6,
        2.770_681_5e-8,
        -2.726_142_3e-10,
    ];
    const Q: [f32; 5] =
        [-1.426_474e-2, -7.373_329e-3, -1.682_827e-3, -2.133_740_6e-4, -1.456_607_2e-5];
    let x = x.clamp(-4.0, 4.0);
    x * horner(P, x * x) / horner(Q, x * x)
}

/// `eˣ` for x ≤ 0: `2ⁿ e^r` with |r| ≤ ½ ln 2, and e⁻⁸⁷ below −87.
#[inline(always)]
pub(crate) fn exponential(x: f32) -> f32 {
    const TAYLOR: [f32; 7] = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0];
    // Rounds to whole numbers, which then stand in the last bits: vector instructions do all of it.
    const ROUND: f32 = 1.5 * (1 << 23) as f32;
    let x = x.max(-87.0); // e⁻⁸⁷ is the least normal power
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let r = x - (rounded - ROUND) * std::f32::consts::LN_2;
    let power = f32::from_bits((rounded.to_bits() + 127) << 23);
    power * horner(TAYLOR, r)
}

/// `Σᵢ cᵢ xⁱ`.
#[inline(always)]
fn horner<const N: usize>(coefficients: [f32; N], x: f32) -> f32 {
    let mut sum = coefficients[N - 1];
    for i in (0..N - 1).rev() {
        sum = sum.mul_add(x, coefficients[i]);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> impl Iterator<Item = f32> {
        (-12_000..=12_000).map(|i| i as f32 * 1e-3)
    }

    /// A few units in the last place of 1, which f32 arithmetic loses on the way.
    #[test]
    fn the_functions_agree_with_libm() {
        for x in points() {
            let exact = libm::erf(f64::from(x));
            assert!((f64::from(error_function(x)) - exact).abs() < 5e-7, "erf({x})");
            let exact = (-f64::from(x * x)).exp();
            assert!((f64::from(exponential(-x * x)) - exact).abs() < 3e-7, "exp(-{x}²)");
        }
    }

    #[test]
    fn the_slope_is_the_derivative() {
        let phi = |x: f64| 0.5 + 0.5 * libm::erf(x / 2.0_f64.sqrt());
        let gelu = |x: f64| x * phi(x);
        for x in points() {
            // Central differences with h = 1e-5 err by h²/6 times the third derivative, about 1e-10.
            let (x, h) = (f64::from(x), 1e-5);
            let slope = (gelu(x + h) - gelu(x - h)) / (2.0 * h);
            assert!((f64::from(Gelu::slope(x as f32)) - slope).abs() < 1e-6, "at {x}");
        }
    }
}
