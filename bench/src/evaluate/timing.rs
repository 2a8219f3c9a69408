//! The time of a rollout.

use crate::BenchError;
use data::Trajectory;
use operators::{Surrogate, Task};
use std::time::Instant;

/// Largest number of timed repetitions.
const MOST_REPEATS: usize = 7;
/// Smallest number of timed repetitions: with fewer, a median does not discard an outlier.
const LEAST_REPEATS: usize = 3;
/// Time in s after which no repetition beyond the smallest number begins.
const BUDGET: f64 = 5.0;

/// Predictions and the time that they took.
#[derive(Default)]
pub(crate) struct Timed {
    /// One prediction per task.
    pub(crate) predictions: Vec<Trajectory>,
    /// Median wall time of one step of one sample, all tasks in one batch, in s.
    pub(crate) seconds_per_step: f64,
    /// Number of timed repetitions.
    pub(crate) repeats: usize,
    /// What a reader must know about them.
    pub(crate) notes: Vec<String>,
}

/// Rolls out all tasks: once as a warm-up, which gives the predictions, then several times for the timing.
pub(crate) fn timed_rollout(
    surrogate: &mut dyn Surrogate,
    tasks: &[Task],
) -> Result<Timed, BenchError> {
    let predictions = surrogate.rollout(tasks)?;
    let clock = Instant::now();
    let mut seconds = Vec::new();
    while is_to_repeat(seconds.len(), clock) {
        let start = Instant::now();
        surrogate.rollout(tasks)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    let seconds_per_step = median(&seconds) / steps(tasks);
    Ok(Timed { predictions, seconds_per_step, repeats: seconds.len(), ..Timed::default() })
}

/// Whether a rollout is timed once more after `repeats` since `clock`.
pub(super) fn is_to_repeat(repeats: usize, clock: Instant) -> bool {
    repeats < LEAST_REPEATS || (repeats < MOST_REPEATS && clock.elapsed().as_secs_f64() < BUDGET)
}

/// The steps of all tasks.
pub(super) fn steps(tasks: &[Task]) -> f64 {
    tasks.iter().map(|task| task.steps).sum::<usize>() as f64
}

/// The median: the mean of the two middle values of an even number.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2])
}
