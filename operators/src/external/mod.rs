//! Surrogates outside this program: programs that follow `PROTOCOL.md`, and files of predictions.

mod error;
mod job;
mod manifest;
mod prediction;
mod process;
mod program;
mod protocol;

pub use error::{ExternalError, Failure};
pub use prediction::PredictionFile;
pub use program::ExternalOperator;
