//! Limits of memory that the shell sets.

use crate::BenchError;

/// Refuses limits under which the program would end in the middle: threads could not be started, and an allocation that
/// fails in a library ends the program without an error.
#[cfg(unix)]
pub(super) fn check_limits() -> Result<(), BenchError> {
    use rustix::process::{Resource, getrlimit};
    // The program and its libraries take 75 MiB of address space, a small dataset and two threads less than 200.
    let limits = [(Resource::As, "-v", 256 << 20), (Resource::Data, "-d", 64 << 20)];
    for (resource, option, least) in limits {
        if let Some(limit) = getrlimit(resource).current
            && limit < least
        {
            return Err(BenchError::Memory { option, limit, least });
        }
    }
    Ok(())
}

/// Other systems have no such limits.
#[cfg(not(unix))]
pub(super) fn check_limits() -> Result<(), BenchError> {
    Ok(())
}
