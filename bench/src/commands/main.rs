//! The program from its arguments to its exit code.

use super::cli::{Cli, dispatch};
use super::interrupt::{self, CODE, say_stopped};
use super::limits::check_limits;
use super::printed::Printed;
use super::terminal::say;
use crate::BenchError;
use clap::Parser;
use data::printable_lines;
use miette::{MietteHandlerOpts, Report};
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Executes the command line `arguments`, the program's name first.
///
/// Exit codes: 0 done, 1 failed, 2 the command line or a file that it names must be changed, 130 interrupted.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(shown) => return show(&shown),
    };
    // The messages of `BenchError` include their causes. Another hook, of a test, may be set.
    let _ = miette::set_hook(Box::new(|_| {
        Box::new(MietteHandlerOpts::new().without_cause_chain().build())
    }));
    let ended = check_limits().and_then(|()| dispatch(cli, command_line(&arguments)));
    let was_interrupted = interrupt::is_interrupted();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if was_interrupted || matches!(error, BenchError::Stopped) => {
            say_stopped();
            ExitCode::from(CODE)
        }
        Err(error) => {
            let code = error.exit_code();
            let _ = write!(std::io::stderr(), "{:?}", Report::new(Printed::new(error)));
            ExitCode::from(code)
        }
    }
}

/// Prints a help text to standard output, or an error of usage to standard error.
fn show(shown: &clap::Error) -> ExitCode {
    let text = shown.render().to_string();
    let is_plain = printable_lines(&text) == text;
    let printed = if is_plain {
        shown.print()
    } else {
        write!(std::io::stderr(), "{}", printable_lines(&text))
    };
    if shown.use_stderr() {
        return ExitCode::from(2);
    }
    match printed.and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(&BenchError::Output { source: error }.to_string());
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The command line, quoted for a shell; invalid UTF-8 is replaced.
fn command_line(arguments: &[OsString]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    let quote = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        let needs_none = !argument.is_empty() && argument.chars().all(is_plain);
        if needs_none { argument.into() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
    };
    let given = arguments.iter().skip(1).map(quote);
    std::iter::once("eddymark".to_owned()).chain(given).collect::<Vec<_>>().join(" ")
}
