//! `eddymark report`

use super::arguments::Options;
use super::terminal::print;
use crate::BenchError;
use crate::plan::draw;
use data::Run;
use std::path::Path;

/// Draws the report of a run: a suite's name or a folder.
pub(super) fn report(options: &Options, run: &Path) -> Result<(), BenchError> {
    let folder = if run.is_dir() { run.to_owned() } else { options.out.join(run) };
    if !folder.join("run.json").is_file() {
        return Err(BenchError::Earlier {
            what: "the run".into(),
            path: folder.join("run.json"),
            command: format!("eddymark run {}", run.display()),
        });
    }
    let page = draw(&folder)?;
    print_page(&page.leaderboard, &page.html)
}

/// Prints the leaderboard of a run whose report is drawn, and the path of the page.
pub(super) fn print_report(folder: &Path) -> Result<(), BenchError> {
    let leaderboard = reports::leaderboard_text(&[Run::load(folder)?]);
    print_page(&leaderboard, &folder.join("report").join("report.html"))
}

/// Prints a leaderboard and the path of its page.
pub(super) fn print_page(leaderboard: &str, html: &Path) -> Result<(), BenchError> {
    print(&format!("\n{}\n{}\n", leaderboard.trim_end(), html.display()))
}
