//! `eddymark report`

use super::arguments::Options;
use super::terminal::print;
use crate::BenchError;
use data::Run;
use std::path::{Path, PathBuf};

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
    render(&[Run::load(&folder)?], &folder.join("report")).map(drop)
}

/// Draws, and prints the leaderboard and where the page is.
pub(super) fn render(runs: &[Run], folder: &Path) -> Result<PathBuf, BenchError> {
    let page = reports::render(runs, folder)?;
    print(&format!("\n{}\n{}\n", page.leaderboard.trim_end(), page.html.display()))?;
    Ok(page.html)
}
