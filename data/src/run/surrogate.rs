//! What was evaluated, and its cost.

use super::Timing;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a surrogate is. The order is that of legends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurrogateKind {
    /// A neural operator, trained by eddymark.
    Operator,
    /// An external program.
    Process,
    /// A file of predictions.
    Predictions,
    /// A reference solver on another grid.
    Solver,
    /// A baseline without training, such as persistence.
    Baseline,
}

impl SurrogateKind {
    /// All kinds, in order.
    pub const ALL: [Self; 5] =
        [Self::Operator, Self::Process, Self::Predictions, Self::Solver, Self::Baseline];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Process => "process",
            Self::Predictions => "predictions",
            Self::Solver => "solver",
            Self::Baseline => "baseline",
        }
    }

    /// Whether its predictions come from a model that was fitted to data, here or elsewhere.
    pub fn is_learned(self) -> bool {
        matches!(self, Self::Operator | Self::Process | Self::Predictions)
    }

    /// Whether the time of its rollout is the time of computing it: predictions are read from a file, and
    /// baselines return a known state.
    pub fn is_timed(self) -> bool {
        !matches!(self, Self::Baseline | Self::Predictions)
    }
}

/// `operator`
impl fmt::Display for SurrogateKind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(self.name())
    }
}

/// A surrogate on a case, and its cost. One entry per seed of its training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SurrogateSummary {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// What it is.
    pub kind: SurrogateKind,
    /// The seed of its training; `None` without randomness.
    pub seed: Option<u64>,
    /// The number of trainable real numbers.
    pub weights: usize,
    /// Training time in s; 0 without training.
    pub training_seconds: f64,
    /// Threads of the training; 0 without training.
    #[serde(default)]
    pub training_threads: usize,
    /// The largest number of trainings at the same time, this one included; 0 without training.
    #[serde(default)]
    pub training_jobs: usize,
    /// Median wall time of one rollout step of one sample in s.
    pub seconds_per_step: f64,
    /// The number of repetitions of which that is the median.
    pub repeats: usize,
    /// Its distribution and the conditions of the measurement; `None` in runs of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    /// `cpu` or `cuda:N`.
    pub device: String,
    /// Threads of the pool.
    pub threads: usize,
    /// The channels and fields, as records name them, that it does not predict: they have no records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_predicted: Vec<String>,
    /// What a reader must know about how the values came about, in sentences without a full stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why there are no records of it, such as `training diverged at step 2`; `None` where it was evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl SurrogateSummary {
    /// Replaces the time of a step.
    pub fn set_timing(&mut self, timing: Timing) {
        self.seconds_per_step = timing.quartiles[1];
        self.repeats = timing.repeats;
        self.timing = Some(timing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_by_their_names_and_read_back() {
        for kind in SurrogateKind::ALL {
            let text = serde_json::to_string(&kind).expect("it is plain data");
            assert_eq!(text, format!("\"{kind}\""));
            let read: SurrogateKind = serde_json::from_str(&text).expect("it was just written");
            assert_eq!(read, kind);
        }
        let error = serde_json::from_str::<SurrogateKind>("\"model\"").expect_err("no such kind");
        assert!(error.to_string().contains("expected one of `operator`, `process`"), "{error}");
    }
}
