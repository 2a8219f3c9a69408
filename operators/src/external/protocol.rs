//! The lines that are exchanged with a program: one JSON object per line.

use super::Failure;
use super::process::{Process, Wait};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The latest version of the protocol.
pub(super) const VERSION: u32 = 2;
/// The number of characters of a line or of an error that messages show.
const SHOWN: usize = 400;

/// A request.
#[derive(Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
enum Request<'a> {
    Hello(HelloRequest<'a>),
    Rollout {
        job: &'a Path,
    },
    Train {
        protocol: u32,
        #[serde(flatten)]
        training: &'a TrainRequest<'a>,
    },
}

/// What a program is told when it is started. Seeds and trained weights belong to version 2.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct HelloRequest<'a> {
    pub(super) protocol: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<u64>,
    /// The folder that its training has written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trained: Option<&'a Path>,
}

/// What a program that trains is told.
#[derive(Debug, Serialize)]
pub(super) struct TrainRequest<'a> {
    pub(super) dataset: &'a Path,
    pub(super) output: &'a Path,
    pub(super) seed: u64,
    pub(super) threads: usize,
    pub(super) device: &'a str,
}

/// The answer to `hello`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    protocol: u32,
    /// The number of trainable weights.
    #[serde(default)]
    pub(super) weights: usize,
    /// The largest number of samples per job; unlimited if absent.
    pub(super) batch: Option<usize>,
    /// The channels that it predicts, by their symbols or the names of their fields; all if absent.
    pub(super) channels: Option<Vec<String>>,
    /// What its training has cost, if that was elsewhere.
    pub(super) training: Option<StatedTraining>,
}

/// The cost of a training, as the program states it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedTraining {
    /// Time in s.
    pub seconds: f64,
    /// On what, such as `one A100`.
    #[serde(default)]
    pub hardware: String,
}

/// The answer to `rollout`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Answer {
    Done(bool),
    Error(String),
}

/// Requests `hello`, and refuses another version of the protocol.
pub(super) fn hello(
    process: &mut Process,
    request: HelloRequest<'_>,
    wait: &Wait<'_>,
) -> Result<Hello, Failure> {
    let line = json(&Request::Hello(request))?;
    hello_of(&process.ask("hello", &line, wait)?, request.protocol)
}

/// The answer to `hello` that a line holds.
pub(super) fn hello_of(line: &str, expected: u32) -> Result<Hello, Failure> {
    let hello: Hello = parse("hello", line)?;
    if hello.protocol != expected {
        return Err(Failure::Protocol { found: hello.protocol, expected });
    }
    Ok(hello)
}

/// Requests the rollout of the job in a folder.
pub(super) fn rollout(process: &mut Process, job: &Path, wait: &Wait<'_>) -> Result<(), Failure> {
    rollout_of(&process.ask("rollout", &json(&Request::Rollout { job })?, wait)?)
}

/// Requests a training, and waits until it is done.
pub(super) fn train(
    process: &mut Process,
    training: &TrainRequest<'_>,
    wait: &Wait<'_>,
) -> Result<(), Failure> {
    let line = json(&Request::Train { protocol: VERSION, training })?;
    done("train", &process.ask("train", &line, wait)?)
}

/// Whether a line says that a rollout is done.
pub(super) fn rollout_of(line: &str) -> Result<(), Failure> {
    done("rollout", line)
}

fn done(request: &'static str, line: &str) -> Result<(), Failure> {
    match parse(request, line)? {
        Answer::Done(true) => Ok(()),
        Answer::Done(false) => Err(Failure::Refused("not done".into())),
        Answer::Error(message) => Err(Failure::Refused(beginning(&message))),
    }
}

fn json(request: &Request<'_>) -> Result<String, Failure> {
    // Fails where the folder of temporary files has a name that is no UTF-8.
    serde_json::to_string(request).map_err(|error| Failure::Start(error.into()))
}

fn parse<T: DeserializeOwned>(request: &'static str, line: &str) -> Result<T, Failure> {
    serde_json::from_str(line).map_err(|error| {
        let reason = beginning(&error.to_string());
        Failure::Answer { request, line: beginning(line), reason }
    })
}

/// Enough of a text to recognise it.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
