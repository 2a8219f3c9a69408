//! How this program starts outside programs.

use crate::Paths;
use operators::Launcher;
use std::path::PathBuf;

/// Passes those variables of the environment that every program gets or that its manifest names, and confines nothing.
pub(crate) fn launcher() -> Launcher {
    Launcher { environment: std::env::vars_os().collect(), ..Launcher::default() }
}

/// The files that no outside program may read: all test samples, and all results.
pub(crate) fn hidden(paths: &Paths) -> Vec<PathBuf> {
    let datasets = std::fs::read_dir(&paths.data).into_iter().flatten().flatten();
    let tests = datasets.map(|dataset| dataset.path().join("data").join("test"));
    tests.chain([paths.out.clone()]).collect()
}
