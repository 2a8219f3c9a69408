//! The commands, a file each.

mod cli;
mod compare;
mod cost;
mod count;
mod evaluate;
mod gallery;
mod generate;
mod inspect;
mod list;
mod report;
mod run;
mod session;
mod terminal;
mod train;
mod verify;

pub use cli::{Cli, dispatch};
