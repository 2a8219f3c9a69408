//! The time of a rollout.
//!
//! The rollout that is scored is the warm-up. It is also the only one if it takes long. Otherwise surrogates are timed
//! in turns: each round has one rollout of every surrogate whose median is not known well enough, so that a machine
//! that slows down delays all of them alike.

use super::program::changed;
use crate::BenchError;
use crate::processor;
use data::{Timing, Trajectory};
use operators::{Surrogate, Task};
use reports::stats::quantile;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Largest number of timed repetitions.
const MOST_REPEATS: usize = 15;
/// Smallest number of timed repetitions: with fewer, a median does not discard an outlier.
const LEAST_REPEATS: usize = 3;
/// Time in s that the repetitions of one surrogate may take beyond the smallest number.
const BUDGET: f64 = 5.0;
/// Time in s of a rollout that is not repeated: start-up and interruptions of some milliseconds do not change it.
pub(crate) const LONG: f64 = 2.0;
/// Relative half-width of the median's interval at which the repetitions end.
const TIGHT: f64 = 0.05;

/// Predictions and the time that they took.
pub(crate) struct Timed {
    /// One prediction per task.
    pub(crate) predictions: Vec<Trajectory>,
    /// The members of the ensembles whose means these are, one list per task; empty if they are none.
    pub(crate) members: Vec<Vec<Trajectory>>,
    /// The time of a step of a sample.
    pub(crate) timing: Timing,
    /// What a reader must know about them.
    pub(crate) notes: Vec<String>,
}

/// Rolls out all tasks once, timed.
pub(crate) fn timed_rollout(
    surrogate: &mut dyn Surrogate,
    tasks: &[Task],
) -> Result<Timed, BenchError> {
    let conditions = Conditions::now();
    let mut clock = Clock::default();
    let predictions = clock.rollout(surrogate, tasks)?;
    let (members, timing) = (surrogate.take_members(), conditions.timing(&clock, tasks));
    Ok(Timed { predictions, members, timing, notes: Vec::new() })
}

/// The wall times of rollouts.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// In s.
    pub(super) seconds: Vec<f64>,
    /// The parts of them that are the exchange of data with a program, in s; empty if it does not state what it
    /// computes.
    pub(super) exchange: Vec<f64>,
}

impl Clock {
    /// Rolls out tasks, timed.
    pub(super) fn rollout(
        &mut self,
        surrogate: &mut dyn Surrogate,
        tasks: &[Task],
    ) -> Result<Vec<Trajectory>, BenchError> {
        let start = Instant::now();
        let predictions = surrogate.rollout(tasks)?;
        let seconds = start.elapsed().as_secs_f64();
        self.seconds.push(seconds);
        // A program whose clock is ahead of ours computes all the time.
        let exchange = surrogate.computing_seconds().map(|own| (seconds - own).max(0.0));
        self.exchange.extend(exchange);
        Ok(predictions)
    }
}

/// Whether a rollout is repeated after those that took `seconds`.
pub(super) fn is_to_repeat(seconds: &[f64]) -> bool {
    let total: f64 = seconds.iter().sum();
    let is_long = seconds.first().is_some_and(|first| *first >= LONG);
    let may_repeat = seconds.len() < MOST_REPEATS && total < BUDGET && !is_tight(seconds);
    !is_long && (seconds.len() < LEAST_REPEATS || may_repeat)
}

/// Whether the median is known to 5 %: whether its 95 % interval, ± 1.57 interquartile ranges / √n, is that narrow.
///
/// Source: McGill, Tukey & Larsen (1978), The American Statistician 32, 12.
fn is_tight(seconds: &[f64]) -> bool {
    let [lower, median, upper] = quartiles(seconds);
    1.57 * (upper - lower) / (seconds.len() as f64).sqrt() <= TIGHT * median
}

/// When and how busy the machine was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    load: Option<f64>,
    started: u64,
}

