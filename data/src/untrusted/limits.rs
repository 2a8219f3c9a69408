//! Limits of memory and time that a process sets on itself.

/// The memory of a child in bytes.
pub(super) const MEMORY: u64 = 1 << 30;
/// The time for a file in s, besides that for its bytes.
const SECONDS: u64 = 4;
/// Bytes of a file that are read and decompressed in a second on a slow machine.
const BYTES_PER_SECOND: u64 = 10_000_000;

/// The time in s in which a file of the given size in bytes must be read.
pub(super) fn seconds(bytes: u64) -> u64 {
    SECONDS + bytes / BYTES_PER_SECOND
}

/// Limits the address space of this process, and switches off core dumps.
#[cfg(unix)]
pub(super) fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    // A system that refuses leaves the limit of time, which the parent enforces.
    let _ = setrlimit(Resource::As, limit(MEMORY));
    let _ = setrlimit(Resource::Core, limit(0));
}

/// Limits the processor time from now on in s. It also ends a child whose parent was killed.
#[cfg(unix)]
pub(super) fn limit_time(seconds: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(used + seconds + 1), maximum });
}

#[cfg(not(unix))]
pub(super) fn limit_memory() {}

#[cfg(not(unix))]
pub(super) fn limit_time(_seconds: u64) {}
