//! Failures of outside programs.

use data::{NpyError, printable};
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why an outside program could not answer, and the end of its standard error.
#[derive(Debug, thiserror::Error)]
#[error("`{}` in `{}` {failure}{}", printable(.program), printable(&.folder.to_string_lossy()), last_lines(.stderr))]
pub struct ExternalError {
    /// The operator's folder.
    pub folder: PathBuf,
    /// Its command.
    pub program: String,
    /// The failure.
    pub failure: Failure,
    /// The last lines of its standard error.
    pub stderr: Vec<String>,
}

fn last_lines(lines: &[String]) -> String {
    let head = (!lines.is_empty()).then_some("; its standard error ends with".into());
    let lines = lines.iter().flat_map(|line| ["\n  ".into(), printable(line)]);
    head.into_iter().chain(lines).collect()
}

/// The failure of an outside program. The message continues a sentence that begins with the program.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A value in its `operator.toml` is invalid.
    #[error("has an `operator.toml` in which {0}")]
    Manifest(data::Invalid),
    /// Its folder holds something that cannot be hashed.
    #[error("cannot be used: `{}` {reason}; move it out of the operator's folder, or hide it by a leading dot", printable(&.file.to_string_lossy()))]
    Folder {
        /// The file.
        file: PathBuf,
        /// What it is.
        reason: String,
    },
    /// The program does not exist or cannot be executed.
    #[error("cannot be started: {0}; install it, or correct `command` in `operator.toml`")]
    Start(std::io::Error),
    /// It ended instead of answering.
    #[error(
        "ended ({status}) when asked for `{request}`; it must answer, and read on until its input ends"
    )]
    Ended {
        /// The request.
        request: &'static str,
        /// Its exit status.
        status: ExitStatus,
    },
    /// It did not answer in time and was stopped.
    #[error(
        "did not answer `{request}` within {seconds} s; raise `{key}` in `operator.toml`, and flush what it prints"
    )]
    Late {
        /// The request.
        request: &'static str,
        /// The time limit in s.
        seconds: f64,
        /// The key in `operator.toml` that raises the limit.
        key: &'static str,
    },
    /// It printed a line that is not an answer.
    #[error(
        "answered `{request}` with `{}` ({reason}); its standard output is for answers only, all other output belongs on standard error",
        printable(.line)
    )]
    Answer {
        /// The request.
        request: &'static str,
        /// The line it printed.
        line: String,
        /// Why it is not an answer.
        reason: String,
    },
    /// It follows another version of the protocol.
    #[error(
        "uses protocol {found}, but this version of eddymark uses {expected}; see `PROTOCOL.md`"
    )]
    Protocol {
        /// Its version.
        found: u32,
        /// The version of this program.
        expected: u32,
    },
    /// It predicts a channel that the data do not have, or one twice.
    #[error("predicts the channels [{}], and each must be one of [{}], once", printable(.found), .known)]
    Channels {
        /// The channels that it names.
        found: String,
        /// The channels and fields of the data.
        known: String,
    },
    /// It answered with an error.
    #[error("reported an error: {}", printable(.0))]
    Refused(String),
    /// It answered `done`, but its prediction is missing or cannot be read.
    #[error("is done, and its `prediction.npy` {0}")]
    Unreadable(#[from] NpyError),
    /// Its prediction has another shape than requested.
    #[error(
        "predicted {found:?}, and {expected:?} was requested: [sample, time, channel, x, y, z]"
    )]
    Shape {
        /// The prediction's shape.
        found: Vec<usize>,
        /// The shape requested.
        expected: Vec<usize>,
    },
    /// Its prediction has another shape than requested of an ensemble.
    #[error(
        "predicted {found:?}, and {expected:?} was requested: [sample, member, time, channel, x, y, z]"
    )]
    Members {
        /// The prediction's shape.
        found: Vec<usize>,
        /// The shape requested.
        expected: Vec<usize>,
    },
    /// It was stopped on request.
    #[error("was stopped on request")]
    Stopped,
}
