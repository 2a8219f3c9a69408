//! What can go wrong with reports.

use data::DataError;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is nothing to report.
    #[error("there is no run to report")]
    Empty,
    /// A file could not be written; the message names the path.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A folder could not be made; the message names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A figure could not be turned into pixels.
    #[error("a figure cannot be drawn as pixels: {0}")]
    Bitmap(String),
}
