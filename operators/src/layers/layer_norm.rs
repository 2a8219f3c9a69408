//! Layer normalization.

use super::spread::{mean_of_channels, over_channels, sum_of_samples};
use crate::autograd::with_derivative;
use crate::kernels::slices::{Reading, blocks, blocks_mut, by_hand, output, values, zeros};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

/// Cells a task: with a hundred channels they stay in the second-level cache.
const BLOCK: usize = 256;

/// `y_c = γ_c (x_c − μ)/√(σ² + ε) + β_c`, with mean and variance over the channels of every cell.
///
/// Shapes: `[batch, channel, …cells]`; `weight [channel]` (γ), `bias [channel]` (β).
///
/// Source: Ba, Kiros & Hinton (2016), arXiv 1607.06450, eqs. (3) and (4).
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl LayerNorm {
    /// γ = 1 and β = 0. PyTorch's ε is 1e-5.
    pub fn new(channels: usize, epsilon: f64, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            weight: weights.get_with_hints(channels, "weight", Init::Const(1.0))?,
            bias: weights.get_with_hints(channels, "bias", Init::Const(0.0))?,
            epsilon,
        })
    }

    /// Normalizes.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            let normalize = Normalize { epsilon: self.epsilon as f32 };
            return x.contiguous()?.apply_op3(&self.weight, &self.bias, normalize);
        }
        composed(x, &self.weight, &self.bias, self.epsilon)
    }
}

