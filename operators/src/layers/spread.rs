//! Sums and their opposites as matrix products.
//!
//! candle's GPU kernels take several times as long for an operand that is broadcast, and for a sum
//! over an axis that is not the last, as for the same number of values in a row. A product with a
//! row of ones is as fast as memory is.

use candle_core::{Result, Tensor};

/// A value for every channel in all of so many cells: `[batch, channel, 1]` → `[batch, channel, cell]`.
pub(super) fn over_cells(x: &Tensor, cells: usize) -> Result<Tensor> {
    x.matmul(&row(1.0, cells, x)?.broadcast_left(x.dim(0)?)?)
}

/// A value for every cell, times a factor for every channel: `[batch, 1, cell]` and `[channel]` →
/// `[batch, channel, cell]`.
pub(super) fn over_channels(x: &Tensor, factors: &Tensor) -> Result<Tensor> {
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

/// `[1, count]`, of the kind of `like`.
fn row(value: f64, count: usize, like: &Tensor) -> Result<Tensor> {
    Tensor::ones((1, count), like.dtype(), like.device())? * value
}
