//! Folders and files of datasets, trainings, evaluations and reports.

use crate::name::path_part;
use crate::{Case, samples_source};
use data::Hasher;
use std::path::PathBuf;

/// Stands for the hash in a path as long as the inputs that it depends on do not exist.
const UNKNOWN: &str = "????????";

/// The folders under which datasets and runs are stored.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Datasets, one folder each.
    pub data: PathBuf,
    /// Runs, one folder each.
    pub out: PathBuf,
}

impl Paths {
    /// A case's dataset. The hash in its name separates datasets of changed cases or solvers.
    pub fn dataset(&self, case: &Case) -> PathBuf {
        let hash = dataset_key(case);
        self.data.join(format!("{}-{}", path_part(&case.name), &hash[..8]))
    }

    /// A suite's run.
    pub fn run(&self, suite: &str) -> PathBuf {
        self.out.join(path_part(suite))
    }

    /// A suite's report.
    pub fn report(&self, suite: &str) -> PathBuf {
        self.run(suite).join("report")
    }

    /// A training's checkpoints. `key` is unknown as long as the dataset is not complete.
    pub fn model(
        &self,
        suite: &str,
        case: &Case,
        name: &str,
        seed: u64,
        key: Option<&str>,
    ) -> PathBuf {
        let folder = format!("{}-{seed}-{}", path_part(name), shortened(key));
        self.run(suite).join("models").join(path_part(&case.name)).join(folder)
    }

    /// An evaluation of one surrogate on one case. `key` is unknown as long as the dataset is not
    /// complete or the surrogate is not trained.
    pub fn evaluation(&self, suite: &str, case: &Case, name: &str, key: Option<&str>) -> PathBuf {
        let file = format!("{}-{}.jsonl", path_part(name), shortened(key));
        self.run(suite).join("evaluations").join(path_part(&case.name)).join(file)
    }
}

/// Hash of everything that determines a dataset's numbers: the case, and the sources of the solvers and of `generate`.
pub(super) fn dataset_key(case: &Case) -> String {
    Hasher::default().text(&case.hash()).text(&case.solver()).text(samples_source()).hex()
}

fn shortened(key: Option<&str>) -> &str {
    key.map_or(UNKNOWN, |key| &key[..8])
}
