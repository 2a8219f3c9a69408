//! The states of an imported sample.

use data::import::Import;
use data::{DataError, State, States};
use std::sync::Arc;

/// States that are read from the files of another program.
pub(crate) struct ImportedStates {
    pub(super) data: Arc<dyn Import>,
    pub(super) sample: usize,
    pub(super) first: usize,
    pub(super) every: usize,
    pub(super) channels: Vec<usize>,
    pub(super) times: Vec<f64>,
    pub(super) shape: [usize; 5],
}

impl States for ImportedStates {
    fn times(&self) -> &[f64] {
        &self.times
    }

    fn shape(&self) -> [usize; 5] {
        self.shape
    }

    fn state(&self, step: usize) -> Result<State, DataError> {
        let state = self.data.state(self.sample, self.first + step * self.every)?;
        Ok(state.select(ndarray::Axis(0), &self.channels))
    }
}
