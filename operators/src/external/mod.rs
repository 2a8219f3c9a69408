//! Surrogates outside this program: programs that follow `PROTOCOL.md`, and files of predictions.
//!
//! - `program`: a program as a surrogate; `protocol`, `job`, `channels`: what is exchanged with it
//! - `launcher`, `manifest`: how it is started; `reach`, `confine`: what it may use
//! - `process`, `lines`: the running program and its output
//! - `folder`: the hash of its folder
//! - `prediction`: files of predictions; `npy`: arrays from outside

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
mod npy;
mod prediction;
mod process;
mod program;
mod protocol;
mod reach;

pub use confine::confine;
pub use error::{ExternalError, Failure};
pub use launcher::Launcher;
pub use npy::NpyError;
pub use prediction::PredictionFile;
pub use program::ExternalOperator;
