//! What a fused CPU kernel is: a function of `f32` slices, and its derivative.

use candle_core::{Result, Shape};

/// A fused CPU kernel of N tensors, which are contiguous and in `f32`.
///
/// See [`apply`](super::apply), which makes a differentiable operation of it.
pub(crate) trait Kernel<const N: usize>: Send + Sync + 'static {
    /// As error messages call it.
    const NAME: &'static str;

    /// The output.
    fn forward(&self, inputs: [Operand; N]) -> Result<Output>;

    /// The gradients of the inputs, from the gradient g of the output y, which is as large as y.
    fn backward(&self, inputs: [Operand; N], y: Operand, g: &[f32]) -> Result<[Gradient; N]>;
}

/// A tensor as a kernel reads it.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    /// In order, the last axis fastest.
    pub(crate) values: &'a [f32],
    pub(crate) shape: &'a Shape,
    /// Whether a gradient is propagated to it; always false for an output.
    pub(crate) is_differentiated: bool,
}

impl<'a> Operand<'a> {
    pub(crate) fn dims(&self) -> &'a [usize] {
        self.shape.dims()
    }

    /// `[batch, channels, cells]` of `[batch, channel, …cells]`.
    pub(crate) fn sizes(&self) -> [usize; 3] {
        let dims = self.dims();
        [dims[0], dims[1], dims[2..].iter().product()]
    }
}

/// What a kernel computes.
pub(crate) struct Output {
    pub(crate) values: Vec<f32>,
    pub(crate) shape: Shape,
}

impl Output {
    /// Values in order, of a tensor of this shape.
    pub(crate) fn new(values: Vec<f32>, shape: impl Into<Shape>) -> Self {
        Self { values, shape: shape.into() }
    }
}

/// The gradient of an input.
pub(crate) enum Gradient {
    /// It has none, or nobody needs it.
    None,
    /// As many values as the input has.
    Values(Vec<f32>),
    /// The gradient of the output.
    OfOutput,
    /// The same as that of an input before this one.
    OfInput(usize),
}

impl Gradient {
    /// Computed if the input is differentiated.
    pub(crate) fn of(input: Operand, compute: impl FnOnce() -> Vec<f32>) -> Self {
        if input.is_differentiated { Self::Values(compute()) } else { Self::None }
    }
}

impl From<Vec<f32>> for Gradient {
    /// No values are no gradient.
    fn from(values: Vec<f32>) -> Self {
        if values.is_empty() { Self::None } else { Self::Values(values) }
    }
}
