//! `eddymark compare`

use super::report::print_page;
use super::terminal::print;
use crate::BenchError;
use data::Run;
use std::path::{Path, PathBuf};

/// Prints a table of several runs, and draws a joint report into the folder `report`.
pub(super) fn compare(folders: &[PathBuf], report: Option<&Path>) -> Result<(), BenchError> {
    let runs = folders.iter().map(|folder| Run::load(folder)).collect::<Result<Vec<_>, _>>()?;
    print(&reports::compare_text(&runs))?;
    let Some(folder) = report else { return Ok(()) };
    let page = reports::render(&runs, folder)?;
    print_page(&page.leaderboard, &page.html)
}
