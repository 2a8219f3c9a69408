//! Dataset → trained operator.

use crate::{BenchError, Progress, Stop};
use data::{Dataset, FewSamples, Normalization, Source};
use operators::{Device, Recipe, TrainJob, TrainProgress, Trained};
use std::ops::ControlFlow;
use std::path::Path;

/// One training: what is trained, on what, how, and with which seed.
pub struct Training<'a> {
    /// Name of the surrogate.
    pub name: &'a str,
    /// Name of the architecture.
    pub architecture: &'a str,
    /// Parameters of the architecture.
    pub table: &'a toml::Table,
    /// How it is trained.
    pub recipe: &'a Recipe,
    /// Complete dataset.
    pub dataset: &'a Dataset,
    /// The number of training samples that it is given, drawn with the seed; all if absent.
    pub samples: Option<usize>,
    /// Seed of the weights, of the order of windows and of the noise.
    pub seed: u64,
    /// Folder of the checkpoints and of the training curve.
    pub folder: &'a Path,
    /// Device on which it is trained.
    pub device: &'a Device,
    /// Number of trainings that run at the same time, this one included; the training curve records it.
    pub jobs: usize,
}

/// Trains, resumes an interrupted training, or loads a complete one.
pub fn train(
    training: &Training<'_>,
    progress: &Progress,
    stop: &Stop,
) -> Result<Trained, BenchError> {
    let few = training.samples.map(|count| FewSamples::new(training.dataset, count, training.seed));
    let (source, normalization): (&dyn Source, _) = match &few {
        Some(few) => (few, Normalization::of(few)?),
        None => (training.dataset, training.dataset.normalization()?),
    };
    let job = TrainJob {
        architecture: training.architecture,
        table: training.table.clone(),
        recipe: training.recipe,
        source,
        normalization: &normalization,
        seed: training.seed,
        folder: training.folder,
        device: training.device,
        jobs: training.jobs,
    };
    let bar = progress.bar(&format!("train {} ({})", training.name, training.seed), "steps", 0);
    let mut is_first = true;
    let mut show = |now: &TrainProgress| {
        if std::mem::take(&mut is_first) {
            bar.set_length(now.steps as u64);
            bar.set_position(now.step.saturating_sub(1) as u64);
            bar.reset_eta();
        }
        bar.set_position(now.step as u64);
        let valid = now.valid_loss.map_or(String::new(), |loss| format!("  valid {loss:.2e}"));
        bar.set_message(format!(
            "loss {:.2e}{valid}  {:.0} samples/s, {:.0} % of the time waiting for data",
            now.loss,
            now.samples_per_second,
            100.0 * now.waiting
        ));
        if stop.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let trained = operators::train(&job, &mut show)?;
    bar.finish_and_clear();
    stop.check()?;
    Ok(trained)
}
