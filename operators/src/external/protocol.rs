//! The lines that are exchanged with a program: one JSON object per line.

use super::Failure;
use super::job::{Description, Job};
use super::lines::Line;
use super::process::{Answer, Process, Wait};
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
    /// A rollout whose arrays follow the line.
    #[serde(rename = "rollout")]
    Exchange {
        task: &'a Description<'a>,
        /// The number of bytes of each.
        arrays: Lengths,
    },
    Train {
        protocol: u32,
        #[serde(flatten)]
        training: &'a TrainRequest<'a>,
    },
}

#[derive(Serialize)]
struct Lengths {
    history: usize,
    parameters: usize,
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
    /// The samples that it may be trained on; all training samples if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) samples: Option<&'a [usize]>,
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
    /// How arrays are exchanged. Version 2.
    #[serde(default)]
    pub(super) arrays: Arrays,
}

/// How arrays are exchanged with a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Arrays {
    /// As files in a folder.
    #[default]
    Files,
    /// After the lines of requests and answers.
    Pipe,
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

/// The answer to `rollout` and to `train`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answered {
    done: Option<bool>,
    error: Option<String>,
    /// The number of bytes of the prediction that follow. Version 2.
    prediction: Option<usize>,
    /// The time that the program has computed in s. Version 2.
    seconds: Option<f64>,
}

/// A rollout that is done.
#[derive(Debug)]
pub(super) struct RolledOut {
    /// The bytes of the prediction; empty if it is a file.
    pub(super) prediction: Vec<u8>,
    /// The time that the program has computed in s, as it states it.
    pub(super) seconds: Option<f64>,
}

/// Requests `hello`, and refuses another version of the protocol.
pub(super) fn hello(
    process: &mut Process,
    request: HelloRequest<'_>,
    wait: &Wait<'_>,
) -> Result<Hello, Failure> {
    let line = json(&Request::Hello(request))?;
    hello_of(&process.ask("hello", line, wait)?, request.protocol)
}

/// The answer to `hello` that a line holds.
pub(super) fn hello_of(line: &str, expected: u32) -> Result<Hello, Failure> {
    let hello: Hello = parse("hello", line)?;
    if hello.protocol != expected {
        return Err(Failure::Protocol { found: hello.protocol, expected });
    }
    if hello.protocol < 2 && hello.arrays != Arrays::Files {
        let reason = "`arrays` needs `protocol = 2` in `operator.toml`".into();
        return Err(Failure::Answer { request: "hello", line: beginning(line), reason });
    }
    Ok(hello)
}

/// Requests the rollout of the job in a folder.
pub(super) fn rollout(
    process: &mut Process,
    job: &Path,
    wait: &Wait<'_>,
) -> Result<RolledOut, Failure> {
    let line = process.ask("rollout", json(&Request::Rollout { job })?, wait)?;
    rollout_of(Answer { line, bytes: vec![] })
}

/// Requests the rollout of a job whose arrays follow the request. The prediction has at most `most` bytes.
pub(super) fn exchange(
    process: &mut Process,
    job: &Job<'_>,
    most: usize,
    wait: &Wait<'_>,
) -> Result<RolledOut, Failure> {
    let [history, parameters] = &job.arrays;
    let arrays = Lengths { history: history.len(), parameters: parameters.len() };
    let line = json(&Request::Exchange { task: &job.description, arrays })?;
    let answer = process.exchange("rollout", line, &job.arrays, most, wait)?;
    let line = beginning(&answer.line);
    let refuse = |reason: String| {
        let request = "rollout";
        Err(Failure::Answer { request, line: line.clone(), reason })
    };
    match parse("rollout", &answer.line)? {
        Answered { prediction: Some(bytes), .. } if bytes > most => {
            refuse(format!("a prediction of what was requested has at most {most} bytes"))
        }
        Answered { prediction: Some(bytes), .. } if bytes != answer.bytes.len() => {
            refuse(format!("{} bytes follow", answer.bytes.len()))
        }
        Answered { done: Some(true), prediction: None, .. } => refuse(
            "it does not say how many bytes of the prediction follow: `\"prediction\": N`".into(),
        ),
        _ => rollout_of(answer),
    }
}

/// The number of bytes of a prediction that follow a line; 0 if they are more than `most`, or if that is 0.
pub(super) fn announced(line: &Line, most: usize) -> usize {
    let is_answer = most > 0 && !line.is_cut;
    let answer = is_answer.then(|| serde_json::from_str::<Answered>(&line.text).ok()).flatten();
    answer.and_then(|answer| answer.prediction).filter(|bytes| *bytes <= most).unwrap_or(0)
}

/// Requests a training, and waits until it is done.
pub(super) fn train(
    process: &mut Process,
    training: &TrainRequest<'_>,
    wait: &Wait<'_>,
) -> Result<(), Failure> {
    let line = json(&Request::Train { protocol: VERSION, training })?;
    done("train", &process.ask("train", line, wait)?).map(|_| ())
}

/// Whether an answer says that a rollout is done.
pub(super) fn rollout_of(answer: Answer) -> Result<RolledOut, Failure> {
    let seconds = done("rollout", &answer.line)?;
    Ok(RolledOut { prediction: answer.bytes, seconds })
}

/// The time that a program states with an answer that it is done.
fn done(request: &'static str, line: &str) -> Result<Option<f64>, Failure> {
    let refuse = |reason: &str| {
        let line = beginning(line);
        Err(Failure::Answer { request, line, reason: reason.into() })
    };
    match parse(request, line)? {
        Answered { done: None, error: Some(message), .. } => {
            Err(Failure::Refused(beginning(&message)))
        }
        Answered { done: Some(false), error: None, .. } => Err(Failure::Refused("not done".into())),
        Answered { seconds: Some(seconds), .. } if !(0.0..f64::INFINITY).contains(&seconds) => {
            refuse("`seconds` must be at least 0")
        }
        Answered { done: Some(true), error: None, seconds, .. } => Ok(seconds),
        _ => refuse("an answer is `{\"done\": true}` or `{\"error\": \"reason\"}`"),
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
