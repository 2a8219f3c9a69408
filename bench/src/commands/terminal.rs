//! Standard output and standard error.

use crate::BenchError;
use data::{is_misleading, printable_lines};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write};

/// Prints text, part of which may come from outside: what could mislead a terminal is escaped.
///
/// If the reader has closed the pipe, as `head` does, the program ends without an error.
pub(super) fn print(text: &str) -> Result<(), BenchError> {
    print_styled(&printable_lines(text))
}

/// Prints text that is ours, with colours.
pub(super) fn print_styled(text: &str) -> Result<(), BenchError> {
    print_bytes(text.as_bytes())
}

/// Prints bytes as they are.
pub(super) fn print_bytes(bytes: &[u8]) -> Result<(), BenchError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(source) => Err(BenchError::Output { source }),
        Ok(()) => Ok(()),
    }
}

/// The width of tables: that of the terminal, or `COLUMNS`, or 80 where there is none, as in a pipe.
pub(super) fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || console::Term::stdout().size_checked().map(|(_, columns)| columns.into());
    asked.or_else(terminal).unwrap_or(80).max(40)
}

/// Prints one JSON document, in which what could mislead a terminal is escaped as JSON has it.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), BenchError> {
    let text = serde_json::to_string_pretty(value).expect("what is printed is plain data");
    let mut escaped = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if is_misleading(letter) && letter != '\n' {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").expect("writing to a string succeeds");
            }
        } else {
            escaped.push(letter);
        }
    }
    print_bytes((escaped + "\n").as_bytes())
}

/// Writes a line to standard error. If that is closed, nobody reads it, and the program goes on.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable_lines(line));
}
