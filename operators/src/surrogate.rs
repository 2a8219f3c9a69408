//! Surrogates and their tasks.

use crate::{OperatorError, StatedTraining};
use data::{Grid, Stop, Trajectory};

/// The task of a rollout: given states and the number of states to predict. The reference is not part of it, so
/// that no surrogate has access to what it must predict.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The given states, `[time, channel, x, y, z]`, in SI units.
    pub history: Trajectory,
    /// The values of the parameters, in the order of [`data::Info::parameters`].
    pub parameters: Vec<f64>,
    /// The grid of all states.
    pub grid: Grid,
    /// The time between successive states in s.
    pub interval: f64,
    /// The number of states to predict.
    pub steps: usize,
}

/// Anything that predicts trajectories and can be evaluated: a trained operator, an outside program, a coarse
/// solver, persistence.
pub trait Surrogate: Send {
    /// Its name in reports.
    fn name(&self) -> &str;

    /// The hash of everything that determines its predictions, weights included.
    fn hash(&self) -> String;

    /// The number of trainable weights.
    fn weights(&self) -> usize {
        0
    }

    /// The cost of a training elsewhere, as the surrogate states it.
    fn stated_training(&self) -> Option<StatedTraining> {
        None
    }

    /// The part of the last rollout's wall time in which it has computed, in s, if it is a program that states it. The
    /// rest is the exchange of data with it.
    fn computing_seconds(&self) -> Option<f64> {
        None
    }

    /// Gives it the request to stop: rollouts that begin after this call look at it where they take long, and end with
    /// [`OperatorError::Stopped`].
    fn stop_on(&mut self, _stop: &Stop) {}

    /// The members of the ensembles whose means the last rollout returned, one list per task; empty if they are none.
    fn take_members(&mut self) -> Vec<Vec<Trajectory>> {
        Vec::new()
    }

    /// Predicts `task.steps` states after each task's history, in SI units.
    ///
    /// A rollout that diverges is not an error: its states are NaN from there on.
    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError>;
}

impl Task {
    /// The times of the states to predict in s.
    pub fn times(&self) -> Vec<f64> {
        let last = *self.history.times.last().expect("a task gives at least one state");
        (1..=self.steps).map(|step| last + step as f64 * self.interval).collect()
    }
}
