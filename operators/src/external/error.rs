//! What can go wrong with a program that is not ours.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Why an outside operator could not do what was asked, and what it last said about it.
#[derive(Debug, thiserror::Error)]
#[error("`{program}` in `{}` {failure}{}", .folder.display(), last_words(.stderr))]
pub struct ExternalError {
    /// The operator's folder.
    pub folder: PathBuf,
    /// Its command.
    pub program: String,
    /// What went wrong.
    pub failure: Failure,
    /// The end of what it wrote to its standard error.
    pub stderr: Vec<String>,
}

fn last_words(lines: &[String]) -> String {
    let head = (!lines.is_empty()).then_some("; its standard error ends with");
    head.into_iter().chain(lines.iter().flat_map(|line| ["\n  ", line])).collect()
}

/// What went wrong: the end of a sentence that begins with the program.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Its `operator.toml` makes no sense.
    #[error("has an `operator.toml` in which {0}")]
    Manifest(data::Invalid),
    /// There is no such program, or it may not run.
    #[error("cannot be started: {0}; install it, or correct `command` in `operator.toml`")]
    Start(std::io::Error),
    /// It ended while it was asked something.
    #[error(
        "ended ({status}) when asked for `{request}`; it must answer, and read on until its input ends"
    )]
    Ended {
        /// What it was asked.
        request: &'static str,
        /// How it ended.
        status: ExitStatus,
    },
    /// It did not answer in time, and was stopped.
    #[error(
        "did not answer `{request}` within {seconds} s; raise `{key}` in `operator.toml`, and flush what it prints"
    )]
    Late {
        /// What it was asked.
        request: &'static str,
        /// How long that took in s.
        seconds: f64,
        /// Where to allow more.
        key: &'static str,
    },
    /// It printed something else than an answer.
    #[error(
        "answered `{request}` with `{line}` ({reason}); its standard output is for answers alone, all else belongs on standard error"
    )]
    Answer {
        /// What it was asked.
        request: &'static str,
        /// The line it printed.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It speaks another version.
    #[error("speaks protocol {found}, and this eddymark speaks {expected}; see `PROTOCOL.md`")]
    Protocol {
        /// Its version.
        found: u32,
        /// Ours.
        expected: u32,
    },
    /// It said itself that it could not.
    #[error("says: {0}")]
    Refused(String),
    /// It said `done`, and there is no prediction, or it cannot be read.
    #[error(
        "is done, and its `prediction.npy` cannot be read: {0}; it must be an array of f32 with six axes"
    )]
    Unreadable(String),
    /// Its prediction is not the one that was asked for.
    #[error("predicted {found:?}, and {expected:?} was asked: [sample, time, channel, x, y, z]")]
    Shape {
        /// The prediction's shape.
        found: Vec<usize>,
        /// What was asked.
        expected: Vec<usize>,
    },
}
