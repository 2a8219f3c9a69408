//! Standard output.

use crate::BenchError;
use std::io::{ErrorKind, Write};

/// Prints text. If the reader has closed the pipe, as `head` does, the program ends without an error.
pub(super) fn print(text: &str) -> Result<(), BenchError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        written => Ok(written?),
    }
}

/// The width of tables: that of the terminal, or `COLUMNS`, or 80 where there is none, as in a pipe.
pub(super) fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || console::Term::stdout().size_checked().map(|(_, columns)| columns.into());
    asked.or_else(terminal).unwrap_or(80).max(40)
}
