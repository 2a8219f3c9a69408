//! The commands, one file per command.

mod arguments;
mod check_operator;
mod cli;
mod compare;
mod completions;
mod context;
mod cost;
mod count;
mod dry_run;
mod evaluate;
mod export;
mod gallery;
mod generate;
mod given;
mod inspect;
mod interrupt;
mod limits;
mod list;
mod main;
mod names;
mod printed;
mod report;
mod run;
mod run_folder;
mod score;
mod terminal;
mod train;
mod validate;
pub(crate) mod verify;

pub use main::main;
pub(crate) use terminal::say;
