//! What is judged, and what it is asked.

use crate::OperatorError;
use data::{Grid, Trajectory};

/// A first stretch of a trajectory and a horizon. It holds no reference: a surrogate cannot peek.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The states that are given, `[time, channel, x, y, z]`, in SI units.
    pub history: Trajectory,
    /// The values of the dataset's parameters, in the order of [`data::Info::parameters`].
    pub parameters: Vec<f64>,
    /// The cells on which states are given and asked.
    pub grid: Grid,
    /// The time between states in s.
    pub interval: f64,
    /// How many states to predict.
    pub steps: usize,
}

/// Anything that can be rolled out and judged: a trained operator, an outside process, a coarse
/// solver, persistence.
pub trait Surrogate: Send {
    /// Its name in reports.
    fn name(&self) -> &str;

    /// Hash of its recipe, and of its weights if it has any.
    fn hash(&self) -> String;

    /// Trainable real numbers.
    fn weights(&self) -> usize {
        0
    }

    /// Predicts `task.steps` states after each task's history, in SI units.
    ///
    /// A rollout that diverges is a result: it is `NaN` from there on, never an error.
    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError>;
}

impl Task {
    /// The times of the states to predict in s.
    pub fn times(&self) -> Vec<f64> {
        let last = *self.history.times.last().expect("a task gives at least one state");
        (1..=self.steps).map(|step| last + step as f64 * self.interval).collect()
    }
}
