//! The definition of a training, and its progress.

use super::Recipe;
use candle_core::Device;
use data::{Normalization, Source};
use std::path::Path;

/// What to train, how, on which data, and where the checkpoints are written.
pub struct TrainJob<'a> {
    /// The architecture's name in [`ARCHITECTURES`](crate::ARCHITECTURES).
    pub architecture: &'a str,
    /// The architecture's TOML table.
    pub table: toml::Table,
    /// How it is trained.
    pub recipe: &'a Recipe,
    /// The data: weights are fitted to the split `train`, and the checkpoint is chosen on `valid`.
    pub source: &'a dyn Source,
    /// The statistics of the training split.
    pub normalization: &'a Normalization,
    /// Seed of the initial weights, of the order of windows and of the noise.
    pub seed: u64,
    /// The folder of `best.safetensors`, `last.safetensors` and `curve.jsonl`.
    pub folder: &'a Path,
    /// Where tensors are stored and computed.
    pub device: &'a Device,
    /// The number of trainings that may run at the same time on other threads, this one included. The
    /// training curve records it, because its times depend on it.
    pub jobs: usize,
}

/// The progress of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainProgress {
    /// Optimizer steps taken so far.
    pub step: usize,
    /// Optimizer steps of the whole training.
    pub steps: usize,
    /// The training loss of this step.
    pub loss: f64,
    /// The loss on the split `valid`, if it was measured after this step.
    pub valid_loss: Option<f64>,
    /// The learning rate of this step.
    pub rate: f64,
    /// Training windows per second since this call began.
    pub samples_per_second: f64,
    /// Seconds of training so far, those of earlier calls included.
    pub seconds: f64,
    /// The fraction of the time since this call began in which the training waited for data.
    pub waiting: f64,
}
