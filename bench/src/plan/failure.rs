//! Steps that fail while the rest of their plan goes on.

use crate::BenchError;
use operators::OperatorError;
use std::fmt;

/// A training or an evaluation that failed. The others of its plan go on, and the report has its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Name of the case.
    pub case: String,
    /// Name of the surrogate.
    pub surrogate: String,
    /// Seed of its training; `None` without training.
    pub seed: Option<u64>,
    /// What happened, such as `training diverged at step 2`.
    pub reason: String,
}

/// `hot (seed 1) on cavity/quick: training diverged at step 2`
impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, surrogate, seed, reason } = self;
        write!(to, "{surrogate}{} on {case}: {reason}", super::resolved::suffix(*seed))
    }
}

/// Whether a plan cannot go on after an error: the user stopped it, an earlier step was never executed, or another
/// process executes it.
pub(super) fn ends_plan(error: &BenchError) -> bool {
    matches!(error, BenchError::Stopped | BenchError::Earlier { .. } | BenchError::Elsewhere { .. })
}

/// What happened, in one line.
pub(super) fn reason(error: &BenchError) -> String {
    match error {
        BenchError::Operator(OperatorError::Diverged { step, .. }) => {
            format!("training diverged at step {step}")
        }
        error => error.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
