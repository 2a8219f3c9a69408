//! The time loop.

use super::steps::{StepLimit, Steps};
use crate::{Progress, SolverError};
use data::Stop;

/// A method that [`march`] advances step by step.
pub(crate) trait TimeStepper {
    /// What limits the next step, from the state at `time` in s.
    fn limit(&mut self, time: f64) -> StepLimit;

    /// Advances the state from `time` by `dt`, both in s, and counts the step.
    fn step(&mut self, time: f64, dt: f64);

    /// The request to stop.
    fn stop(&self) -> &Stop;

    /// Steps made since `load`.
    fn steps(&self) -> usize;

    /// Whether the state is finite. A check of one value suffices if every value depends on all others.
    fn is_finite(&self) -> bool;

    /// The largest speed in m/s before the last step, which ended at `time`, and its cell.
    fn fastest_before(&mut self, time: f64) -> (f64, [usize; 2]);

    /// The largest |∇·u| h/U after the last step; 0 for methods that are free of divergence by construction.
    fn divergence(&self) -> f64 {
        0.0
    }
}

/// An interval of more steps than this is refused: it would not end in reasonable time.
const MOST_STEPS: f64 = 1e9;

/// Advances `method` from `start` by exactly `interval`, both in s, in as many stable steps as necessary.
///
/// Errors: [`SolverError::Collapse`] if the interval would take more than [`MOST_STEPS`] steps,
/// [`SolverError::BlowUp`] after a step that leaves the state infinite or NaN, and [`SolverError::Stopped`].
pub(crate) fn march(
    method: &mut impl TimeStepper,
    start: f64,
    interval: f64,
) -> Result<Progress, SolverError> {
    let first_step = method.steps();
    let (mut steps, mut elapsed, mut divergence) = (Steps::NONE, 0.0, 0.0_f64);
    while steps.left != 1 {
        method.stop().check().map_err(SolverError::Stopped)?;
        let time = start + elapsed;
        steps.left = steps.left.saturating_sub(1);
        steps = steps.revised(interval - elapsed, method.limit(time));
        if steps.dt * MOST_STEPS < interval {
            let (step_size, step) = (steps.dt, method.steps());
            return Err(SolverError::Collapse { step_size, time, step });
        }
        method.step(time, steps.dt);
        check_finite(method, time + steps.dt)?;
        elapsed += steps.dt;
        divergence = divergence.max(method.divergence());
    }
    Ok(Progress { steps: method.steps() - first_step, divergence })
}

/// [`SolverError::BlowUp`] unless the state at `time` in s is finite.
pub(crate) fn check_finite(method: &mut impl TimeStepper, time: f64) -> Result<(), SolverError> {
    if method.is_finite() {
        return Ok(());
    }
    let (step, (speed, [i, j])) = (method.steps(), method.fastest_before(time));
    Err(SolverError::BlowUp { time, step, i, j, speed })
}
