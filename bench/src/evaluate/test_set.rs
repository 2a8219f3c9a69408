//! The test samples of a case as tasks.

use crate::climate::Climate;
use crate::{BenchError, Case, Suite};
use data::{Dataset, Interval, Sample, Source, Split};
use operators::Task;
use std::sync::Arc;

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
    /// Number of further states that are predicted without a reference.
    pub free: usize,
    /// Number of predicted states that precede the statistics of the flow.
    pub skipped: usize,
    /// The statistics of the flow, if it has any and the suite has metrics of them.
    pub climate: Option<Arc<Climate>>,
}

impl TestSet {
    /// Reads the test split, and verifies the content hash of every sample.
    pub fn new(suite: &Suite, case: &Case, dataset: &Dataset) -> Result<Self, BenchError> {
        Self::of_split(suite, case, dataset, Split::Test)
    }

    /// The same of another split.
    pub(crate) fn of_split(
        suite: &Suite,
        case: &Case,
        dataset: &Dataset,
        split: Split,
    ) -> Result<Self, BenchError> {
        let samples = dataset
            .indices(split)
            .into_iter()
            // Every score refers to these values, so they must be those that the hash declares.
            .map(|index| dataset.verified_sample(index))
            .collect::<Result<Vec<_>, _>>()?;
        let (first, steps) = (suite.start + 1, suite.steps_of(case));
        let tasks = samples.iter().map(|sample| task(sample, first, steps)).collect();
        let skipped = suite.skipped(case);
        let needs_climate = suite.metrics()?.iter().any(|metric| metric.needs_climate());
        let climate = match samples.first().filter(|_| needs_climate) {
            Some(sample) => climate(case, dataset, sample, first + skipped..first + steps)?,
            None => None,
        };
        let climate = climate.map(Arc::new);
        Ok(Self { samples, tasks, first, steps, free: suite.free, skipped, climate })
    }

    /// As many tasks as there are test samples, with the same shapes, of samples that are not tested: of the training
    /// split, repeated if it has fewer, or else of the validation split. Empty if both are.
    pub(crate) fn other_tasks(&self, dataset: &Dataset) -> Result<Vec<Task>, BenchError> {
        let indices = [Split::Train, Split::Valid].map(|split| dataset.indices(split));
        let indices = indices.into_iter().find(|indices| !indices.is_empty()).unwrap_or_default();
        let few: Vec<Task> = indices
            .iter()
            .take(self.tasks.len())
            .map(|&index| Ok(task(&dataset.sample(index)?, self.first, self.steps)))
            .collect::<Result<_, BenchError>>()?;
        Ok(few.iter().cycle().take(self.tasks.len()).cloned().collect())
    }
}

/// What a surrogate is given of a sample: its first states.
fn task(sample: &Sample, first: usize, steps: usize) -> Task {
    Task {
        history: sample.trajectory.slice(0..first),
        parameters: sample.parameters.clone(),
        grid: sample.grid.clone(),
        interval: sample.interval(),
        steps,
    }
}

/// The climate of a case in the time of the statistics.
fn climate(
    case: &Case,
    dataset: &Dataset,
    sample: &Sample,
    states: std::ops::Range<usize>,
) -> Result<Option<Climate>, BenchError> {
    if case.problem(0).is_err() {
        return Ok(None); // data of another program, for which the case names no problem
    }
    let info = dataset.info();
    let problem = case.problem_of(&info.parameters, &sample.parameters)?;
    let time_scale = match info.interval {
        Interval::Seconds(_) => problem.time_scale(),
        Interval::Turnovers { .. } => 1.0,
    };
    Ok(Climate::of(dataset, &sample.grid, problem.homogeneous(), time_scale, states)?)
}
