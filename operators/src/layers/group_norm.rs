//! Group normalization.

use super::slices::{by_hand, output, sum, sum_of, sum_over_cells, values};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use rayon::prelude::*;

/// Keeps the quotient finite; PyTorch's value.
const EPSILON: f64 = 1e-5;

/// `y = γ (x − μ)/√(σ² + ε) + β`, with mean and variance over the cells and channels of each group
/// of each sample.
///
/// Shapes: `[batch, channel, …cells]`; `weight [channel]` (γ), `bias [channel]` (β).
///
/// Source: Wu & He (2018), arXiv 1803.08494, eqs. (1)–(3), (6).
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
}

impl GroupNorm {
    /// γ = 1 and β = 0. Panics unless the groups divide the channels.
    pub fn new(channels: usize, groups: usize, weights: &VarBuilder) -> Result<Self> {
        assert_eq!(channels % groups, 0, "groups have equally many channels");
        Ok(Self {
            weight: weights.get_with_hints(channels, "weight", Init::Const(1.0))?,
            bias: weights.get_with_hints(channels, "bias", Init::Const(0.0))?,
            groups,
        })
    }

    /// Normalizes.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            let normalize = Normalize { groups: self.groups };
            return x.contiguous()?.apply_op3(&self.weight, &self.bias, normalize);
        }
        let grouped = x.reshape((x.dim(0)?, self.groups, ()))?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(2)?)?;
        let deviation = (centred.sqr()?.mean_keepdim(2)? + EPSILON)?.sqrt()?;
        let normal = centred.broadcast_div(&deviation)?.reshape(x.shape())?;
        let ones = vec![1; x.rank() - 2];
        let shape = [&[1, self.weight.elem_count()], &ones[..]].concat();
        let (weight, bias) = (self.weight.reshape(&shape[..])?, self.bias.reshape(&shape[..])?);
        normal.broadcast_mul(&weight)?.broadcast_add(&bias)
    }
}

/// The mean of a group, and one over its deviation.
pub(super) struct Scale {
    mean: f32,
    pub(super) inverse: f32,
}

impl Scale {
    pub(super) fn of(x: &[f32]) -> Self {
        let count = x.len() as f32;
        let mean = sum(x) / count;
        let variance = sum_of(x.len(), |i| (x[i] - mean) * (x[i] - mean)) / count;
        Self { mean, inverse: 1.0 / (variance + EPSILON as f32).sqrt() }
    }

    pub(super) fn normal(&self, x: f32) -> f32 {
        (x - self.mean) * self.inverse
    }
}

/// Channels a group and cells a channel.
fn sizes(layout: &Layout, groups: usize) -> (usize, usize) {
    let dims = layout.dims();
    (dims[1] / groups, dims[2..].iter().product())
}

struct Normalize {
    groups: usize,
}

impl CustomOp3 for Normalize {
    fn name(&self) -> &'static str {
        "group-norm"
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
        let (x, (channels, cells)) = (values(x, layout)?, sizes(layout, self.groups));
        let mut y = vec![0.0; x.len()];
        let size = channels * cells;
        y.par_chunks_mut(size).zip(x.par_chunks(size)).enumerate().for_each(|(group, (y, x))| {
            let (scale, first) = (Scale::of(x), group % self.groups * channels);
            let planes = y.chunks_mut(cells).zip(x.chunks(cells)).enumerate();
            for (channel, (y, x)) in planes {
                let (gamma, beta) = (weight[first + channel], bias[first + channel]);
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = gamma * scale.normal(x) + beta);
            }
        });
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
        let (gradient, groups) = (gradient.contiguous()?, self.groups);
        Ok((
            Some(x.apply_op3_no_bwd(weight, &gradient, &InputGradient { groups })?),
            Some(x.apply_op2_no_bwd(&gradient, &WeightGradient { groups })?),
            Some(sum_over_cells(&gradient)?),
        ))
    }
}

/// `(h − mean h − x̂ mean(h x̂)) / σ` with `h = γ g`.
struct InputGradient {
    groups: usize,
}

impl CustomOp3 for InputGradient {
    fn name(&self) -> &'static str {
        "group-norm-input-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let weight = values(weight, layout_weight)?;
        let (x, g, (channels, cells)) =
            (values(x, layout)?, values(g, layout_g)?, sizes(layout, self.groups));
        let mut y = vec![0.0; x.len()];
        let size = channels * cells;
        let groups = y.par_chunks_mut(size).zip(x.par_chunks(size)).zip(g.par_chunks(size));
        groups.enumerate().for_each(|(group, ((y, x), g))| {
            let (scale, first) = (Scale::of(x), group % self.groups * channels);
            let [mut mean, mut slope] = [0.0; 2];
            for (channel, (x, g)) in x.chunks(cells).zip(g.chunks(cells)).enumerate() {
                let gamma = weight[first + channel] / size as f32;
                mean += gamma * sum(g);
                slope += gamma * sum_of(cells, |i| g[i] * scale.normal(x[i]));
            }
            let planes = y.chunks_mut(cells).zip(x.chunks(cells)).zip(g.chunks(cells));
            for (channel, ((y, x), g)) in planes.enumerate() {
                let gamma = weight[first + channel];
                for ((y, &x), g) in y.iter_mut().zip(x).zip(g) {
                    *y = scale.inverse * (gamma * g - mean - slope * scale.normal(x));
                }
            }
        });
        Ok(output(y, layout.shape()))
    }
}

/// `Σ g x̂` over samples and cells, the samples added in order.
struct WeightGradient {
    groups: usize,
}

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "group-norm-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        g: &CpuStorage,
        layout_g: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, g, (channels, cells)) =
            (values(x, layout)?, values(g, layout_g)?, sizes(layout, self.groups));
        let size = channels * cells;
        let of_group = |(x, g): (&[f32], &[f32])| -> Vec<f32> {
            let scale = Scale::of(x);
            let planes = x.chunks(cells).zip(g.chunks(cells));
            planes.map(|(x, g)| sum_of(cells, |i| g[i] * scale.normal(x[i]))).collect()
        };
        let rows: Vec<Vec<f32>> =
            x.par_chunks(size).zip(g.par_chunks(size)).map(of_group).collect();
        let mut sums = vec![0.0; channels * self.groups];
        for sample in rows.concat().chunks(sums.len()) {
            sums.iter_mut().zip(sample).for_each(|(sum, row)| *sum += row);
        }
        let count = sums.len();
        Ok(output(sums, count))
    }
}
