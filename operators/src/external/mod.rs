//! Surrogates outside this program: programs that follow `PROTOCOL.md`, and files of predictions.
//!
//! - `program`: a program as a surrogate; `protocol`, `job`, `channels`: what is exchanged with it
//! - `launcher`, `manifest`: how it is started; `reach`, `confine`: what it may use
//! - `process`, `lines`: the running program and its output
//! - `training`: the training of a program
//! - `folder`: the hash of its folder
//! - `prediction`, `predicted`: files of predictions

mod channels;
mod confine;
mod error;
mod folder;
mod job;
mod launcher;
mod lines;
mod manifest;
#[cfg(test)]
mod mutations;
mod predicted;
mod prediction;
mod process;
mod program;
mod protocol;
mod reach;
mod training;

pub use confine::confine;
pub use error::{ExternalError, Failure};
pub use launcher::Launcher;
pub use prediction::PredictionFile;
pub use program::ExternalOperator;
pub use protocol::StatedTraining;
pub use training::{ProgramMark, ProgramTraining};
