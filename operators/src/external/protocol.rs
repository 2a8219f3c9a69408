//! The lines that are exchanged with a program: one JSON object per line.

use super::Failure;
use super::process::{Process, Wait};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The version of the protocol.
pub(super) const VERSION: u32 = 1;
/// The number of characters of a line or of an error that messages show.
const SHOWN: usize = 400;

/// A request.
#[derive(Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
enum Request<'a> {
    Hello { protocol: u32 },
    Rollout { job: &'a Path },
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
}

/// The answer to `rollout`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Answer {
    Done(bool),
    Error(String),
}

/// Requests `hello`, and refuses another version of the protocol.
pub(super) fn hello(process: &mut Process, wait: &Wait<'_>) -> Result<Hello, Failure> {
    hello_of(&process.ask("hello", &json(&Request::Hello { protocol: VERSION })?, wait)?)
}

/// The answer to `hello` that a line holds.
pub(super) fn hello_of(line: &str) -> Result<Hello, Failure> {
    let hello: Hello = parse("hello", line)?;
    if hello.protocol != VERSION {
        return Err(Failure::Protocol { found: hello.protocol, expected: VERSION });
    }
    Ok(hello)
}

/// Requests the rollout of the job in a folder.
pub(super) fn rollout(process: &mut Process, job: &Path, wait: &Wait<'_>) -> Result<(), Failure> {
    rollout_of(&process.ask("rollout", &json(&Request::Rollout { job })?, wait)?)
}

/// Whether a line says that a rollout is done.
pub(super) fn rollout_of(line: &str) -> Result<(), Failure> {
    match parse("rollout", line)? {
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
