//! A program in any language as a surrogate.

use super::channels::positions;
use super::folder::hash;
use super::job::Job;
use super::launcher::{Extra, Launched};
use super::manifest::Manifest;
use super::process::{Process, Wait};
use super::protocol::{self, Arrays, Hello, HelloRequest, RolledOut, StatedTraining};
use super::{ExternalError, Failure, Launcher, job};
use crate::{OperatorError, Surrogate, Task};
use data::{Info, Links, Npy, Stop, Stopped, Trajectory};
use std::path::{Path, PathBuf};

/// An operator in any language: a folder with `operator.toml` and a program.
///
/// The program is started by the first rollout, and receives requests for rollouts. Each job is a folder of files with
/// the given states, the parameters and the grids. No file contains the states to predict. See `PROTOCOL.md`.
pub struct ExternalOperator {
    folder: PathBuf,
    manifest: Manifest,
    name: String,
    hash: String,
    launcher: Launcher,
    info: Option<Info>,
    running: Option<Running>,
    seed: Option<u64>,
    trained: Option<PathBuf>,
    training: Option<StatedTraining>,
    weights: usize,
    asked: usize,
    /// The time that it has computed during the last rollout in s, as it states it.
    computing: Option<f64>,
    /// The number of members of its ensembles, if they are requested.
    members: Option<usize>,
    /// Those of the last rollout.
    ensembles: Vec<Vec<Trajectory>>,
    stop: Stop,
}

/// A program that has answered `hello`.
struct Running {
    launched: Launched,
    /// The largest number of samples per job.
    batch: usize,
    /// The positions of the channels that it predicts; all if absent.
    channels: Option<Vec<usize>>,
    /// How arrays are exchanged with it.
    arrays: Arrays,
}

