//! Losses while training.

use serde::{Deserialize, Serialize};

/// The losses of one training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainingCurve {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The seed of its training.
    pub seed: u64,
    /// In order of increasing steps.
    pub points: Vec<TrainingPoint>,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainingPoint {
    /// The number of optimizer steps so far.
    pub step: usize,
    /// Seconds since the start of training.
    pub seconds: f64,
    /// Mean training loss since the previous point.
    pub train_loss: f64,
    /// Loss on the validation split, if it was evaluated at this step.
    pub valid_loss: Option<f64>,
    /// The learning rate.
    pub rate: f64,
    /// Threads of the training.
    #[serde(default)]
    pub threads: usize,
    /// The largest number of trainings at the same time, this one included.
    #[serde(default)]
    pub jobs: usize,
}
