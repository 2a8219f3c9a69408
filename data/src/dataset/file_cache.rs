//! A cache of open files.

use crate::DataError;
use crate::hdf5::SampleFile;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

/// The largest number of files that are kept open.
const MOST: usize = 256;

/// Descriptors that are left to other parts of the program, such as threads that open further files.
const OTHERS: usize = 40;

/// The number of files that are kept open: a third of the descriptors that the process may have beyond those of others,
/// because several datasets may be open.
fn capacity() -> usize {
    (descriptors().saturating_sub(OTHERS) / 3).clamp(1, MOST)
}

#[cfg(unix)]
fn descriptors() -> usize {
    use nix::sys::resource::{Resource, getrlimit};
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    limit.try_into().unwrap_or(usize::MAX)
}

/// Other systems limit files by the memory.
#[cfg(not(unix))]
fn descriptors() -> usize {
    usize::MAX
}

/// The files that were used last, so that reading a window need not open one.
#[derive(Default)]
pub(super) struct FileCache(Mutex<VecDeque<(usize, Arc<SampleFile>)>>);

impl FileCache {
    /// The file of a sample: from the cache, or opened and added to it.
    pub(super) fn get_or_open(
        &self,
        index: usize,
        open: impl FnOnce() -> Result<SampleFile, DataError>,
    ) -> Result<Arc<SampleFile>, DataError> {
        if let Some(file) = self.take(index) {
            return Ok(self.put(index, file));
        }
        Ok(self.put(index, Arc::new(open()?)))
    }

    /// Drops the file of a sample that is about to be written.
    pub(super) fn remove(&self, index: usize) {
        drop(self.take(index));
    }

    fn take(&self, index: usize) -> Option<Arc<SampleFile>> {
        let mut files = self.files();
        let place = files.iter().position(|(at, _)| *at == index)?;
        files.remove(place).map(|(_, file)| file)
    }

    /// Adds a file in front, and drops the last one if there are too many.
    fn put(&self, index: usize, file: Arc<SampleFile>) -> Arc<SampleFile> {
        let mut files = self.files();
        files.push_front((index, Arc::clone(&file)));
        files.truncate(capacity());
        file
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(usize, Arc<SampleFile>)>> {
        self.0.lock().expect("no thread panics while it holds the lock")
    }
}
