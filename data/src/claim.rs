//! Locks, by which several processes share work.

use crate::DataError;
use crate::atomic_file::{folder_of, is_unsupported};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The extension that is appended to the path of what is claimed.
pub(crate) const EXTENSION: &str = "claim";

/// The first folder in which locks were not supported.
static WITHOUT_LOCKS: OnceLock<PathBuf> = OnceLock::new();

/// The exclusive right to write a file or a folder, until it is dropped.
///
/// It is a lock of the operating system on a file beside what is claimed, so that it ends with the process. The file is
/// removed on release. A process that gets it checks again whether there is something left to do.
///
/// Where the file system has no locks, everybody gets the claim: work may be done twice, and nothing is damaged,
/// because files are written under unique names and renamed. [`folder_without_locks`] names such a folder.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    _file: File,
}

impl Claim {
    /// The claim on `path`; `None` if another process or thread holds it.
    pub fn attempt(path: &Path) -> Result<Option<Self>, DataError> {
        let path = beside(path);
        loop {
            let file = open(&path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Some(Self { path, _file: file })),
                Ok(()) => {} // its former holder has removed it in the meantime
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => {
                    return without_lock(path, file, error).map(Some);
                }
            }
        }
    }

    /// The claim on `path`; waits until it is released.
    pub fn wait(path: &Path) -> Result<Self, DataError> {
        let path = beside(path);
        loop {
            let file = open(&path)?;
            match file.lock() {
                Ok(()) if is_at(&file, &path) => return Ok(Self { path, _file: file }),
                Ok(()) => {}
                Err(error) => return without_lock(path, file, error),
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path); // a file that remains is harmless
    }
}

/// A folder on a file system without locks in which something was claimed, if there is one.
pub fn folder_without_locks() -> Option<&'static Path> {
    WITHOUT_LOCKS.get().map(PathBuf::as_path)
}

/// A claim without a lock where the file system has none; the error otherwise.
fn without_lock(path: PathBuf, file: File, error: io::Error) -> Result<Claim, DataError> {
    if is_unsupported(&error) {
        WITHOUT_LOCKS.get_or_init(|| folder_of(&path).into());
        return Ok(Claim { path, _file: file });
    }
    let text = format!("failed to lock `{}`: {error}", path.display());
    Err(io::Error::new(error.kind(), text).into())
}

fn beside(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".");
    path.push(EXTENSION);
    path.into()
}

fn open(path: &Path) -> Result<File, DataError> {
    let file = fs_err::OpenOptions::new().create(true).append(true).open(path)?;
    Ok(file.into_file())
}

/// Whether the open file is the one at `path`, which its former holder may have removed, and others created again.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |file: io::Result<std::fs::Metadata>| file.ok().map(|file| (file.dev(), file.ino()));
    let there = of(std::fs::symlink_metadata(path));
    there.is_some() && there == of(file.metadata())
}

/// Other systems do not remove a file that is open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn one_at_a_time_holds_a_claim_although_its_file_comes_and_goes() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let path = folder.path().join("fno-0.5-1");
        let (holders, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for thread in 0..6 {
                let (path, holders, most) = (&path, &holders, &most);
                scope.spawn(move || {
                    for _ in 0..200 {
                        let claim = match thread % 2 {
                            0 => Some(Claim::wait(path).expect("there are locks")),
                            _ => Claim::attempt(path).expect("there are locks"),
                        };
                        if claim.is_some() {
                            let now = holders.fetch_add(1, Ordering::SeqCst) + 1;
                            most.fetch_max(now, Ordering::SeqCst);
                            std::thread::yield_now();
                            holders.fetch_sub(1, Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
        assert_eq!(fs_err::read_dir(folder.path()).expect("it is there").count(), 0);
    }

    #[test]
    fn names_with_a_point_have_claims_of_their_own() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let attempt = |name: &str| Claim::attempt(&folder.path().join(name)).expect("locks");
        let first = attempt("fno-0.5");
        assert!(first.is_some() && attempt("fno-0.7").is_some() && attempt("fno-0.5").is_none());
    }

    #[test]
    fn a_file_system_without_locks_is_told_from_other_errors() {
        let numbers: &[i32] =
            if cfg!(target_os = "linux") { &[37, 38, 95, 524] } else { &[45, 77] };
        for &number in numbers {
            assert!(is_unsupported(&io::Error::from_raw_os_error(number)), "{number}");
        }
        for number in [2, 5, 13, 28] {
            assert!(!is_unsupported(&io::Error::from_raw_os_error(number)), "{number}");
        }
    }
}
