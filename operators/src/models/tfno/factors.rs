//! Factorized spectral weights.

use super::Factorization;
use crate::models::fno::neuraloperator::{SpectralWeight, standard_deviation};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// A factorized weight of shape `[…modes, re|im, channel, out]`.
pub(super) fn factorized(
    factorization: Factorization,
    rank: f64,
    shape: &[usize],
    weights: &VarBuilder,
) -> Result<Box<dyn SpectralWeight>> {
    let parts = shape.len() - 3;
    let sizes: Vec<usize> =
        shape.iter().enumerate().filter(|(axis, _)| *axis != parts).map(|(_, n)| *n).collect();
    let ranks = match factorization {
        Factorization::Tucker => tucker_ranks(rank, &sizes),
        Factorization::Cp => vec![cp_rank(rank, &sizes); sizes.len()],
    };
    let terms = match factorization {
        Factorization::Tucker => ranks.iter().product::<usize>() as f64,
        Factorization::Cp => ranks[0] as f64,
    };
    let order = sizes.len() as f64;
    let stdev = (standard_deviation(shape) / terms.sqrt()).powf(1.0 / (order + 1.0));
    let normal = Init::Randn { mean: 0.0, stdev };
    let factor = |axis: usize| {
        let shape = (2, sizes[axis], ranks[axis]);
        Complex::new(&weights.get_with_hints(shape, &format!("factor-{axis}"), normal)?)
    };
    let of_axes = (0..sizes.len()).map(factor).collect::<Result<_>>()?;
    let core_ranks = match factorization {
        Factorization::Tucker => &ranks[..],
        Factorization::Cp => &ranks[..1],
    };
    let core = weights.get_with_hints([&[2], core_ranks].concat(), "core", normal)?;
    let factors = Factors { core: Complex::new(&core)?, of_axes, shape: shape.to_vec() };
    Ok(match factorization {
        Factorization::Tucker => Box::new(Tucker(factors)),
        Factorization::Cp => Box::new(Cp(factors)),
    })
}

/// Ranks in proportion to the sizes s, with which core and factors have the fraction f of the numbers of the
/// full tensor: c from `cⁿ Π s + c Σ s² = f Π s`, then `round(c s)`, at least 1.
///
/// Source: `validate_tucker_rank` of tensorly 0.10.
fn tucker_ranks(fraction: f64, sizes: &[usize]) -> Vec<usize> {
    let full = sizes.iter().product::<usize>() as f64;
    let squares = sizes.iter().map(|size| size * size).sum::<usize>() as f64;
    let excess = |c: f64| full * c.powf(sizes.len() as f64) + squares * c - fraction * full;
    let (mut low, mut high) = (0.0, fraction.max(1.0));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { high = middle } else { low = middle }
    }
    sizes.iter().map(|size| ((low * *size as f64).round_ties_even() as usize).max(1)).collect()
}

/// Source: `validate_cp_rank` of tensorly 0.10.
fn cp_rank(fraction: f64, sizes: &[usize]) -> usize {
    let [full, sum] = [sizes.iter().product::<usize>(), sizes.iter().sum()].map(|n| n as f64);
    ((fraction * full / sum).round_ties_even() as usize).max(1)
}

/// A complex tensor as its real and imaginary parts.
struct Complex {
    re: Tensor,
    im: Tensor,
}

impl Complex {
    /// From `[re|im, …]`.
    fn new(parts: &Tensor) -> Result<Self> {
        Ok(Self { re: parts.get(0)?, im: parts.get(1)? })
    }

    fn map(&self, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        Ok(Self { re: f(&self.re)?, im: f(&self.im)? })
    }

    /// A product that is linear in both operands.
    fn times(&self, other: &Self, f: impl Fn(&Tensor, &Tensor) -> Result<Tensor>) -> Result<Self> {
        Ok(Self {
            re: (f(&self.re, &other.re)? - f(&self.im, &other.im)?)?,
            im: (f(&self.re, &other.im)? + f(&self.im, &other.re)?)?,
        })
    }

    /// As `[…modes, re|im, channel, out]`.
    fn weight(&self, shape: &[usize]) -> Result<Tensor> {
        let [channels, out] = [shape[shape.len() - 2], shape[shape.len() - 1]];
        let part = |part: &Tensor| part.reshape(((), 1, channels, out));
        Tensor::cat(&[part(&self.re)?, part(&self.im)?], 1)?.reshape(shape)
    }
}

struct Factors {
    core: Complex,
    of_axes: Vec<Complex>,
    shape: Vec<usize>,
}

struct Tucker(Factors);

impl SpectralWeight for Tucker {
    /// Each factor contracts the first axis and appends its own axis at the end. After all factors the axes are
    /// in order again.
    fn weight(&self) -> Result<Tensor> {
        let Factors { core, of_axes, shape } = &self.0;
        let mut tensor = core.map(Tensor::flatten_all)?;
        for factor in of_axes {
            let rank = factor.re.dim(1)?;
            let rows = tensor.map(|part| part.reshape((rank, ()))?.t()?.contiguous())?;
            tensor = rows.times(factor, |rows, factor| rows.matmul(&factor.t()?))?;
        }
        tensor.weight(shape)
    }
}

struct Cp(Factors);

impl SpectralWeight for Cp {
    /// `[index, r]` grows by one axis per factor; the last factor sums over r.
    fn weight(&self) -> Result<Tensor> {
        let Factors { core, of_axes, shape } = &self.0;
        let (last, others) = of_axes.split_last().expect("a weight has axes");
        let mut tensor = core.map(|part| part.unsqueeze(0))?;
        for factor in others {
            tensor = tensor.times(factor, |tensor, factor| {
                let product = tensor.unsqueeze(1)?.broadcast_mul(&factor.unsqueeze(0)?)?;
                product.flatten(0, 1)
            })?;
        }
        tensor.times(last, |tensor, last| tensor.matmul(&last.t()?))?.weight(shape)
    }
}
