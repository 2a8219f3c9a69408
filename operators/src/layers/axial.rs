//! Attention along the axes: one kernel per axis, applied to values.

mod fallback; // parallel kernels, composed of candle's operations

pub use crate::kernels::axial::Order;

use super::pointwise;
use crate::autograd::{apply, is_fused};
use crate::kernels::axial::MixingKernel;
use candle_core::{D, Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// ε, which keeps the quotient finite; PyTorch's value.
const EPSILON: f64 = 1e-5;

/// The values over which the result is normalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normal {
    /// The cells of every channel.
    Channels,
    /// The channels and cells of every plane of constant x.
    Planes,
}

/// Kernels along the axes, a norm, and a linear map of the channels:
///
/// ```text
/// chained:   z = K_z K_y K_x v            parallel:   z = (K_x v, K_y v, K_z v)
/// (K_x v)(i, y, z) = Σ_j K_x(i, j) v(j, y, z)
/// s = W (z − μ)/√(σ² + ε)
/// ```
///
/// Shapes: kernels `[batch, head, cells, cells]`, `v [batch, head·channel, …cells]` →
/// `[batch, out, …cells]`; the channels of z are ordered by head, then axis, then channel.
///
/// Source: Li, Shu & Barati Farimani (2023), arXiv 2305.17560, eq. (8), for chained kernels.
pub struct AxialMixing {
    order: Order,
    normal: Normal,
    /// `[out, channel of z]`.
    weight: Tensor,
}

impl AxialMixing {
    /// `channels` counts the values of all heads together. Weights are uniform in ±1/√(channels of z).
    pub fn new(
        order: Order,
        normal: Normal,
        [channels, out]: [usize; 2],
        axes: usize,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let copies = if order == Order::Parallel { axes } else { 1 };
        let inputs = copies * channels;
        let bound = 1.0 / (inputs as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        Ok(Self {
            order,
            normal,
            weight: weights.get_with_hints((out, inputs), "weight", uniform)?,
        })
    }

    /// Applies kernels, norm and map.
    pub fn forward(&self, v: &Tensor, kernels: &[Tensor]) -> Result<Tensor> {
        if is_fused(v) && self.normal == Normal::Channels {
            let flat = kernels.iter().map(|kernel| kernel.flatten_from(2));
            let kernels = Tensor::cat(&flat.collect::<Result<Vec<_>>>()?, 2)?;
            return apply(MixingKernel { order: self.order }, [v, &kernels, &self.weight]);
        }
        if self.order == Order::Parallel && self.normal == Normal::Channels {
            return fallback::mix(v, kernels, &self.weight);
        }
        let z = match self.order {
            Order::Chained => chained(v, kernels)?,
            Order::Parallel => parallel(v, kernels)?,
        };
        pointwise(&normalize(&z, self.normal)?, &self.weight, None)
    }
}

fn chained(v: &Tensor, kernels: &[Tensor]) -> Result<Tensor> {
    let along = |z: Tensor, (axis, kernel)| along_axis(kernel, &z, axis);
    kernels.iter().enumerate().try_fold(v.clone(), along)
}

fn parallel(v: &Tensor, kernels: &[Tensor]) -> Result<Tensor> {
    let heads = kernels[0].dim(1)?;
    let along = |(axis, kernel)| {
        let z = along_axis(kernel, v, axis)?;
        z.reshape((v.dim(0)?, heads, v.dim(1)? / heads, ()))
    };
    let all = kernels.iter().enumerate().map(along).collect::<Result<Vec<_>>>()?;
    let channels = kernels.len() * v.dim(1)?;
    Tensor::cat(&all, 2)?.reshape([&[v.dim(0)?, channels], &v.dims()[2..]].concat())
}

/// `Σ_j K(i, j) v(…, j, …)` of every head.
fn along_axis(kernel: &Tensor, v: &Tensor, axis: usize) -> Result<Tensor> {
    let (batch, heads, n, _) = kernel.dims4()?;
    let after: usize = v.dims()[2 + axis + 1..].iter().product();
    let z = if after == 1 {
        let rows = v.reshape((batch, heads, (), n))?;
        rows.matmul(&kernel.transpose(2, 3)?)?
    } else {
        let blocks = v.reshape((batch, heads, (), n, after))?;
        let before = blocks.dim(2)?;
        let columns = blocks.transpose(2, 3)?.reshape((batch, heads, n, ()))?;
        kernel.matmul(&columns)?.reshape((batch, heads, n, before, after))?.transpose(2, 3)?
    };
    z.reshape(v.shape())
}

fn normalize(z: &Tensor, normal: Normal) -> Result<Tensor> {
    match normal {
        Normal::Channels => normalize_last(&z.flatten_from(2)?)?.reshape(z.shape()),
        Normal::Planes => {
            let planes = z.transpose(1, 2)?.contiguous()?;
            let normal = normalize_last(&planes.flatten_from(2)?)?.reshape(planes.shape())?;
            normal.transpose(1, 2)?.contiguous()
        }
    }
}

fn normalize_last(z: &Tensor) -> Result<Tensor> {
    let centred = z.broadcast_sub(&z.mean_keepdim(D::Minus1)?)?;
    let deviation = (centred.sqr()?.mean_keepdim(D::Minus1)? + EPSILON)?.sqrt()?;
    centred.broadcast_div(&deviation)
}
