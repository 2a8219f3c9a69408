//! Functions of the place, and sums of them: what a `DeepONet` is made of.

use super::{Activation, Perceptron, coordinates, pointwise};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// Learned functions `t_k` of the place: a perceptron of the cells' coordinates in (−1, 1).
pub struct Functions {
    coordinates: Tensor,
    perceptron: Perceptron,
}

impl Functions {
    /// A perceptron with these channels behind the coordinates.
    pub fn new(
        cells: &[usize],
        widths: &[usize],
        activation: Activation,
        weights: &VarBuilder,
    ) -> Result<Self> {
        Ok(Self {
            coordinates: centred(cells, weights)?,
            perceptron: Perceptron::new(&[&[cells.len()], widths].concat(), activation, weights)?,
        })
    }

    /// The values of the functions, `[1, function, …cells]`.
    pub fn values(&self) -> Result<Tensor> {
        self.perceptron.forward(&self.coordinates)
    }
}

/// The cells' centres in (−1, 1), `[1, axis, …cells]`.
pub fn centred(cells: &[usize], weights: &VarBuilder) -> Result<Tensor> {
    coordinates(cells, weights.device(), weights.dtype())?.affine(2.0, -1.0)
}

/// `y_c(x) = Σ_k b_ck t_k(x) + β_c`, every sample with coefficients of its own.
///
/// Shapes: `coefficients [batch, c, k]` or `[batch, c·k, 1]`, `functions [1, k, …cells]`,
/// `bias [c]` or
/// `[batch, c]` → `[batch, c, …cells]`.
///
/// One matrix product: the coefficients of all samples are the rows of one weight.
pub fn sum_of_functions(
    coefficients: &Tensor,
    functions: &Tensor,
    bias: &Tensor,
) -> Result<Tensor> {
    let (batch, outputs) = (coefficients.dim(0)?, bias.dims()[bias.rank() - 1]);
    let rows = coefficients.reshape((batch * outputs, ()))?.contiguous()?;
    let bias = bias.broadcast_as((batch, outputs))?.flatten_all()?.contiguous()?;
    let y = pointwise(functions, &rows, Some(&bias))?;
    y.reshape([&[batch, outputs], &functions.dims()[2..]].concat())
}
