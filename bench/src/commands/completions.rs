//! `eddymark completions` and `eddymark man`

use super::cli::Cli;
use super::terminal::print_bytes;
use crate::BenchError;
use clap::CommandFactory;
pub(super) use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> Result<(), BenchError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "eddymark", &mut script);
    print_bytes(&script)
}

/// Prints one page with all commands and their options.
pub(super) fn man() -> Result<(), BenchError> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    let source = |source| BenchError::Output { source };
    Man::new(command.clone()).render(&mut page).map_err(source)?;
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        write_command(subcommand, &mut page).map_err(source)?;
    }
    print_bytes(&page)
}

/// The section of a command: its synopsis, description, options and examples.
fn write_command(command: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let name = command.get_name();
    let mut heading = Roff::new();
    heading.control("SH", [format!("EDDYMARK {}", name.to_uppercase()).as_str()]);
    heading.to_writer(page)?;
    let man = Man::new(command.clone());
    let mut section = Vec::new();
    man.render_synopsis_section(&mut section)?;
    man.render_description_section(&mut section)?;
    man.render_options_section(&mut section)?;
    // Below the heading of a command, sections are subsections.
    let section = String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ");
    let section =
        section.strip_prefix(".SH ").map_or(section.clone(), |rest| format!(".SS {rest}"));
    page.extend_from_slice(section.as_bytes());
    let Some(help) = command.get_after_help() else { return Ok(()) };
    let mut examples = Roff::new();
    examples.control("SS", ["EXAMPLES"]);
    examples.control("nf", []);
    for line in help.to_string().lines().skip(1) {
        examples.text([roman(line)]);
    }
    examples.control("fi", []);
    examples.to_writer(page)
}
