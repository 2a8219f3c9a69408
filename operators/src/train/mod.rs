//! Training: one loop for all architectures.

mod adamw;
mod batches;
mod checkpoint;
mod description;
mod loss;
mod preset;
mod recipe;
mod schedule;
mod session;
mod solve;

pub use adamw::AdamW;
pub(crate) use batches::relative_time;
pub(crate) use checkpoint::{Checkpoint, Header};
pub use loss::Loss;
pub use preset::Preset;
pub use recipe::{Recipe, Target};
pub use schedule::Schedule;

use crate::{ARCHITECTURES, OperatorError, Trained};
use batches::Windows;
use candle_core::Device;
use data::{Normalization, Source};
use description::Description;
use session::Session;
pub(crate) use session::is_out_of_patience;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

/// What to train, how, on what, and where the checkpoints go.
pub struct TrainJob<'a> {
    /// The architecture's name in [`ARCHITECTURES`](crate::ARCHITECTURES).
    pub architecture: &'a str,
    /// Its table.
    pub table: toml::Table,
    /// How it is trained.
    pub recipe: &'a Recipe,
    /// The data: `train` teaches, `valid` chooses the checkpoint.
    pub source: &'a dyn Source,
    /// The data's statistics.
    pub normalization: &'a Normalization,
    /// Draws weights, windows and noise.
    pub seed: u64,
    /// Holds `best.safetensors`, `last.safetensors` and `curve.jsonl`.
    pub folder: &'a Path,
    /// Where tensors live.
    pub device: &'a Device,
    /// At most so many trainings run at the same time on other threads, this one included: the curve
    /// says so, for its times depend on it.
    pub jobs: usize,
}

/// How far a training is.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainProgress {
    /// Optimizer steps done.
    pub step: usize,
    /// Optimizer steps in all.
    pub steps: usize,
    /// The loss of this step.
    pub loss: f64,
    /// The loss on the valid split, if it was measured after this step.
    pub valid_loss: Option<f64>,
    /// The learning rate of this step.
    pub rate: f64,
    /// Training windows a second since this call began.
    pub samples_per_second: f64,
    /// Seconds of training so far, those of earlier calls included.
    pub seconds: f64,
    /// The part of the time since this call began in which training waited for data.
    pub waiting: f64,
}

/// Trains an operator, or goes on where `job.folder` says that an earlier call stopped.
///
/// On a CPU a training that was stopped and went on ends with the same bytes in `last.safetensors`
/// as one that was not, and so does one on another number of threads. If `progress` breaks, the
/// checkpoint is written and the best operator so far is returned.
pub fn train(
    job: &TrainJob,
    progress: &mut dyn FnMut(&TrainProgress) -> ControlFlow<()>,
) -> Result<Trained, OperatorError> {
    let mut session = Session::open(job)?;
    let scaling = session.scaling().clone();
    let (windows, valid) = (Windows::training(job, &scaling), Windows::valid(job, &scaling));
    let architecture = ARCHITECTURES.build(job.architecture, job.table.clone())?;
    if let (Some(fit), true) = (architecture.fit(), !session.remaining_steps().is_empty()) {
        let pairs = Windows::pairs(job, &scaling);
        let (loss, valid_loss) = session.solve(fit, &pairs, &valid)?;
        let _ = progress(&session.progress(loss, valid_loss));
        return Trained::load(job.folder, job.device);
    }
    std::thread::scope(|scope| {
        let mut batches = windows.shuffled(scope, session.remaining_steps(), job);
        loop {
            let asked = Instant::now();
            let Some(batch) = batches.next() else { return Ok(()) };
            session.waited(asked.elapsed());
            let loss = session.learn(&batch?.to_device(job.device)?)?;
            let valid_loss = if session.is_time_to_look() { session.look(&valid)? } else { None };
            if progress(&session.progress(loss, valid_loss)).is_break() {
                return session.save();
            }
            if session.is_out_of_patience() {
                return Ok(());
            }
        }
    })?;
    Trained::load(job.folder, job.device)
}
