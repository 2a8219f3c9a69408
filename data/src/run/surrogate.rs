//! What was evaluated, and its cost.

use serde::{Deserialize, Serialize};

/// What was judged, and its cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Contestant {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// `operator`, `solver`, `baseline` or `process`.
    pub kind: String,
    /// The seed of its training; `None` for surrogates without chance.
    pub seed: Option<u64>,
    /// Trainable real numbers.
    pub weights: usize,
    /// Training time in s; 0 without training.
    pub training_seconds: f64,
    /// Threads that the training had; 0 without training.
    #[serde(default)]
    pub training_threads: usize,
    /// At most so many trainings ran at the same time, this one included; 0 without training.
    #[serde(default)]
    pub training_jobs: usize,
    /// Median wall time of one rollout step of one sample in s.
    pub seconds_per_step: f64,
    /// Repeats behind that median.
    pub repeats: usize,
    /// `cpu` or `cuda:N`.
    pub device: String,
    /// Threads of the pool.
    pub threads: usize,
}
