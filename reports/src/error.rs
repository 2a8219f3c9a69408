//! Errors of reports.

use data::{DataError, PartError};
use std::path::PathBuf;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There are no runs.
    #[error("there is no run to report")]
    Empty,
    /// Several runs share nothing that can be compared.
    #[error("the runs cannot be compared: {reasons}")]
    Incomparable {
        /// Why not, case by case.
        reasons: String,
    },
    /// The runs have no surrogate of that name.
    #[error("there is no surrogate `{name}` in the runs; there are {known}")]
    UnknownSurrogate {
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The layout names an unknown table or figure, or its parameters are invalid.
    #[error(transparent)]
    Part(#[from] PartError),
    /// A file could not be written; the message has its path.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A folder could not be created; the message has its path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A table of a Markdown document could not be written.
    #[error("line {line} of `{}`: {fault}", .path.display())]
    Splice {
        /// The document.
        path: PathBuf,
        /// The number of the marker's line.
        line: usize,
        /// What is wrong with the marker or with the results that it names.
        fault: String,
    },
    /// A figure could not be rasterized.
    #[error("a figure cannot be drawn as pixels: {0}")]
    Bitmap(String),
}
