//! The trunk network of a `DeepONet`, and linear combinations of its functions.

use super::{ActivationKind, Perceptron, coordinates, pointwise};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// A trunk network: learned functions `t_k` of the position, the outputs of a perceptron of the
/// coordinates of cell centres, which lie in (−1, 1).
///
/// Source: Lu et al. (2021), Nature Mach. Intell. 3, 218.
pub struct TrunkNetwork {
    coordinates: Tensor,
    perceptron: Perceptron,
}

impl TrunkNetwork {
    /// A perceptron from the coordinates to layers of these widths; the last one is the number of
    /// functions.
    pub fn new(
        cells: &[usize],
        widths: &[usize],
        activation: ActivationKind,
        weights: &VarBuilder,
    ) -> Result<Self> {
        Ok(Self {
            coordinates: centred_coordinates(cells, weights)?,
            perceptron: Perceptron::new(&[&[cells.len()], widths].concat(), activation, weights)?,
        })
    }

    /// The functions at the cell centres, `[1, function, …cells]`.
    pub fn values(&self) -> Result<Tensor> {
        self.perceptron.forward(&self.coordinates)
    }
}

/// The coordinates of cell centres, scaled to (−1, 1) along every axis, `[1, axis, …cells]`.
pub fn centred_coordinates(cells: &[usize], weights: &VarBuilder) -> Result<Tensor> {
    coordinates(cells, weights.device(), weights.dtype())?.affine(2.0, -1.0)
}

/// `y_c(x) = Σ_k b_ck t_k(x) + β_c`, where every sample has its own coefficients b.
///
/// Shapes: `coefficients [batch, c, k]` or `[batch, c·k, 1]`, `functions [1, k, …cells]`,
/// `bias [c]` or `[batch, c]` → `[batch, c, …cells]`.
///
/// It is computed as one matrix product: the coefficients of all samples are the rows of one matrix.
pub fn linear_combination(
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
