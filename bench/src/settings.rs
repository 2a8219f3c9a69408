//! Environment variables that libraries read once at the start of the program.

/// Default values for this program.
#[cfg(unix)]
const SETTINGS: [(&str, &str); 2] = [
    // Pages of freed tensors are kept for ten seconds instead of ten milliseconds, for the next step to reuse.
    ("MIMALLOC_PURGE_DELAY", "10000"),
    // candle's own threads wait by spinning; parallel loops here use rayon's threads.
    ("CANDLE_NUM_THREADS", "1"),
];

/// First arguments after which little is computed: those commands start sooner without the variables.
#[cfg(unix)]
const LIGHT: [&str; 9] =
    ["list", "count", "completions", "man", "help", "--help", "-h", "--version", "-V"];

/// Re-executes the program in the same process with the variables that are not set. If that fails, the
/// program continues without them and is slower. Does nothing for commands that compute little.
///
/// Setting them at run time has no effect: the allocator reads its variable before `main`.
#[cfg(unix)]
pub(crate) fn apply() {
    use std::os::unix::process::CommandExt;
    if std::env::args_os().nth(1).is_some_and(|first| LIGHT.iter().any(|light| first == *light)) {
        return;
    }
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

/// Turns a file that exceeds the limit of the process (`ulimit -f`) into an error of the write, such as a full disk
/// gives. By default the system ends the process without a word.
#[cfg(unix)]
pub(crate) fn survive_large_files() {
    use signal_hook::consts::SIGXFSZ;
    // A handler that only sets a flag; ignoring the signal would be inherited by outside programs.
    let flag = std::sync::Arc::default();
    let _ = signal_hook::flag::register(SIGXFSZ, flag);
}

#[cfg(not(unix))]
pub(crate) fn survive_large_files() {}

/// Does nothing: other systems cannot re-execute a program in place.
#[cfg(not(unix))]
pub(crate) fn apply() {}
