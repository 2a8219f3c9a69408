//! The mark of a complete training.

use crate::OperatorError;
use data::{DataError, FileHashes, hash_file, sync_folder, write_atomically};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

const FILE: &str = "training.json";

/// The files that the mark covers: all that is read of a complete training.
const COVERED: [&str; 2] = ["best.safetensors", "curve.jsonl"];

/// The mark of a complete training, `training.json`. It is written last, and holds the hashes of the files that it
/// marks: weights that were replaced, damaged or left by an interruption never count as trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainingMark {
    /// Optimizer steps taken.
    pub steps: usize,
    /// The hash of the trained operator: that of [`Surrogate::hash`](crate::Surrogate::hash).
    pub surrogate_hash: String,
    /// The BLAKE3 hashes of the files' bytes.
    files: BTreeMap<String, String>,
}

impl TrainingMark {
    /// The mark in a training's folder; `None` while the training is not complete.
    ///
    /// An error if a file that it covers has other bytes than it had then.
    pub fn read(folder: &Path, hashes: &FileHashes) -> Result<Option<Self>, OperatorError> {
        let path = folder.join(FILE);
        let text = match fs_err::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(DataError::from)?,
        };
        let mark: Self = serde_json::from_str(&text).map_err(|source| {
            refuse(
                &path,
                format!("what cannot be read ({source})"),
                "the mark of a complete training".into(),
            )
        })?;
        for file in COVERED {
            let path = folder.join(file);
            let found = match hashes.of_bytes(&path) {
                Err(DataError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                    "nothing".into()
                }
                hash => format!("bytes with hash {}", hash?),
            };
            let expected = mark.files.get(file).map(String::as_str).unwrap_or_default();
            let expected = format!("bytes with hash {expected}");
            if found != expected {
                return Err(refuse(&path, found, expected));
            }
        }
        Ok(Some(mark))
    }

    /// Refuses the mark of another trained operator than the one with this hash.
    pub(crate) fn must_be_of(
        &self,
        folder: &Path,
        surrogate_hash: &str,
    ) -> Result<(), OperatorError> {
        if self.surrogate_hash == surrogate_hash {
            return Ok(());
        }
        let (found, expected) = (self.surrogate_hash.clone(), surrogate_hash.to_owned());
        let of = |hash| format!("the hash of a trained operator {hash}");
        Err(refuse(&folder.join(FILE), of(found), of(expected)))
    }

    /// Marks the training in `folder` as complete.
    pub(super) fn write(
        folder: &Path,
        steps: usize,
        surrogate_hash: String,
    ) -> Result<(), OperatorError> {
        let hash = |file: &str| Ok((file.to_owned(), hash_file(&folder.join(file))?));
        let files = COVERED.into_iter().map(hash).collect::<Result<_, DataError>>()?;
        let mark = Self { steps, surrogate_hash, files };
        sync_folder(folder)?; // what is marked must be on the disk before the mark
        write_atomically(&folder.join(FILE), |file| {
            serde_json::to_writer_pretty(&mut *file, &mark)?;
            file.write_all(b"\n")
        })?;
        Ok(sync_folder(folder)?)
    }

    /// Whether a training's folder has a mark.
    pub(super) fn exists(folder: &Path) -> bool {
        folder.join(FILE).symlink_metadata().is_ok()
    }
}

fn refuse(path: &Path, found: String, expected: String) -> OperatorError {
    let remedy = "restore the file, or remove its folder and train again";
    OperatorError::Checkpoint { path: path.into(), found, expected, remedy }
}
