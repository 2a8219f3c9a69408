//! The description that identifies a training.

use super::{Recipe, TrainJob};
use crate::interface::constants;
use crate::{ARCHITECTURES, Interface, OperatorError, Scaling, Target};
use data::{Invalid, Part, Source, Split, channels};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// All that determines a training: two trainings with equal descriptions take the same steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Description {
    pub(crate) architecture: String,
    /// The architecture's table, defaults included.
    pub(crate) table: toml::Table,
    pub(crate) recipe: Recipe,
    pub(crate) seed: u64,
    pub(crate) interface: Interface,
    pub(crate) scaling: Scaling,
    /// States per trajectory, from which times are scaled.
    pub(crate) frames: usize,
    /// Optimizer steps of the whole training.
    pub(crate) steps: usize,
}

impl Description {
    /// The description of a job.
    pub(super) fn new(job: &TrainJob) -> Result<Self, OperatorError> {
        job.recipe.check()?;
        let entry = ARCHITECTURES.find(job.architecture)?;
        let mut table = (entry.defaults)();
        table.extend(job.table.clone());
        let architecture = ARCHITECTURES.build(job.architecture, table.clone())?;
        if job.recipe.target == Target::Increment && !architecture.is_autoregressive() {
            let expected =
                format!("`state`: the latest state is not an input of `{}`", job.architecture);
            return Err(Invalid::new("target", "increment", expected).into());
        }
        let indices = job.source.indices(Split::Train);
        let parameters = indices.iter().map(|&index| job.source.parameters(index));
        let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
        let windows = |needed| windows(job, indices.len(), needed);
        let steps = if architecture.fit().is_some() {
            // It is fitted to pairs of a history and the state after it.
            windows(job.recipe.history + 1).map(|_| 1)?
        } else {
            job.recipe.total_steps(windows(job.recipe.window())?)
        };
        Ok(Self {
            architecture: job.architecture.into(),
            table,
            recipe: job.recipe.clone(),
            seed: job.seed,
            interface: interface(job.source, &indices, job.recipe.history)?,
            scaling: Scaling::new(job.normalization, &parameters),
            frames: job.source.info().frames,
            steps,
        })
    }

    /// Refuses the checkpoint of another training; the error names the first difference.
    pub(crate) fn check(&self, found: &Self, path: &Path) -> Result<(), OperatorError> {
        let differs = [
            ("architecture", debug(&found.architecture), debug(&self.architecture)),
            ("interface", debug(&found.interface), debug(&self.interface)),
            ("table", debug(&found.table), debug(&self.table)),
            ("recipe", debug(&found.recipe), debug(&self.recipe)),
            ("seed", debug(&found.seed), debug(&self.seed)),
            ("scaling", debug(&found.scaling), debug(&self.scaling)),
            ("frames", debug(&found.frames), debug(&self.frames)),
            ("steps", debug(&found.steps), debug(&self.steps)),
        ];
        match differs.into_iter().find(|(_, found, wanted)| found != wanted) {
            None => Ok(()),
            Some((what, found, wanted)) => Err(OperatorError::Checkpoint {
                path: path.into(),
                found: format!("a training with {what} {found}"),
                expected: format!("one with {what} {wanted}"),
                remedy: "train into another folder, or remove the file",
            }),
        }
    }
}

fn debug(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}")
}

/// The number of windows of `needed` states in the training samples.
fn windows(job: &TrainJob, samples: usize, needed: usize) -> Result<usize, OperatorError> {
    let frames = job.source.info().frames;
    match samples * (frames + 1).saturating_sub(needed) {
        0 => Err(OperatorError::NoWindows { samples, frames, needed }),
        windows => Ok(windows),
    }
}

fn interface(
    source: &dyn Source,
    indices: &[usize],
    history: usize,
) -> Result<Interface, OperatorError> {
    let info = source.info();
    let first = indices.first().map(|&index| source.sample(index)).transpose()?;
    let periodic =
        |axis: usize| first.as_ref().is_some_and(|sample| sample.grid.axes[axis].is_periodic());
    Ok(Interface {
        history,
        channels: channels(&info.fields).len(),
        parameters: info.parameters.len(),
        cells: info.cells,
        periodic: [0, 1, 2].map(periodic),
        constants: constants(&info.fields),
    })
}
