//! A factor for every channel.

use crate::autograd::{apply, is_fused};
use crate::kernels::channel_scale::ChannelScale;
use candle_core::{Result, Tensor};

/// `y_c = w_c x_c`.
///
/// Shapes: `[batch, channel, …cells]` and `weight [channel]` → `[batch, channel, …cells]`.
pub fn channel_scale(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    if is_fused(x) {
        return apply(ChannelScale, [x, weight]);
    }
    let ones = vec![1; x.rank() - 2];
    x.broadcast_mul(&weight.reshape([&[1, weight.elem_count()], &ones[..]].concat())?)
}
