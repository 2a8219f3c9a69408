//! One draw of a case, and where samples come from.

use crate::{DataError, Field, Grid, Interval, Parameter, Split, Trajectory};
use ndarray::{Array2, Array5};
use serde::{Deserialize, Serialize};

/// What all samples of a dataset have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// The dataset's name, such as `cavity-quick`.
    pub name: String,
    /// The problem's name, such as `cavity`.
    pub problem: String,
    /// The saved fields, in channel order.
    pub fields: Vec<Field>,
    /// The parameters of every sample, in order: varying and constant ones.
    pub parameters: Vec<Parameter>,
    /// What is known of the whole flow at every saved time, in order, such as drag and lift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Parameter>,
    /// The output cells along x, y, z.
    pub cells: [usize; 3],
    /// The time between saved states.
    pub interval: Interval,
    /// Saved states a sample.
    pub frames: usize,
}

/// One draw of a case: its parameters and the trajectory that the reference solver computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its number in the dataset.
    pub index: usize,
    /// Its role.
    pub split: Split,
    /// The output grid (its lengths may differ from sample to sample, its cells do not).
    pub grid: Grid,
    /// The values of [`Info::parameters`].
    pub parameters: Vec<f64>,
    /// `[time, channel, x, y, z]` with its times.
    pub trajectory: Trajectory,
    /// The values of [`Info::monitors`], `[time, monitor]`.
    pub monitors: Array2<f64>,
    /// The estimated discretization error of the reference, root mean square over the cells,
    /// `[time, channel]` in the channels' units.
    pub error_estimate: Option<Array2<f64>>,
    /// The estimated error of what is known beyond the horizon: of the mean and of the standard
    /// deviation in time in every cell, over the states from the horizon of the channel's field on;
    /// root mean square over the cells, `[2, channel]`, 0 where there is no horizon.
    pub statistics_estimate: Option<Array2<f64>>,
    /// The cells along x, y, z on which the reference was solved.
    pub solved_on: [usize; 3],
    /// The first state after which the flow was found steady: those after it are copies of it.
    pub steady_from: Option<usize>,
}

impl Sample {
    /// The time between its states in s.
    pub fn interval(&self) -> f64 {
        interval(&self.trajectory.times)
    }
}

/// The time between states at these times; 0 where there is one alone.
pub(crate) fn interval(times: &[f64]) -> f64 {
    match times {
        [first, second, ..] => second - first,
        _ => 0.0,
    }
}

/// Where samples come from: a dataset on disk, or memory.
pub trait Source: Sync {
    /// What all samples have in common.
    fn info(&self) -> &Info;

    /// The numbers of the samples of a role, in increasing order.
    fn indices(&self, split: Split) -> Vec<usize>;

    /// One sample, whole.
    fn sample(&self, index: usize) -> Result<Sample, DataError>;

    /// The parameters of one sample.
    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError>;

    /// `length` states of one sample from number `start`, `[time, channel, x, y, z]`, as stored.
    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError>;
}

/// Samples in memory.
pub struct MemorySource {
    /// What all samples have in common.
    pub info: Info,
    /// The samples, sample `i` at place `i`.
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
