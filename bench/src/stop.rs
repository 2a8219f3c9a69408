//! Ctrl-C: the first asks politely, the second insists.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked to stop.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks to stop; returns whether that had been asked before.
    pub fn request(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error if somebody asked to stop.
    pub fn check(&self) -> Result<(), crate::BenchError> {
        if self.is_requested() { Err(crate::BenchError::Stopped) } else { Ok(()) }
    }
}
