//! A few files that stay open.

use crate::DataError;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Files that stay open between reads: samples are read in parallel, and each state by state.
const MOST: usize = 8;

/// The files that were used last, by their numbers.
pub(super) struct OpenFiles<F>(Mutex<VecDeque<(usize, Arc<F>)>>);

impl<F> Default for OpenFiles<F> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<F> OpenFiles<F> {
    /// The file of that number, which `open` opens unless it is open.
    pub(super) fn get(
        &self,
        number: usize,
        open: impl FnOnce() -> Result<F, DataError>,
    ) -> Result<Arc<F>, DataError> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = files.iter().position(|(known, _)| *known == number)
            && let Some(found) = files.remove(place)
        {
            files.push_front(found);
        } else {
            files.truncate(MOST - 1);
            files.push_front((number, Arc::new(open()?)));
        }
        Ok(Arc::clone(&files[0].1))
    }
}
