//! Sums and broadcasts as matrix products, for the fallback.
//!
//! candle's GPU kernels are several times slower for broadcast operands, and for sums over an axis
//! that is not the last, than for contiguous values. A matrix product with a row of ones runs at the
//! memory bandwidth.

use candle_core::{Result, Tensor};

/// The value of every channel in N cells: `[batch, channel, 1]` → `[batch, channel, N]`.
pub(super) fn broadcast_over_cells(x: &Tensor, cells: usize) -> Result<Tensor> {
    x.matmul(&row(1.0, cells, x)?.broadcast_left(x.dim(0)?)?)
}

/// The value of every cell times a factor for every channel: `[batch, 1, cell]` and `[channel]` →
/// `[batch, channel, cell]`.
pub(super) fn broadcast_over_channels(x: &Tensor, factors: &Tensor) -> Result<Tensor> {
    factors.reshape(((), 1))?.broadcast_left(x.dim(0)?)?.matmul(x)
}

/// The mean over the channels: `[batch, channel, cell]` → `[batch, 1, cell]`.
pub(super) fn mean_of_channels(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, _) = x.dims3()?;
    row(1.0 / channels as f64, channels, x)?.broadcast_left(batch)?.matmul(x)
}

/// The sum over the samples: `[batch, …]` → `[…]`.
pub(super) fn sum_of_samples(x: &Tensor) -> Result<Tensor> {
    let samples = x.dim(0)?;
    row(1.0, samples, x)?.matmul(&x.reshape((samples, ()))?)?.reshape(&x.dims()[1..])
}

/// A value N times, `[1, N]`, with the type and the device of `like`.
fn row(value: f64, count: usize, like: &Tensor) -> Result<Tensor> {
    Tensor::ones((1, count), like.dtype(), like.device())? * value
}