impl Conditions {
    /// The present ones.
    pub(crate) fn now() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            load: processor::load().map(|load| load / processor::cores() as f64),
            started: started.map_or(0, |since| since.as_secs()),
        }
    }

    /// The time of a step of a sample, from rollouts of all tasks.
    pub(super) fn timing(self, clock: &Clock, tasks: &[Task]) -> Timing {
        let steps = tasks.iter().map(|task| task.steps).sum::<usize>() as f64;
        let Clock { seconds, exchange } = clock;
        Timing {
            quartiles: quartiles(seconds).map(|seconds| seconds / steps),
            exchange: (!exchange.is_empty()).then(|| quartiles(exchange)[1] / steps),
            repeats: seconds.len(),
            load: self.load,
            started: self.started,
        }
    }
}

/// The quartiles with linear interpolation between order statistics.
fn quartiles(seconds: &[f64]) -> [f64; 3] {
    [0.25, 0.5, 0.75].map(|level| quantile(seconds, level))
}

/// A surrogate that is timed in turns with others.
pub(crate) struct Turn {
    /// The surrogate.
    pub(crate) surrogate: Box<dyn Surrogate>,
    /// Whether each round changes the inputs beyond rounding, so that no answer can come from memory.
    pub(crate) is_external: bool,
    clock: Clock,
}

impl Turn {
    /// A surrogate without measurements.
    pub(crate) fn new(surrogate: Box<dyn Surrogate>, is_external: bool) -> Self {
        Self { surrogate, is_external, clock: Clock::default() }
    }
}

/// Times rollouts of all `tasks` by several surrogates in turns; `constant` says which channels are given and constant
/// in time. Each surrogate has been rolled out before.
pub(crate) fn time_in_turns(
    turns: &mut [Turn],
    tasks: &[Task],
    constant: &[bool],
) -> Result<Vec<Timing>, BenchError> {
    let conditions = Conditions::now();
    for round in 0.. {
        let mut is_done = true;
        for turn in turns.iter_mut().filter(|turn| is_to_repeat(&turn.clock.seconds)) {
            let changed = turn.is_external.then(|| changed(tasks, constant, round + 1));
            let inputs = changed.as_deref().unwrap_or(tasks);
            turn.clock.rollout(turn.surrogate.as_mut(), inputs)?;
            is_done = false;
        }
        if is_done {
            break;
        }
    }
    Ok(turns.iter().map(|turn| conditions.timing(&turn.clock, tasks)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_end_when_the_median_is_known_or_a_rollout_is_long() {
        assert!(is_to_repeat(&[]) && is_to_repeat(&[0.1, 0.1]));
        assert!(!is_to_repeat(&[0.1, 0.1, 0.101]));
        assert!(is_to_repeat(&[0.1, 0.1, 0.2]), "the interval is ± 1.57 · 0.05 / √3 around 0.1");
        assert!(!is_to_repeat(&[LONG]));
        assert!(!is_to_repeat(&[1.9, 1.0, 3.0]), "the budget is spent");
        assert!(!is_to_repeat(&[0.1, 0.2].repeat(8)), "16 are enough");
    }

    #[test]
    fn quartiles_are_those_of_a_step_of_a_sample() {
        let axis = || data::Axis::uniform(2, 0.0, 1.0, [data::Boundary::REST; 2]);
        let task = Task {
            history: Trajectory {
                times: vec![0.0],
                values: ndarray::Array5::zeros((1, 1, 2, 2, 1)),
            },
            parameters: vec![],
            grid: data::Grid::plane(axis(), axis()),
            interval: 1.0,
            steps: 5,
        };
        let clock = Clock { seconds: vec![4.0, 1.0, 2.0, 3.0, 5.0], exchange: vec![0.5, 0.2, 0.1] };
        let timing = Conditions::now().timing(&clock, &[task.clone(), task]);
        assert_eq!(timing.quartiles, [0.2, 0.3, 0.4]);
        assert_eq!(timing.exchange, Some(0.02));
        assert_eq!(timing.repeats, 5);
    }
}
