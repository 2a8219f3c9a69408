//! Outside operators: any program that speaks the protocol of `PROTOCOL.md`, or files it left.

mod error;
mod job;
mod manifest;
mod prediction;
mod process;
mod program;

pub use error::{ExternalError, Failure};
pub use prediction::PredictionFile;
pub use program::ExternalOperator;
