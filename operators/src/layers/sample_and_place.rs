//! A perceptron's first layer, of numbers of the sample and of the place of every cell.

use super::{Pointwise, centred, sum_of_functions};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// `v(x) = A s + b + B x`, with `s` the sample's numbers and `x` the place in (−1, 1).
///
/// Shapes: `[batch, number, 1]` → `[batch, out, …cells]`; `sample.weight [out, number]`,
/// `sample.bias [out]`, `place.weight [out, axis]`.
///
/// As one linear map of all would, but `A s` is computed once a sample and not once a cell.
pub struct SampleAndPlace {
    coordinates: Tensor,
    of_sample: Pointwise,
    of_place: Tensor,
}

impl SampleAndPlace {
    /// Places' weights uniform in ±1/√(numbers + axes), as PyTorch draws those of the one map.
    pub fn new(numbers: usize, cells: &[usize], out: usize, weights: &VarBuilder) -> Result<Self> {
        let axes = cells.len();
        let bound = 1.0 / ((numbers + axes) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        Ok(Self {
            coordinates: centred(cells, weights)?,
            of_sample: Pointwise::new(numbers, out, &weights.pp("sample"))?,
            of_place: weights.pp("place").get_with_hints((out, axes), "weight", uniform)?,
        })
    }

    /// Applies the map.
    pub fn forward(&self, sample: &Tensor) -> Result<Tensor> {
        let of_sample = self.of_sample.forward(sample)?.squeeze(2)?;
        let (out, axes) = self.of_place.dims2()?;
        let of_place = self.of_place.broadcast_as((sample.dim(0)?, out, axes))?;
        sum_of_functions(&of_place, &self.coordinates, &of_sample)
    }
}
