//! Samples of a case, and their sources.

use crate::{DataError, Field, Grid, Interval, Parameter, Split, States, Trajectory};
use ndarray::{Array2, Array5};
use serde::{Deserialize, Serialize};

/// The properties that all samples of a dataset share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// The dataset's name, such as `cavity-quick`.
    pub name: String,
    /// The problem's name, such as `cavity`.
    pub problem: String,
    /// The saved fields, in channel order.
    pub fields: Vec<Field>,
    /// The parameters of every sample, in order, both varying and constant ones.
    pub parameters: Vec<Parameter>,
    /// Scalar quantities of the whole flow at every saved time, in order, such as drag and lift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Parameter>,
    /// The output cells along x, y, z.
    pub cells: [usize; 3],
    /// The time between saved states.
    pub interval: Interval,
    /// The number of saved states per sample.
    pub frames: usize,
}

/// One sample of a case: its parameters and the trajectory that the reference solver computed.
///
/// The states are in memory unless `S` is another kind of [`States`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sample<S = Trajectory> {
    /// Its index in the dataset.
    pub index: usize,
    /// Its split.
    pub split: Split,
    /// The output grid. Its lengths may differ from sample to sample; its numbers of cells do not.
    pub grid: Grid,
    /// The values of [`Info::parameters`].
    pub parameters: Vec<f64>,
    /// `[time, channel, x, y, z]` with its times.
    pub trajectory: S,
    /// The values of [`Info::monitors`], `[time, monitor]`.
    pub monitors: Array2<f64>,
    /// The estimated discretization error of the reference, root mean square over the cells,
    /// `[time, channel]` in the channels' units.
    pub error_estimate: Option<Array2<f64>>,
    /// The estimated errors of the mean and of the standard deviation in time, `[2, channel]`, root mean square over
    /// the cells. Both are over the states from the predictability horizon of the channel's field on; without a horizon
    /// they are 0.
    pub statistics_estimate: Option<Array2<f64>>,
    /// The cells of the reference solver's grid along x, y, z.
    pub reference_cells: [usize; 3],
    /// The first state of a steady flow; all later ones are copies of it.
    pub steady_from: Option<usize>,
}

impl<S: States> Sample<S> {
    /// The time between its states in s.
    pub fn interval(&self) -> f64 {
        interval(self.trajectory.times())
    }
}

/// The time between states at these times; 0 for a single state.
pub(crate) fn interval(times: &[f64]) -> f64 {
    match times {
        [first, second, ..] => second - first,
        _ => 0.0,
    }
}

/// A source of samples: a dataset on disk, or memory.
pub trait Source: Sync {
    /// The properties that all samples share.
    fn info(&self) -> &Info;

    /// The indices of the samples of a split, in increasing order.
    fn indices(&self, split: Split) -> Vec<usize>;

    /// A sample with all its states.
    fn sample(&self, index: usize) -> Result<Sample, DataError>;

    /// The parameters of a sample.
    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError>;

    /// `length` states of one sample from index `start` on, `[time, channel, x, y, z]`, as stored.
    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError>;
}

/// Samples in memory.
pub struct MemorySource {
    /// The properties that all samples share.
    pub info: Info,
    /// The samples in the order of their indices.
    pub samples: Vec<Sample>,
}

impl Source for MemorySource {
    fn info(&self) -> &Info {
        &self.info
    }

    fn indices(&self, split: Split) -> Vec<usize> {
        self.samples.iter().filter(|s| s.split == split).map(|s| s.index).collect()
    }

    fn sample(&self, index: usize) -> Result<Sample, DataError> {
        Ok(self.samples[index].clone())
    }

    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError> {
        Ok(self.samples[index].parameters.clone())
    }

    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError> {
        let values = &self.samples[index].trajectory.values;
        Ok(values.slice_axis(ndarray::Axis(0), (start..start + length).into()).mapv(|x| x as f32))
    }
}
