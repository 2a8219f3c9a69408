//! Dataset → trained operator.

use crate::suite::TrainingKey;
use crate::{BenchError, Case, Place, Progress, Stop, operators_source};
use data::{Dataset, hash_hex};
use operators::{Recipe, TrainJob, TrainProgress, Trained};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// One training: what is trained, on what, how, with which seed.
pub struct Training<'a> {
    /// The suite's name.
    pub suite: &'a str,
    /// The case.
    pub case: &'a Case,
    /// Its dataset.
    pub dataset: &'a Dataset,
    /// The contender's name.
    pub name: &'a str,
    /// The architecture's name.
    pub architecture: &'a str,
    /// Its table.
    pub table: &'a toml::Table,
    /// How it is trained.
    pub recipe: &'a Recipe,
    /// The seed.
    pub seed: u64,
    /// Where it is trained: `cpu` or `cuda:N`.
    pub device: &'a str,
}

impl Training<'_> {
    /// Where its checkpoints lie: another dataset, table, recipe or seed is another folder.
    pub fn folder(&self, place: &Place) -> Result<PathBuf, BenchError> {
        let dataset_hash = self.dataset.content_hash()?;
        let key = TrainingKey {
            source: operators_source(),
            device: self.device,
            dataset_hash: &dataset_hash,
            architecture: self.architecture,
            table: self.table,
            recipe: self.recipe,
            seed: self.seed,
        };
        let key = hash_hex(&serde_json::to_vec(&key).expect("a training's key is plain data"));
        Ok(place.model(self.suite, self.case, self.name, self.seed, &key))
    }
}

/// Trains, or goes on where an earlier training stopped, or loads one that is done.
///
/// `jobs` trainings run at the same time; the curve says so.
pub fn train(
    training: &Training<'_>,
    place: &Place,
    device: &operators::Device,
    jobs: usize,
    progress: &Progress,
    stop: &Stop,
) -> Result<Trained, BenchError> {
    let folder = training.folder(place)?;
    let normalization = training.dataset.normalization()?;
    let job = TrainJob {
        architecture: training.architecture,
        table: training.table.clone(),
        recipe: training.recipe,
        source: training.dataset,
        normalization: &normalization,
        seed: training.seed,
        folder: &folder,
        device,
        jobs,
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
