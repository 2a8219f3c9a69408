//! The properties of every kind of step.

use crate::BenchError;
use std::path::PathBuf;

/// A step whose names have been looked up.
pub(super) trait Resolved {
    /// Hash of the contents of all inputs; `None` while one of them does not exist.
    fn key(&self) -> Result<Option<String>, BenchError>;
    /// File or folder of the result.
    fn path(&self) -> Result<PathBuf, BenchError>;
    /// Whether the result exists, is complete, and was computed from the inputs as they are now.
    fn is_done(&self) -> Result<bool, BenchError>;
}

/// ` (seed 1)`, or nothing without training.
pub(super) fn suffix(seed: Option<u64>) -> String {
    seed.map_or_else(String::new, |seed| format!(" (seed {seed})"))
}
