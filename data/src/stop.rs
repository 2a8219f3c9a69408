//! A request to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to stop, by the user or after a failure elsewhere. Clones share it.
///
/// Long computations look at it in every step, and end with [`Stopped`].
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// A computation ended because it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Stopped;

impl Stop {
    /// Requests a stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// [`Stopped`] if a stop was requested.
    pub fn check(&self) -> Result<(), Stopped> {
        if self.is_requested() { Err(Stopped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_request() {
        let stop = Stop::default();
        let other = stop.clone();
        assert_eq!(other.check(), Ok(()));
        stop.request();
        assert_eq!(other.check(), Err(Stopped));
        assert!(!Stop::default().is_requested());
    }
}
