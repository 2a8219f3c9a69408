//! A program in any language as a surrogate.

use super::manifest::{Manifest, hash};
use super::process::Process;
use super::protocol::{self, Hello};
use super::{ExternalError, Failure, job};
use crate::{OperatorError, Surrogate, Task};
use data::{Info, Trajectory};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// An operator in any language: a folder with `operator.toml` and a program.
///
/// The program is started once, and receives requests for rollouts. Each job is a folder of files with the given states,
/// the parameters and the grids. No file contains the states to predict. See `PROTOCOL.md`.
pub struct ExternalOperator {
    folder: PathBuf,
    manifest: Manifest,
    name: String,
    hash: String,
    info: Option<Info>,
    running: Option<Running>,
    weights: usize,
    jobs: TempDir,
    asked: usize,
}

/// A program that has answered `hello`, and the largest number of samples per job.
struct Running {
    process: Process,
    batch: usize,
}

impl ExternalOperator {
    /// Reads `operator.toml`, starts the program and requests `hello`.
    pub fn open(folder: &Path) -> Result<Self, OperatorError> {
        let manifest = Manifest::read(folder)?;
        let absolute = std::path::absolute(folder).map_err(data::DataError::from)?;
        let of_folder = || absolute.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = manifest.name.clone().or_else(of_folder).unwrap_or_else(|| "external".into());
        let mut operator = Self {
            hash: hash(&absolute)?,
            folder: absolute,
            manifest,
            name,
            info: None,
            running: None,
            weights: 0,
            jobs: tempfile::tempdir().map_err(data::DataError::from)?,
            asked: 0,
        };
        operator.start()?;
        Ok(operator)
    }

    /// The hash of an operator's folder; its program is not started.
    pub fn hash_of(folder: &Path) -> Result<String, OperatorError> {
        hash(folder)
    }

    /// Passes the names of channels and parameters to the program: `info` in `task.json`.
    #[must_use]
    pub fn with_info(mut self, info: Info) -> Self {
        self.info = Some(info);
        self
    }

    /// Starts the program unless it is running: after a failure, the next rollout starts it again.
    ///
    /// Returns the largest number of samples per job.
    fn start(&mut self) -> Result<usize, OperatorError> {
        if let Some(running) = &self.running {
            return Ok(running.batch);
        }
        let Manifest { command, start_timeout, .. } = &self.manifest;
        let mut process =
            Process::start(&self.manifest.program(&self.folder), &command[1..], &self.folder)
                .map_err(|failure| self.failed(failure, vec![]))?;
        match protocol::hello(&mut process, *start_timeout) {
            Ok(Hello { weights, batch, .. }) => {
                let batch = batch.unwrap_or(usize::MAX).max(1);
                self.weights = weights;
                self.running = Some(Running { process, batch });
                Ok(batch)
            }
            Err(failure) => Err(self.failed(failure, process.last_lines())),
        }
    }

    /// Requests the rollouts of one job.
    fn ask(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        self.asked += 1;
        let job = self.jobs.path().join(format!("{:06}", self.asked));
        fs_err::create_dir(&job).map_err(data::DataError::from)?;
        job::write(&job, tasks, self.info.as_ref())?;
        let mut running = self.running.take().expect("the program was started before");
        let rolled_out = protocol::rollout(&mut running.process, &job, self.manifest.timeout)
            .and_then(|()| job::read_prediction(&job, tasks));
        fs_err::remove_dir_all(&job).map_err(data::DataError::from)?;
        match rolled_out {
            Ok(predictions) => {
                self.running = Some(running);
                Ok(predictions)
            }
            Err(failure) => Err(self.failed(failure, running.process.last_lines())),
        }
    }

    fn failed(&self, failure: Failure, stderr: Vec<String>) -> OperatorError {
        let (folder, program) = (self.folder.clone(), self.manifest.command.join(" "));
        Box::new(ExternalError { folder, program, failure, stderr }).into()
    }
}

impl Surrogate for ExternalOperator {
    fn name(&self) -> &str {
        &self.name
    }

    /// Hash of all files in the folder.
    fn hash(&self) -> String {
        self.hash.clone()
    }

    fn weights(&self) -> usize {
        self.weights
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let mut predictions = Vec::with_capacity(tasks.len());
        for alike in tasks.chunk_by(job::is_alike) {
            let batch = self.start()?;
            for tasks in alike.chunks(batch) {
                predictions.extend(self.ask(tasks)?);
            }
        }
        Ok(predictions)
    }
}
