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
