//! Where things lie on disk.

use crate::{Case, solver};
use data::Hasher;
use std::path::PathBuf;

/// The folders under which datasets and runs lie.
#[derive(Debug, Clone)]
pub struct Place {
    /// Datasets, a folder each.
    pub data: PathBuf,
    /// Runs, a folder each.
    pub out: PathBuf,
}

impl Place {
    /// A case's dataset: the hash in its name keeps a changed case, or changed solvers, from
    /// touching an old dataset.
    pub fn dataset(&self, case: &Case) -> PathBuf {
        let hash = Hasher::default().text(&case.hash()).text(&solver()).hex();
        self.data.join(format!("{}-{}", case.name.replace('/', "-"), &hash[..8]))
    }

    /// A suite's run.
    pub fn run(&self, suite: &str) -> PathBuf {
        self.out.join(suite)
    }

    /// A training's checkpoints.
    pub fn model(&self, suite: &str, case: &Case, name: &str, seed: u64, key: &str) -> PathBuf {
        let folder = format!("{name}-{seed}-{}", &key[..8]);
        self.run(suite).join("models").join(case.name.replace('/', "-")).join(folder)
    }

    /// A judgement of one contender on one case.
    pub fn judgement(&self, suite: &str, case: &Case, name: &str, key: &str) -> PathBuf {
        let file = format!("{name}-{}.jsonl", &key[..8]);
        self.run(suite).join("judgements").join(case.name.replace('/', "-")).join(file)
    }
}
