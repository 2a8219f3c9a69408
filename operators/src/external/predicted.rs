//! Predicted states in a `.npy` file.

use data::{Links, Npy, NpyError};
use ndarray::Array5;
use std::path::Path;

/// The number of axes: `[sample, time, channel, x, y, z]`.
const AXES: usize = 6;

/// A file with an array `[sample, time, channel, x, y, z]`. Its values are not in memory.
#[derive(Debug)]
pub(super) struct PredictedStates(Npy);

impl PredictedStates {
    /// Opens a file whose array has six axes.
    pub(super) fn open(path: &Path, links: Links) -> Result<Self, NpyError> {
        let array = Npy::open(path, links)?;
        if array.shape().len() != AXES {
            return Err(NpyError::Axes(array.shape().into()));
        }
        Ok(Self(array))
    }

    /// The shape `[sample, time, channel, x, y, z]`.
    pub(super) fn shape(&self) -> [usize; AXES] {
        self.0.shape().try_into().expect("it was checked to have six axes")
    }

    /// One sample, `[time, channel, x, y, z]`.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub(super) fn sample(&mut self, index: usize) -> Result<Array5<f64>, NpyError> {
        let sample = self.0.record(index)?;
        Ok(sample.into_dimensionality().expect("five axes remain"))
    }
}
