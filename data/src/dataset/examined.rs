//! Which files of samples were read to their end without a fault.

use super::DatasetHeader;
use crate::file_hashes::Stamp;
use crate::{DataError, FileHashes, Hasher};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

/// The files of samples that were examined, or written by this program, and have not changed since.
///
/// The list is kept in `hashes.json` beside `dataset.json`. It is of use on the machine that wrote it only: a copy of a
/// file has another inode and another time of change, so that files of others are examined, whatever their list says.
pub(super) struct Examined {
    hashes: FileHashes,
    /// What the hashes are of: the numbers of a sample of this dataset.
    what: String,
    /// Files that this process has written or examined: they may be too young for the list.
    young: Mutex<BTreeMap<usize, (Stamp, String)>>,
    /// Files that were refused and whose error nobody has seen yet.
    refused: Mutex<BTreeMap<usize, DataError>>,
}

impl Examined {
    pub(super) fn new(root: &Path, header: &DatasetHeader) -> Self {
        let header = serde_json::to_vec(header).expect("a header is plain data");
        let what = format!("content-{}", &Hasher::default().bytes(&header).hex()[..16]);
        let hashes = FileHashes::open(&root.join("hashes.json"));
        Self { hashes, what, young: Mutex::default(), refused: Mutex::default() }
    }

    /// The content hash of a sample whose file was examined; `None` if it was not.
    pub(super) fn get(&self, index: usize, path: &Path) -> Result<Option<String>, DataError> {
        let stamp = Stamp::of(path)?;
        if let Some((known, hash)) = lock(&self.young).get(&index)
            && *known == stamp
        {
            return Ok(Some(hash.clone()));
        }
        let unknown = || DataError::Io(std::io::ErrorKind::NotFound.into());
        Ok(self.hashes.get_or_compute(path, &self.what, || Err(unknown())).ok())
    }

    /// Takes down that a file with the stamp was examined.
    pub(super) fn put(&self, index: usize, path: &Path, stamp: Stamp, hash: &str) {
        if Stamp::of(path).is_ok_and(|now| now == stamp) {
            lock(&self.young).insert(index, (stamp, hash.into()));
        }
    }

    /// Takes down that a file was refused.
    pub(super) fn refuse(&self, index: usize, error: DataError) {
        lock(&self.refused).insert(index, error);
    }

    /// The error of a file that was refused.
    pub(super) fn take_refusal(&self, index: usize) -> Option<DataError> {
        lock(&self.refused).remove(&index)
    }

    /// Writes the list. In a folder that is read-only, files are examined each time.
    pub(super) fn save(&self, path: impl Fn(usize) -> std::path::PathBuf) {
        for (&index, (stamp, hash)) in lock(&self.young).iter() {
            let path = path(index);
            if Stamp::of(&path).is_ok_and(|now| now == *stamp) {
                let known = || Ok::<_, DataError>(hash.clone());
                let _ = self.hashes.get_or_compute(&path, &self.what, known);
            }
        }
        let _ = self.hashes.save();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds the lock")
}
