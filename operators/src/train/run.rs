//! The training loop.

use super::batches::Windows;
use super::state::TrainingState;
use super::{TrainJob, TrainProgress, TrainingMark};
use crate::{ARCHITECTURES, OperatorError, Trained};
use std::ops::ControlFlow;
use std::time::Instant;

/// Trains an operator, or resumes the training that an earlier call left in `job.folder`.
///
/// On a CPU a training that was interrupted and resumed ends with the same bytes in `last.safetensors` as
/// one that was not, and so does one with another number of threads. It is complete when `training.json` is there,
/// which is written last. If `progress` returns `Break`, the
/// checkpoint is written and the best operator so far is returned.
pub fn train(
    job: &TrainJob,
    progress: &mut dyn FnMut(&TrainProgress) -> ControlFlow<()>,
) -> Result<Trained, OperatorError> {
    let mut state = TrainingState::open(job)?;
    let scaling = state.scaling().clone();
    let (windows, valid) = (Windows::training(job, &scaling), Windows::valid(job, &scaling));
    let architecture = ARCHITECTURES.build(job.architecture, job.table.clone())?;
    if let (Some(fit), true) = (architecture.fit(), !state.remaining_steps().is_empty()) {
        let pairs = Windows::pairs(job, &scaling);
        let (loss, valid_loss) = state.solve(fit, &pairs, &valid)?;
        let _ = progress(&state.progress(loss, valid_loss));
        return state.end(job);
    }
    std::thread::scope(|scope| {
        let mut batches = windows.shuffled(scope, state.remaining_steps(), job)?;
        loop {
            let asked = Instant::now();
            let Some(batch) = batches.next() else { return Ok(()) };
            state.waited(asked.elapsed());
            let loss = state.take_step(&batch?.to_device(job.device)?)?;
            let valid_loss =
                if state.is_validation_step() { state.validate(&valid)? } else { None };
            // Where there are no locks, another process may have done the same training meanwhile.
            if TrainingMark::exists(job.folder) {
                return Ok(());
            }
            if progress(&state.progress(loss, valid_loss)).is_break() {
                return state.save();
            }
            if state.is_out_of_patience() {
                return Ok(());
            }
        }
    })?;
    state.end(job)
}
