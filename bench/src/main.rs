//! `eddymark`: generates benchmark data, trains and evaluates neural operators, writes reports.

mod settings;

use bench::commands::{Cli, dispatch};
use clap::Parser;
use std::process::ExitCode;

/// Training allocates and frees large tensors in every step. glibc's allocator returns their pages to the
/// system each time; with this allocator a gradient takes half the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else: this may be a stage of the confinement of an outside program.
    if let Some(stage) = operators::confine(std::env::args_os()) {
        return stage.unwrap_or_else(|error| {
            eprintln!("eddymark: {error}");
            ExitCode::FAILURE
        });
    }
    settings::apply();
    settings::survive_large_files();
    let cli = Cli::parse();
    // The messages of `BenchError` include their causes.
    miette::set_hook(Box::new(|_| {
        Box::new(miette::MietteHandlerOpts::new().without_cause_chain().build())
    }))
    .expect("no other hook is set");
    let command = command_line(std::env::args().skip(1));
    match dispatch(cli, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            eprintln!("{:?}", miette::Report::new(error));
            ExitCode::from(code)
        }
    }
}

/// The command line, quoted for a shell.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    let quote = |argument: String| {
        let needs_none = !argument.is_empty() && argument.chars().all(is_plain);
        if needs_none { argument } else { format!("'{}'", argument.replace('\'', r"'\''")) }
    };
    std::iter::once("eddymark".to_owned()).chain(arguments.map(quote)).collect::<Vec<_>>().join(" ")
}
