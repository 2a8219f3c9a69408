//! The lines that are exchanged with a program: one JSON object per line.

use super::Failure;
use super::process::Process;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The version of the protocol.
pub(super) const VERSION: u32 = 1;

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
}

/// The answer to `rollout`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Answer {
    Done(bool),
    Error(String),
}

/// Requests `hello`, and refuses another version of the protocol.
pub(super) fn hello(process: &mut Process, seconds: f64) -> Result<Hello, Failure> {
    let request = json(&Request::Hello { protocol: VERSION });
    let line = process.ask("hello", &request, seconds, "start-timeout")?;
    let hello: Hello = parse("hello", &line)?;
    if hello.protocol != VERSION {
        return Err(Failure::Protocol { found: hello.protocol, expected: VERSION });
    }
    Ok(hello)
}

/// Requests the rollout of the job in a folder.
pub(super) fn rollout(process: &mut Process, job: &Path, seconds: f64) -> Result<(), Failure> {
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
