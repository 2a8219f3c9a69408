//! The description that identifies a training.

use super::check::{check_target, interface, steps};
use super::{Recipe, TrainJob};
use crate::{ARCHITECTURES, Interface, OperatorError, Scaling};
use data::{Part, Split};
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
        check_target(job.architecture, &*architecture, job.recipe)?;
        let indices = job.source.indices(Split::Train);
        let parameters = indices.iter().map(|&index| job.source.parameters(index));
        let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
        let info = job.source.info();
        let steps = steps(&*architecture, job.recipe, info.frames, indices.len())?;
        let first = indices.first().map(|&index| job.source.sample(index)).transpose()?;
        let grid = first.as_ref().map(|sample| &sample.grid);
        Ok(Self {
            architecture: job.architecture.into(),
            table,
            recipe: job.recipe.clone(),
            seed: job.seed,
            interface: interface(info, grid, job.recipe.history),
            scaling: Scaling::new(job.normalization, &info.fields, &parameters),
            frames: info.frames,
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
