//! Files that another program may have written are read by a child process: this program, with an argument of its own.

use data::UntrustedReader;
use std::process::ExitCode;

/// The argument with which this program is the child.
const ARGUMENT: &str = "__read-untrusted-files";

/// Variables of the child: those that `settings` would otherwise start it again for, and an allocator that reserves
/// little of the limited address space.
const ENVIRONMENT: [(&str, &str); 3] = [
    ("MIMALLOC_PURGE_DELAY", "10000"),
    ("MIMALLOC_ARENA_RESERVE", "64MiB"),
    ("RUST_BACKTRACE", "0"),
];

/// Reads files for another process if the arguments say so.
pub(crate) fn serve_if_asked() -> Option<ExitCode> {
    if std::env::args_os().nth(1)? != ARGUMENT {
        return None;
    }
    Some(data::serve_untrusted().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS))
}

/// Has untrusted files read by a child. If the program's file is unknown, they are read in this process.
pub(crate) fn read_with_this_program() {
    let Ok(program) = std::env::current_exe() else { return };
    data::read_untrusted_with(UntrustedReader {
        program,
        arguments: vec![ARGUMENT.into()],
        environment: ENVIRONMENT.map(|(name, value)| (name.into(), value.into())).into(),
    });
}