/// The norm where none is written by hand. Its derivative is `(h − mean h − x̂ mean(h x̂)) / σ` with
/// `h = γ g`, and `Σ g x̂` and `Σ g` for the weights.
fn composed(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<Tensor> {
    let (gamma, beta) = (weight.detach(), bias.detach());
    let (given, ones) = (x.detach().flatten_from(2)?.contiguous()?, gamma.ones_like()?);
    let everywhere = given.narrow(1, 0, 1)?.ones_like()?;
    let y = {
        let Normal { centred, inverse } = Normal::of(&given, epsilon)?;
        let y = (centred * over_channels(&inverse, &gamma)?)?;
        (y + over_channels(&everywhere, &beta)?)?.reshape(x.shape())?
    };
    let shape = x.shape().clone();
    with_derivative(y, [x, weight, bias], move |gradient| {
        let Normal { centred, inverse } = Normal::of(&given, epsilon)?;
        let normal = (centred * over_channels(&inverse, &ones)?)?;
        let gradient = gradient.flatten_from(2)?;
        let of_gamma = sum_of_samples(&(&gradient * &normal)?.sum(2)?)?;
        let h = (&gradient * over_channels(&everywhere, &gamma)?)?;
        let slope = mean_of_channels(&(&h * &normal)?)?;
        let h = (&h - over_channels(&mean_of_channels(&h)?, &ones)?)?;
        let of_x = (h - (normal * over_channels(&slope, &ones)?)?)?;
        let of_x = (of_x * over_channels(&inverse, &ones)?)?.reshape(&shape)?;
        Ok([of_x, of_gamma, sum_of_samples(&gradient.sum(2)?)?])
    })
}

/// `x − μ` of `[batch, channel, cell]`, and one over the deviations, `[batch, 1, cell]`.
struct Normal {
    centred: Tensor,
    inverse: Tensor,
}

impl Normal {
    fn of(x: &Tensor, epsilon: f64) -> Result<Self> {
        let ones = x.narrow(0, 0, 1)?.narrow(2, 0, 1)?.ones_like()?;
        let centred = (x - over_channels(&mean_of_channels(x)?, &ones)?)?;
        let inverse = (mean_of_channels(&centred.sqr()?)? + epsilon)?.sqrt()?.recip()?;
        Ok(Self { centred, inverse })
    }
}

struct Normalize {
    epsilon: f32,
}

impl Normalize {
    /// `x̂` of some cells, and one over their deviations.
    fn normal(&self, x: ArrayView2<'_, f32>) -> (Array2<f32>, Array1<f32>) {
        let mut normal = x.to_owned();
        let channels = normal.nrows() as f32;
        normal -= &(normal.sum_axis(Axis(0)) / channels);
        let variance = product_sum(&normal, &normal) / channels;
        let inverse = variance.mapv_into(|variance| (variance + self.epsilon).sqrt().recip());
        normal *= &inverse;
        (normal, inverse)
    }

    fn forward(
        &self,
        x: ArrayView2<'_, f32>,
        weight: &[f32],
        bias: &[f32],
        mut y: ArrayViewMut2<'_, f32>,
    ) {
        let (normal, _) = self.normal(x);
        for (((mut y, normal), &gamma), &beta) in
            y.rows_mut().into_iter().zip(normal.rows()).zip(weight).zip(bias)
        {
            Zip::from(&mut y).and(&normal).for_each(|y, &normal| *y = gamma * normal + beta);
        }
    }

    /// Writes the gradient of some cells, `(h − mean h − x̂ mean(h x̂)) / σ` with `h = γ g`; returns
    /// their part of the weights', `Σ g x̂` and `Σ g`.
    fn backward(
        &self,
        x: ArrayView2<'_, f32>,
        weight: &[f32],
        g: ArrayView2<'_, f32>,
        mut of_x: ArrayViewMut2<'_, f32>,
    ) -> [Array1<f32>; 2] {
        let (normal, inverse) = self.normal(x);
        let of_weight = [(&g * &normal).sum_axis(Axis(1)), g.sum_axis(Axis(1))];
        let mut h = g.to_owned();
        h.rows_mut().into_iter().zip(weight).for_each(|(mut h, &gamma)| h *= gamma);
        let channels = h.nrows() as f32;
        let (mean, slope) = (h.sum_axis(Axis(0)) / channels, product_sum(&h, &normal) / channels);
        for ((mut of_x, h), normal) in of_x.rows_mut().into_iter().zip(h.rows()).zip(normal.rows())
        {
            Zip::from(&mut of_x).and(&normal).and(&slope).for_each(|y, x, slope| *y = -slope * x);
            Zip::from(&mut of_x)
                .and(&h)
                .and(&mean)
                .and(&inverse)
                .for_each(|y, h, mean, inverse| *y = inverse * (h - mean + *y));
        }
        of_weight
    }
}

/// `Σ_c a_c b_c` in every cell.
fn product_sum(a: &Array2<f32>, b: &Array2<f32>) -> Array1<f32> {
    let mut sum = Array1::zeros(a.ncols());
    for (a, b) in a.rows().into_iter().zip(b.rows()) {
        Zip::from(&mut sum).and(&a).and(&b).for_each(|sum, a, b| *sum += a * b);
    }
    sum
}

/// Channels, and cells of a sample.
fn sizes(dims: &[usize]) -> [usize; 2] {
    [dims[1], dims[2..].iter().product()]
}

impl CustomOp3 for Normalize {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        bias: &CpuStorage,
        layout_bias: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (weight, bias) = (values(weight, layout_weight)?, values(bias, layout_bias)?);
        let (x, sizes) = (values(x, layout)?, sizes(layout.dims()));
        let mut y = zeros(x.len());
        let blocks = blocks(x, sizes, BLOCK).into_par_iter();
        blocks
            .zip(blocks_mut(&mut y, sizes, BLOCK))
            .for_each(|(x, y)| self.forward(x, weight, bias, y));
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let (reading, g, gamma) = (Reading::of(x), Reading::of(&gradient), Reading::of(weight));
        let sizes = sizes(x.dims());
        let mut of_x = zeros(x.elem_count());
        let [x_blocks, g_blocks] =
            [reading.values()?, g.values()?].map(|values| blocks(values, sizes, BLOCK));
        let gamma = gamma.values()?;
        let parts: Vec<_> = (x_blocks.into_par_iter().zip(g_blocks))
            .zip(blocks_mut(&mut of_x, sizes, BLOCK))
            .map(|((x, g), of_x)| self.backward(x, gamma, g, of_x))
            .collect();
        let sum = |which: usize| {
            let zeros = Array1::<f32>::zeros(sizes[0]);
            let sum = parts.iter().fold(zeros, |sum, part| sum + &part[which]);
            Tensor::from_vec(sum.to_vec(), sizes[0], x.device()).map(Some)
        };
        Ok((Some(Tensor::from_vec(of_x, x.shape(), x.device())?), sum(0)?, sum(1)?))
    }
}
