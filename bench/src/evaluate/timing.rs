//! How long a rollout takes.

use crate::BenchError;
use data::Trajectory;
use operators::{Surrogate, Task};
use std::time::Instant;

/// Repeats at most, so that fast surrogates do not spend more time on their median than it is worth.
const MOST_REPEATS: usize = 7;
/// Repeats at least, so that a median is one.
const LEAST_REPEATS: usize = 3;
/// Seconds after which no further repeat is begun beyond the least.
const BUDGET: f64 = 5.0;

/// Rolled-out tasks and what that cost.
pub(crate) struct Timed {
    /// One prediction a task.
    pub(crate) predictions: Vec<Trajectory>,
    /// Median wall time of one step of one sample, all tasks in one batch, in s.
    pub(crate) seconds_per_step: f64,
    /// Timed repeats.
    pub(crate) repeats: usize,
}

/// Rolls all tasks out: once to warm up (the predictions are that one's), then for the clock.
pub(crate) fn timed_rollout(
    surrogate: &mut dyn Surrogate,
    tasks: &[Task],
) -> Result<Timed, BenchError> {
    let predictions = surrogate.rollout(tasks)?;
    let clock = Instant::now();
    let mut seconds = Vec::new();
    while seconds.len() < LEAST_REPEATS
        || (seconds.len() < MOST_REPEATS && clock.elapsed().as_secs_f64() < BUDGET)
    {
        let start = Instant::now();
        surrogate.rollout(tasks)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let steps: usize = tasks.iter().map(|task| task.steps).sum();
    Ok(Timed {
        predictions,
        seconds_per_step: median(&seconds) / steps as f64,
        repeats: seconds.len(),
    })
}

/// The middle of sorted values; the mean of the two middle ones of an even number.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2])
}
