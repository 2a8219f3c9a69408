//! What parent and child say to each other: one JSON text per line.

use crate::{DataError, DatasetHeader};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The work of a child.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Request<'a> {
    /// List the content of a file.
    List(PathBuf),
    /// Read the structure of files: all that a listing shows.
    Walk(Vec<PathBuf>),
    /// Examine samples of a dataset.
    Examine { header: Box<Cow<'a, DatasetHeader>>, samples: Vec<(usize, PathBuf)> },
}

/// An answer of a child.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    /// The object that is read next.
    At(String),
    /// A line of the listing.
    Line(String),
    /// A file whose structure was read.
    Walked,
    /// The content hash of a sample that is good.
    Examined(String),
    /// Why the file is refused.
    Refused(Refusal),
    /// The end.
    Done,
}

/// A [`DataError`] without the path.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Refusal {
    Hdf5(String),
    Layout(String),
    Version { found: u32, known: u32 },
    Mismatch { found: String, expected: String },
}

impl From<DataError> for Refusal {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Hdf5 { reason, .. } => Self::Hdf5(reason),
            DataError::Layout { reason, .. } => Self::Layout(reason),
            DataError::Version { found, known, .. } => Self::Version { found, known },
            DataError::Mismatch { found, expected, .. } => Self::Mismatch { found, expected },
            other => Self::Hdf5(other.to_string()),
        }
    }
}

impl Refusal {
    pub(super) fn of(self, path: &Path) -> DataError {
        let path = path.into();
        match self {
            Self::Hdf5(reason) => DataError::Hdf5 { path, action: "read", reason },
            Self::Layout(reason) => DataError::Layout { path, reason },
            Self::Version { found, known } => DataError::Version { path, found, known },
            Self::Mismatch { found, expected } => DataError::Mismatch { path, found, expected },
        }
    }
}
