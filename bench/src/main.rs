//! `eddymark`: generate benchmark data, train and score neural operators, write reports.

use bench::commands::{Cli, dispatch};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Our messages tell their causes themselves.
    miette::set_hook(Box::new(|_| {
        Box::new(miette::MietteHandlerOpts::new().without_cause_chain().build())
    }))
    .expect("no other hook is set");
    let command = std::env::args().collect::<Vec<_>>().join(" ");
    match dispatch(cli, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            eprintln!("{:?}", miette::Report::new(error));
            ExitCode::from(code)
        }
    }
}
