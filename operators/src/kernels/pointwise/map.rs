//! Weight and bias of a map, and the sizes of its input.

use crate::autograd::Operand;
use ndarray::ArrayView2;

/// `[out, channel]`, and `[out]` or nothing.
#[derive(Clone, Copy)]
pub(crate) struct WeightAndBias<'a> {
    pub(crate) weight: ArrayView2<'a, f32>,
    pub(crate) bias: &'a [f32],
}

/// The sizes of a batch of `[channel, cell]` matrices.
pub(super) struct Sizes {
    pub(super) batch: usize,
    pub(super) channels: usize,
    pub(super) cells: usize,
}

impl Sizes {
    pub(super) fn of(x: Operand) -> Self {
        let [batch, channels, cells] = x.sizes();
        Self { batch, channels, cells }
    }
}
