//! A program as a surrogate.

use super::manifest::{Manifest, hash};
use super::process::Process;
use super::{ExternalError, Failure, job};
use crate::{OperatorError, Surrogate, Task};
use data::{Info, Trajectory};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The version of the protocol.
pub(super) const PROTOCOL: u32 = 1;

/// An operator in Python or anything else: a folder with `operator.toml` and a program.
///
/// The program is started once, and asked for rollouts with files of what it may know: first
/// states, parameters, grids. It never sees what it must predict. See `PROTOCOL.md`.
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

/// A program that said hello, and what it said.
struct Running {
    process: Process,
    batch: usize,
}

/// What the program is asked: one line of JSON.
#[derive(Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
enum Request<'a> {
    Hello { protocol: u32 },
    Rollout { job: &'a Path },
}

/// The answer to `hello`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hello {
    protocol: u32,
    /// Trainable real numbers.
    #[serde(default)]
    weights: usize,
    /// The most samples that it takes at once; without it, any number.
    batch: Option<usize>,
}

/// The answer to `rollout`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Answer {
    Done(bool),
    Error(String),
}

impl ExternalOperator {
    /// Reads `operator.toml`, starts the program and hears its hello.
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

    /// Tells the program what channels and parameters are called: `info` of `task.json`.
    #[must_use]
    pub fn with_info(mut self, info: Info) -> Self {
        self.info = Some(info);
        self
    }

    /// Starts the program unless it runs: after a failure, the next rollout starts it anew.
    ///
    /// Returns how many samples it takes at once.
    fn start(&mut self) -> Result<usize, OperatorError> {
        if let Some(running) = &self.running {
            return Ok(running.batch);
        }
        let Manifest { command, start_timeout, .. } = &self.manifest;
        let mut process =
            Process::start(&self.manifest.program(&self.folder), &command[1..], &self.folder)
                .map_err(|failure| self.failed(failure, vec![]))?;
        match hello(&mut process, *start_timeout) {
            Ok(Hello { weights, batch, .. }) => {
                let batch = batch.unwrap_or(usize::MAX).max(1);
                self.weights = weights;
                self.running = Some(Running { process, batch });
                Ok(batch)
            }
            Err(failure) => Err(self.failed(failure, process.last_words())),
        }
    }

    /// Asks for one batch of tasks that are alike.
    fn ask(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        self.asked += 1;
        let job = self.jobs.path().join(format!("{:06}", self.asked));
        fs_err::create_dir(&job).map_err(data::DataError::from)?;
        job::write(&job, tasks, self.info.as_ref())?;
        let mut running = self.running.take().expect("it was started");
        let rolled_out = rollout(&mut running.process, &job, self.manifest.timeout)
            .and_then(|()| job::read_prediction(&job, tasks));
        fs_err::remove_dir_all(&job).map_err(data::DataError::from)?;
        match rolled_out {
            Ok(predictions) => {
                self.running = Some(running);
                Ok(predictions)
            }
            Err(failure) => Err(self.failed(failure, running.process.last_words())),
        }
    }

    fn failed(&self, failure: Failure, stderr: Vec<String>) -> OperatorError {
        let (folder, program) = (self.folder.clone(), self.manifest.command.join(" "));
        Box::new(ExternalError { folder, program, failure, stderr }).into()
    }
}

fn hello(process: &mut Process, seconds: f64) -> Result<Hello, Failure> {
    let line = process.ask(
        "hello",
        &json(&Request::Hello { protocol: PROTOCOL }),
        seconds,
        "start-timeout",
    )?;
    let hello: Hello = parse("hello", &line)?;
    if hello.protocol != PROTOCOL {
        return Err(Failure::Protocol { found: hello.protocol, expected: PROTOCOL });
    }
    Ok(hello)
}

fn rollout(process: &mut Process, job: &Path, seconds: f64) -> Result<(), Failure> {
    let line = process.ask("rollout", &json(&Request::Rollout { job }), seconds, "timeout")?;
    match parse("rollout", &line)? {
        Answer::Done(true) => Ok(()),
        Answer::Done(false) => Err(Failure::Refused("not done".into())),
        Answer::Error(message) => Err(Failure::Refused(message)),
    }
}

fn json(request: &Request<'_>) -> String {
    serde_json::to_string(request).expect("a request is plain JSON")
}

fn parse<T: DeserializeOwned>(request: &'static str, line: &str) -> Result<T, Failure> {
    let shown = || line.chars().take(200).collect(); // enough to recognise what printed it
    serde_json::from_str(line).map_err(|error| Failure::Answer {
        request,
        line: shown(),
        reason: error.to_string(),
    })
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
        for alike in tasks.chunk_by(job::alike) {
            let batch = self.start()?;
            for tasks in alike.chunks(batch) {
                predictions.extend(self.ask(tasks)?);
            }
        }
        Ok(predictions)
    }
}
