//! The first layer of a perceptron that takes parameters of the sample and the position of the cell.

use super::{Pointwise, centred_coordinates, linear_combination};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// `v(x) = A s + b + B x`, with the parameters `s` of the sample and the position `x` in (−1, 1).
///
/// Shapes: `[batch, parameter, 1]` → `[batch, out, …cells]`; `sample.weight [out, parameter]` (A),
/// `sample.bias [out]` (b), `place.weight [out, axis]` (B).
///
/// It equals one linear map of parameters and position together, but computes `A s` once per sample,
/// not once per cell.
pub struct SampleAndPosition {
    coordinates: Tensor,
    of_sample: Pointwise,
    of_position: Tensor,
}

impl SampleAndPosition {
    /// B is uniform in ±1/√(parameters + axes), as PyTorch draws the weights of the one linear map.
    pub fn new(
        parameters: usize,
        cells: &[usize],
        out: usize,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let axes = cells.len();
        let bound = 1.0 / ((parameters + axes) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        Ok(Self {
            coordinates: centred_coordinates(cells, weights)?,
            of_sample: Pointwise::new(parameters, out, &weights.pp("sample"))?,
            // The name in checkpoints, on which the random numbers of the initial value depend, too.
            of_position: weights.pp("place").get_with_hints((out, axes), "weight", uniform)?,
        })
    }

    /// Applies the map.
    pub fn forward(&self, sample: &Tensor) -> Result<Tensor> {
        let of_sample = self.of_sample.forward(sample)?.squeeze(2)?;
        let (out, axes) = self.of_position.dims2()?;
        let of_position = self.of_position.broadcast_as((sample.dim(0)?, out, axes))?;
        linear_combination(&of_position, &self.coordinates, &of_sample)
    }
}
