//! The interface of fused CPU kernels: a function of `f32` slices and its derivative.

use candle_core::{Result, Shape};

/// A fused CPU kernel of N tensors, which are contiguous and in `f32`.
///
/// [`apply`](super::apply) turns it into a differentiable operation.
pub(crate) trait Kernel<const N: usize>: Send + Sync + 'static {
    /// The name in error messages.
    const NAME: &'static str;

    /// The output.
    fn forward(&self, inputs: [Operand; N]) -> Result<Output>;

    /// The gradients of the inputs, from the gradient g of the output y, which has the size of y.
    fn backward(&self, inputs: [Operand; N], y: Operand, g: &[f32]) -> Result<[Gradient; N]>;
}

/// A tensor as the input of a kernel.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    /// In row-major order.
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

/// The result of a kernel.
pub(crate) struct Output {
    pub(crate) values: Vec<f32>,
    pub(crate) shape: Shape,
}

impl Output {
    /// Values in row-major order, and their shape.
    pub(crate) fn new(values: Vec<f32>, shape: impl Into<Shape>) -> Self {
        Self { values, shape: shape.into() }
    }
}

/// The gradient of an input.
pub(crate) enum Gradient {
    /// Zero, or not needed.
    None,
    /// A value for each value of the input.
    Values(Vec<f32>),
    /// Equal to the gradient of the output.
    OfOutput,
    /// Equal to the gradient of an earlier input.
    OfInput(usize),
}

impl Gradient {
    /// Computed if the input is differentiated.
    pub(crate) fn of(input: Operand, compute: impl FnOnce() -> Vec<f32>) -> Self {
        if input.is_differentiated { Self::Values(compute()) } else { Self::None }
    }
}

impl From<Vec<f32>> for Gradient {
    /// An empty vector stands for no gradient.
    fn from(values: Vec<f32>) -> Self {
        if values.is_empty() { Self::None } else { Self::Values(values) }
    }
}
