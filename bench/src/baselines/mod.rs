//! Surrogates without training, with which every operator is compared.

mod frozen_turbulence;
mod mean_of_train;
mod persistence;
mod solver;

pub use frozen_turbulence::FrozenTurbulence;
pub use mean_of_train::MeanOfTrain;
pub use persistence::Persistence;
pub use solver::CoarseSolver;

use crate::{BenchError, Case};
use data::{Dataset, Registry, entry};
use operators::Surrogate;

/// A surrogate without training.
pub trait Baseline: Send + Sync {
    /// Name in reports, different for different parameters.
    fn label(&self) -> String;

    /// Refuses a case on which it cannot be evaluated, before there is a dataset.
    fn check_case(&self, _case: &Case) -> Result<(), BenchError> {
        Ok(())
    }

    /// The surrogate for one case and its dataset.
    fn surrogate(&self, case: &Case, dataset: &Dataset) -> Result<Box<dyn Surrogate>, BenchError>;
}

/// All baselines.
pub const BASELINES: Registry<dyn Baseline> = Registry {
    kind: "baseline",
    entries: &[
        entry!(dyn Baseline, Persistence),
        entry!(dyn Baseline, MeanOfTrain),
        entry!(dyn Baseline, FrozenTurbulence),
        entry!(dyn Baseline, CoarseSolver),
    ],
};
