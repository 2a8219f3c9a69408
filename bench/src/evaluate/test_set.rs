//! The test samples of a case as tasks.

use crate::{BenchError, Case, Suite};
use data::{Dataset, Sample, Source, Split};
use operators::Task;

/// The test samples of a case, and the tasks that they pose.
pub struct TestSet {
    /// Test samples.
    pub samples: Vec<Sample>,
    /// One task per sample: what a surrogate is given.
    pub tasks: Vec<Task>,
    /// Index of the first predicted state.
    pub first: usize,
    /// Number of predicted states.
    pub steps: usize,
}

impl TestSet {
    /// Reads the test split, and verifies the content hash of every sample.
    pub fn new(suite: &Suite, case: &Case, dataset: &Dataset) -> Result<Self, BenchError> {
        let samples = dataset
            .indices(Split::Test)
            .into_iter()
            .map(|index| {
                // Every score refers to these values, so they must be those that the hash declares.
                dataset.verify_sample(index)?;
                dataset.sample(index)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (first, steps) = (suite.start + 1, suite.steps_of(case));
        let task = |sample: &Sample| Task {
            history: sample.trajectory.slice(0..first),
            parameters: sample.parameters.clone(),
            grid: sample.grid.clone(),
            interval: sample.interval(),
            steps,
        };
        let tasks = samples.iter().map(task).collect();
        Ok(Self { samples, tasks, first, steps })
    }
}
