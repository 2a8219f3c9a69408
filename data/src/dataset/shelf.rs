//! Open files at hand.

use crate::DataError;
use crate::hdf5::SampleFile;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

/// Files kept open: enough for a small dataset, few beside the usual 1024 descriptors a process.
const CAPACITY: usize = 64;

/// The files used last, so that reading a window need not open one.
#[derive(Default)]
pub(super) struct Shelf(Mutex<VecDeque<(usize, Arc<SampleFile>)>>);

impl Shelf {
    /// The file of a sample: from the shelf, or opened and put there.
    pub(super) fn take(
        &self,
        index: usize,
        open: impl FnOnce() -> Result<SampleFile, DataError>,
    ) -> Result<Arc<SampleFile>, DataError> {
        if let Some(file) = self.remove(index) {
            return Ok(self.put(index, file));
        }
        Ok(self.put(index, Arc::new(open()?)))
    }

    /// Drops the file of a sample that is about to be written.
    pub(super) fn forget(&self, index: usize) {
        drop(self.remove(index));
    }

    fn remove(&self, index: usize) -> Option<Arc<SampleFile>> {
        let mut files = self.files();
        let place = files.iter().position(|(at, _)| *at == index)?;
        files.remove(place).map(|(_, file)| file)
    }

    /// Puts a file in front; the one at the back makes room.
    fn put(&self, index: usize, file: Arc<SampleFile>) -> Arc<SampleFile> {
        let mut files = self.files();
        files.push_front((index, Arc::clone(&file)));
        files.truncate(CAPACITY);
        file
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(usize, Arc<SampleFile>)>> {
        self.0.lock().expect("nothing panics while it holds the shelf")
    }
}
