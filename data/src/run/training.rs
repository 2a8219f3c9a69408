//! Losses while training.

use serde::{Deserialize, Serialize};

/// Losses while training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Curve {
    /// The case's name.
    pub case: String,
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The seed of its training.
    pub seed: u64,
    /// In order of time.
    pub points: Vec<CurvePoint>,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CurvePoint {
    /// Optimizer steps done.
    pub step: usize,
    /// Seconds since the start of training.
    pub seconds: f64,
    /// Mean training loss since the last point.
    pub train_loss: f64,
    /// Loss on the valid split, if it was measured here.
    pub valid_loss: Option<f64>,
    /// The learning rate.
    pub rate: f64,
    /// Threads that the training had.
    #[serde(default)]
    pub threads: usize,
    /// At most so many trainings ran at the same time, this one included.
    #[serde(default)]
    pub jobs: usize,
}