impl ExternalOperator {
    /// Reads `operator.toml`, and looks for the program; the first rollout starts it.
    pub fn open(folder: &Path, launcher: &Launcher) -> Result<Self, OperatorError> {
        let (manifest, folder) = checked(folder, launcher)?;
        Ok(Self {
            hash: hash(&folder)?,
            name: name(&manifest, &folder),
            folder,
            manifest,
            launcher: launcher.clone(),
            info: None,
            running: None,
            seed: None,
            trained: None,
            training: None,
            weights: 0,
            asked: 0,
            computing: None,
            members: None,
            ensembles: vec![],
            stop: Stop::default(),
        })
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

    /// Gives the program a seed, and the folder that its training with this seed has written. Version 2 of the
    /// protocol.
    #[must_use]
    pub fn with_seed(self, seed: u64, trained: Option<PathBuf>) -> Self {
        Self { seed: Some(seed), trained, ..self }
    }

    /// Requests ensembles of `members`, two or more. Version 2 of the protocol.
    #[must_use]
    pub fn with_members(self, members: Option<usize>) -> Self {
        Self { members, ..self }
    }

    /// Whether the program knows seeds, and whether it is trained by the benchmark.
    pub fn knows(folder: &Path) -> Result<[bool; 2], OperatorError> {
        let manifest = Manifest::read(folder)?;
        Ok([manifest.protocol >= 2, manifest.train.is_some()])
    }

    /// Its name in reports, if it can be started: `operator.toml` is checked, and the program is looked for.
    pub fn name_of(folder: &Path, launcher: &Launcher) -> Result<String, OperatorError> {
        let (manifest, folder) = checked(folder, launcher)?;
        Ok(name(&manifest, &folder))
    }

    /// What a reader of its results must know about its start: what is not isolated, and what it may use besides its
    /// folder and the system.
    pub fn notes(folder: &Path, launcher: &Launcher) -> Result<Vec<String>, OperatorError> {
        let gaps = launcher.gaps();
        let gaps = (!gaps.is_empty()).then(|| format!("not isolated: {}", gaps.join(", ")));
        Ok(gaps.into_iter().chain(Manifest::read(folder)?.exceptions()).collect())
    }

    /// Starts the program unless it is running: after a failure, the next rollout starts it again.
    fn start(&mut self) -> Result<Running, OperatorError> {
        if let Some(running) = self.running.take() {
            return Ok(running);
        }
        self.stop.check()?;
        let trained = self.trained.as_ref().map(std::path::absolute).transpose();
        let trained = trained.map_err(data::DataError::from)?;
        let read: Vec<PathBuf> = trained.iter().cloned().collect();
        let extra = Extra { command: &[], read: &read, write: &[] };
        let mut launched = self
            .launcher
            .launch(&self.manifest, &self.folder, &extra)
            .map_err(|failure| self.failed(failure, vec![]))?;
        let (seconds, key) = (self.manifest.start_timeout, "start-timeout");
        let wait = Wait { seconds, key, stop: &self.stop };
        let (protocol, seed) = (self.manifest.protocol, self.seed);
        let request = HelloRequest { protocol, seed, trained: trained.as_deref() };
        let answer = protocol::hello(&mut launched.process, request, &wait).and_then(|hello| {
            let names = hello.channels.as_ref();
            let channels = names.map(|names| positions(names, self.info.as_ref())).transpose()?;
            Ok((hello, channels))
        });
        match answer {
            Ok((Hello { weights, batch, training, arrays, .. }, channels)) => {
                self.weights = weights;
                self.training = training;
                let batch = batch.unwrap_or(usize::MAX).max(1);
                Ok(Running { launched, batch, channels, arrays })
            }
            Err(failure) => Err(self.failed(failure, launched.process.last_lines())),
        }
    }

    /// Requests the rollouts of one job, and returns the members of each. The program stays running if it answers.
    fn ask(
        &mut self,
        mut running: Running,
        tasks: &[Task],
    ) -> Result<Vec<Vec<Trajectory>>, OperatorError> {
        let process = &mut running.launched.process;
        let wait = Wait { seconds: self.manifest.timeout, key: "timeout", stop: &self.stop };
        let members = self.members;
        let job = Job::new(tasks, self.info.as_ref(), self.manifest.protocol, members);
        let answer = match running.arrays {
            Arrays::Pipe => by_pipe(process, &job, job::most_bytes(tasks, members), &wait),
            Arrays::Files => {
                self.asked += 1;
                let folder = running.launched.jobs.join(format!("{:06}", self.asked));
                fs_err::create_dir(&folder).map_err(data::DataError::from)?;
                job.write(&folder)?;
                let answer = by_files(process, &folder, &wait);
                // What cannot be removed now is removed with the program's private folder.
                let _ = std::fs::remove_dir_all(&folder);
                answer
            }
        };
        let channels = running.channels.as_deref();
        let rolled_out = answer.and_then(|(array, seconds)| {
            Ok((job::predictions(array, tasks, channels, members)?, seconds))
        });
        match rolled_out {
            Ok((predictions, seconds)) => {
                self.computing = self.computing.zip(seconds).map(|(all, job)| all + job);
                self.running = Some(running);
                Ok(predictions)
            }
            Err(failure) => Err(self.failed(failure, running.launched.process.last_lines())),
        }
    }

    fn failed(&self, failure: Failure, stderr: Vec<String>) -> OperatorError {
        if matches!(failure, Failure::Stopped) {
            return Stopped.into();
        }
        let (folder, program) = (self.folder.clone(), self.manifest.command.join(" "));
        Box::new(ExternalError { folder, program, failure, stderr }).into()
    }
}

/// The predicted states, and the time that the program states.
type Predicted = (Npy, Option<f64>);

fn by_pipe(
    process: &mut Process,
    job: &Job<'_>,
    most: usize,
    wait: &Wait<'_>,
) -> Result<Predicted, Failure> {
    let answer = protocol::exchange(process, job, most, wait)?;
    Ok((Npy::from_bytes(answer.prediction)?, answer.seconds))
}

fn by_files(process: &mut Process, folder: &Path, wait: &Wait<'_>) -> Result<Predicted, Failure> {
    let RolledOut { seconds, .. } = protocol::rollout(process, folder, wait)?;
    let array = Npy::open(&folder.join("prediction.npy"), Links::Refused)?;
    Ok((array, seconds))
}

/// The mean of the members of an ensemble; NaN where one of them is.
fn mean(members: &[Trajectory]) -> Trajectory {
    let mut mean = members[0].clone();
    for member in &members[1..] {
        mean.values += &member.values;
    }
    mean.values /= members.len() as f64;
    mean
}

/// The manifest of an operator whose program exists, and the absolute path of its folder.
pub(super) fn checked(
    folder: &Path,
    launcher: &Launcher,
) -> Result<(Manifest, PathBuf), OperatorError> {
    let manifest = Manifest::read(folder)?;
    let folder = std::path::absolute(folder).map_err(data::DataError::from)?;
    launcher.program(&manifest, &folder).map_err(|failure| {
        let (folder, program) = (folder.clone(), manifest.command.join(" "));
        Box::new(ExternalError { folder, program, failure, stderr: vec![] })
    })?;
    Ok((manifest, folder))
}

/// The name that the manifest states, or else that of the folder, without what a name may not have.
fn name(manifest: &Manifest, folder: &Path) -> String {
    let of_folder = folder.file_name().map_or("external".into(), |name| name.to_string_lossy());
    manifest.name.clone().unwrap_or_else(|| data::printable(&of_folder).into_owned())
}

impl Surrogate for ExternalOperator {
    fn name(&self) -> &str {
        &self.name
    }

    /// Hash of all files in the folder.
    fn hash(&self) -> String {
        self.hash.clone()
    }

    fn stated_training(&self) -> Option<StatedTraining> {
        self.training.clone()
    }

    fn computing_seconds(&self) -> Option<f64> {
        self.computing
    }

    fn take_members(&mut self) -> Vec<Vec<Trajectory>> {
        std::mem::take(&mut self.ensembles)
    }

    /// As it has answered; 0 before the first rollout.
    fn weights(&self) -> usize {
        self.weights
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let mut ensembles = Vec::with_capacity(tasks.len());
        self.computing = Some(0.0);
        for alike in tasks.chunk_by(job::is_alike) {
            let mut rest = alike;
            while !rest.is_empty() {
                let running = self.start()?;
                let (batch, others) = rest.split_at(rest.len().min(running.batch));
                ensembles.extend(self.ask(running, batch)?);
                rest = others;
            }
        }
        if self.members.is_none() {
            return Ok(ensembles.into_iter().flatten().collect());
        }
        let means = ensembles.iter().map(|members| mean(members)).collect();
        self.ensembles = ensembles;
        Ok(means)
    }
}
