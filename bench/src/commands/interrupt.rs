//! Ctrl-C, and other requests to end.

use super::terminal::say;
use data::Stop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The exit code after an interruption, as shells have it for Ctrl-C.
pub(crate) const CODE: u8 = 130;
/// Time that computations have to end in order. A command ends within two seconds; nothing is lost that is not lost
/// by a kill: files are complete or absent.
pub(super) const GRACE: Duration = Duration::from_millis(1500);

/// Whether a signal has arrived.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether the user or the system has asked the program to end. Errors after that are its consequences: outside
/// programs get the same signal.
pub(super) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Listens for Ctrl-C, SIGTERM and SIGHUP. The first requests a stop, and ends the program when `grace` is over; the
/// second ends it at once.
///
/// Signals that the program's parent ignores, as `nohup` does with SIGHUP, stay ignored.
#[cfg(unix)]
pub(super) fn listen(grace: Duration) -> Stop {
    use signal_hook::iterator::Signals;
    let stop = Stop::default();
    // Without listening, signals end the program as they do by default.
    let Ok(mut signals) = Signals::new(heeded()) else { return stop };
    let request = stop.clone();
    let wait = move || {
        for _ in signals.forever() {
            let is_second = INTERRUPTED.swap(true, Ordering::SeqCst);
            request.request();
            let end_later = move || {
                std::thread::sleep(grace);
                end();
            };
            if is_second || std::thread::Builder::new().spawn(end_later).is_err() {
                end();
            }
        }
    };
    // Without a thread, signals are noted and have no effect; the system has no room for the computation either.
    let _ = std::thread::Builder::new().spawn(wait);
    stop
}

/// Elsewhere Ctrl-C ends the program at once.
#[cfg(not(unix))]
pub(super) fn listen(_grace: Duration) -> Stop {
    Stop::default()
}

/// The signals that are not ignored.
#[cfg(unix)]
fn heeded() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    match ignored(&status) {
        Some(mask) => [SIGINT, SIGTERM, SIGHUP]
            .into_iter()
            .filter(|signal| mask & (1 << (signal - 1)) == 0)
            .collect(),
        // Not Linux: SIGHUP keeps its default, so that `nohup` works.
        None => vec![SIGINT, SIGTERM],
    }
}

/// The ignored signals, bit n − 1 for signal n, from `/proc/self/status`.
#[cfg(unix)]
fn ignored(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

/// Ends the program.
fn end() {
    say_stopped();
    std::process::exit(CODE.into())
}

/// Says once how to go on.
pub(super) fn say_stopped() {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::SeqCst) {
        say("stopped: run the same command again; steps that were finished are not repeated");
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::ignored;

    #[test]
    fn ignored_signals_are_read() {
        let status = "Name:\teddymark\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), Some(0x1001));
        assert_eq!(ignored("Name:\teddymark\n"), None);
    }
}
