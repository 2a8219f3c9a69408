//! The Gaussian error linear unit in its exact form, with erf and exp in vector instructions.

use super::activation::Activation;
use super::slices::written;
use crate::autograd::{Gradient, Kernel, Operand, Output, with_derivative};
use candle_core::{Result, Tensor};
use pulp::Arch;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// `gelu(x) = x Φ(x)`, Φ the standard normal distribution.
pub struct Gelu;

impl Activation for Gelu {
    const NAME: &'static str = "gelu";

    #[inline(always)]
    fn apply(x: f32) -> f32 {
        x * normal_distribution(x)
    }

    /// `d/dx x Φ(x) = Φ(x) + x φ(x)`, φ the standard normal density.
    #[inline(always)]
    fn derivative(x: f32) -> f32 {
        const INVERSE_SQRT_TAU: f32 = 0.398_942_3;
        normal_distribution(x) + x * INVERSE_SQRT_TAU * exponential(-0.5 * x * x)
    }

    fn fallback(x: &Tensor) -> Result<Tensor> {
        let argument = x.detach();
        let y = argument.gelu_erf()?;
        with_derivative(y, [x], move |gradient| Ok([(fallback_derivative(&argument)? * gradient)?]))
    }
}

/// `Φ(x) + x φ(x)` of every value, composed of candle's operations.
pub(crate) fn fallback_derivative(x: &Tensor) -> Result<Tensor> {
    let distribution = (x * FRAC_1_SQRT_2)?.erf()?.affine(0.5, 0.5)?;
    let density = x.sqr()?.affine(-0.5, -0.5 * TAU.ln())?.exp()?;
    distribution + (x * density)?
}

/// `gelu(a + b)` of every value.
pub(crate) struct GeluOfSum;

impl Kernel<2> for GeluOfSum {
    const NAME: &'static str = "gelu-of-sum";

    fn forward(&self, [a, b]: [Operand; 2]) -> Result<Output> {
        let y = written(a.values.len(), |range, y| {
            let (a, b) = (&a.values[range.clone()], &b.values[range]);
            Arch::new().dispatch(|| {
                y.iter_mut().zip(a).zip(b).for_each(|((y, a), b)| *y = Gelu::apply(a + b));
            });
        });
        Ok(Output::new(y, a.shape))
    }

    /// `g gelu'(a + b)` for both.
    fn backward(&self, [a, b]: [Operand; 2], _: Operand, g: &[f32]) -> Result<[Gradient; 2]> {
        let of_sum = written(a.values.len(), |range, y| {
            let (a, b) = (&a.values[range.clone()], &b.values[range.clone()]);
            let g = &g[range];
            Arch::new().dispatch(|| {
                for (((y, a), b), g) in y.iter_mut().zip(a).zip(b).zip(g) {
                    *y = g * Gelu::derivative(a + b);
                }
            });
        });
        Ok([of_sum.into(), Gradient::OfInput(0)])
    }
}

/// `Φ(x) = ½ (1 + erf(x/√2))`.
#[inline(always)]
fn normal_distribution(x: f32) -> f32 {
    0.5 + 0.5 * error_function(x * std::f32::consts::FRAC_1_SQRT_2)
}

/// erf as a ratio of polynomials in x², which the compiler vectorizes. x is clamped to |x| ≤ 4, beyond
/// which erf is ±1 in single precision.
///
/// Source of the coefficients: Eigen, `generic_fast_erf_float`. A test compares it with libm.
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

/// `eˣ` for x ≤ 0, as `2ⁿ e^r` with |r| ≤ ½ ln 2; arguments below −87 give e⁻⁸⁷.
#[inline(always)]
pub(crate) fn exponential(x: f32) -> f32 {
    const TAYLOR: [f32; 7] = [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0];
    // Adding it rounds to an integer, which is then in the last bits of the mantissa.
    const ROUND: f32 = 1.5 * (1 << 23) as f32;
    let x = x.max(-87.0); // 2ⁿ stays a normal number
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

    /// The tolerances are a few units in the last place of 1: roundings of `f32` arithmetic.
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
    fn the_derivative_agrees_with_differences() {
        let phi = |x: f64| 0.5 + 0.5 * libm::erf(x / 2.0_f64.sqrt());
        let gelu = |x: f64| x * phi(x);
        for x in points() {
            // The error of central differences is h²/6 times the third derivative, about 1e-10.
            let (x, h) = (f64::from(x), 1e-5);
            let difference = (gelu(x + h) - gelu(x - h)) / (2.0 * h);
            assert!((f64::from(Gelu::derivative(x as f32)) - difference).abs() < 1e-6, "at {x}");
        }
    }
}
