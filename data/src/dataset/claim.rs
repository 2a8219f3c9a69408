//! Locks, for several processes that share a dataset.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The exclusive right to write one sample, or the declaration, until it is dropped.
///
/// It is a lock of the operating system on a file beside the sample, so that it ends with the process. The file is
/// removed on release. A process that waited for it checks again whether the sample is missing.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _file: File,
}

impl Claim {
    /// The claim on `path`; `None` if another process or thread holds it.
    pub(super) fn attempt(path: &Path) -> std::io::Result<Option<Self>> {
        let (path, file) = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { path, _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The claim on `path`; waits until it is released.
    pub(super) fn wait(path: &Path) -> std::io::Result<Self> {
        let (path, file) = open(path)?;
        file.lock()?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path); // a file that remains is harmless
    }
}

/// The file beside `path`, open.
fn open(path: &Path) -> std::io::Result<(PathBuf, File)> {
    let path = path.with_extension("claim");
    let file = fs_err::OpenOptions::new().create(true).append(true).open(&path)?;
    Ok((path, file.into_file()))
}
