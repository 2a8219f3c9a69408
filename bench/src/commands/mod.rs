//! The commands, one file per command.

mod arguments;
mod cli;
mod compare;
mod context;
mod cost;
mod count;
mod dry_run;
mod evaluate;
mod gallery;
mod generate;
mod inspect;
mod list;
mod report;
mod run;
mod run_folder;
mod terminal;
mod train;
mod verify;

pub use cli::{Cli, dispatch};
