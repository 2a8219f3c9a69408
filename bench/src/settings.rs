//! Settings that libraries read once, as the program starts.

/// Those that are not set by the user, as they are best for this program.
#[cfg(unix)]
const SETTINGS: [(&str, &str); 2] = [
    // Freed tensors' pages are kept for ten seconds, not ten milliseconds: the next step wants them again.
    ("MIMALLOC_PURGE_DELAY", "10000"),
    // candle's own threads wait for each other by spinning; ours are rayon's.
    ("CANDLE_NUM_THREADS", "1"),
];

/// Starts the program anew in the same process, with the settings that are missing; where that cannot
/// be, it goes on without them and is slower.
///
/// A program cannot set them for itself: the allocator has read its own before the first line of ours.
#[cfg(unix)]
pub(crate) fn apply() {
    use std::os::unix::process::CommandExt;
    let missing: Vec<_> =
        SETTINGS.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()).collect();
    let mut arguments = std::env::args_os();
    if let (false, Some(name), Ok(program)) =
        (missing.is_empty(), arguments.next(), std::env::current_exe())
    {
        // Returns only where it failed.
        let _ = std::process::Command::new(program).arg0(name).args(arguments).envs(missing).exec();
    }
}

/// Nothing: a process cannot be started anew in place.
#[cfg(not(unix))]
pub(crate) fn apply() {}
