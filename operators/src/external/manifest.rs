//! `operator.toml`: how an outside program is started.

use super::{ExternalError, Failure};
use crate::OperatorError;
use data::{Hasher, Invalid, parse_toml};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// How an outside program is started, and its time limits.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Manifest {
    /// Its name in reports. Default: the name of the folder.
    pub(super) name: Option<String>,
    /// The program and its arguments. The working directory is the folder.
    pub(super) command: Vec<String>,
    /// Time from the start to the answer to `hello` in s, > 0. Default 120, for libraries that load slowly.
    #[serde(default = "start_timeout")]
    pub(super) start_timeout: f64,
    /// Time for the rollout of one job in s, > 0. Default 600.
    #[serde(default = "timeout")]
    pub(super) timeout: f64,
}

fn start_timeout() -> f64 {
    120.0
}

fn timeout() -> f64 {
    600.0
}

impl Manifest {
    /// Reads and checks the folder's `operator.toml`.
    pub(super) fn read(folder: &Path) -> Result<Self, OperatorError> {
        let manifest: Self = parse_toml(&folder.join("operator.toml"))?;
        manifest.check().map_err(|invalid| {
            let (folder, program) = (folder.into(), manifest.command.join(" "));
            let failure = Failure::Manifest(invalid);
            Box::new(ExternalError { folder, program, failure, stderr: vec![] })
        })?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), Invalid> {
        let expected = "a number of seconds between 0 and 1e9"; // 30 years; `Duration` ends later
        for (key, seconds) in [("start-timeout", self.start_timeout), ("timeout", self.timeout)] {
            Invalid::unless(seconds > 0.0 && seconds <= 1e9, key, seconds, expected)?;
        }
        Invalid::unless(!self.command.is_empty(), "command", "[]", "a program and its arguments")
    }

    /// The program to start: relative to the folder if it has a separator, else searched in `PATH`.
    pub(super) fn program(&self, folder: &Path) -> PathBuf {
        let program = Path::new(&self.command[0]);
        if program.components().count() > 1 { folder.join(program) } else { program.into() }
    }
}

/// The hash of all files in the folder except hidden ones and `__pycache__`.
pub(super) fn hash(folder: &Path) -> Result<String, OperatorError> {
    let mut files = Vec::new();
    collect(folder, &mut files).map_err(data::DataError::from)?;
    files.sort();
    let mut hasher = Hasher::default();
    for file in files {
        let name = file.strip_prefix(folder).expect("it was found there");
        let bytes = fs_err::read(&file).map_err(data::DataError::from)?;
        hasher.text(&name.to_string_lossy()).bytes(&bytes);
    }
    Ok(hasher.hex())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name == "__pycache__" {
            continue;
        }
        if entry.path().is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
