//! A request to stop: by Ctrl-C, or after a failure elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a stop was requested.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Requests a stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error if a stop was requested.
    pub fn check(&self) -> Result<(), crate::BenchError> {
        if self.is_requested() { Err(crate::BenchError::Stopped) } else { Ok(()) }
    }
}
