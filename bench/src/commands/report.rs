//! `eddymark report`

use super::arguments::ReportArgs;
use super::run_folder::run_folder;
use super::terminal::{print, width};
use crate::plan::draw;
use crate::{BenchError, Progress};
use data::{Run, write_atomically};
use reports::Leaderboard;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Draws the report of a run, stores the part of the run that its compact leaderboard needs, or writes the tables of
/// documents.
pub(super) fn report(progress: &Progress, args: &ReportArgs) -> Result<(), BenchError> {
    let Some(run) = &args.run else { return splice(&args.splice, args.check) };
    let folder = run_folder(&args.out.path, run)?;
    let run = load_run(&folder)?;
    if let Some(target) = &args.condense {
        return Ok(reports::condense(&run, &Leaderboard { compact: true }).save(target)?);
    }
    let bar = progress.spinner("draw");
    draw(&folder)?;
    if args.csv {
        reports::write_csv(&[run], &folder.join("report"))?;
    }
    bar.finish_and_clear();
    print_report(&folder)
}

/// Writes the marked tables of documents; with `check`, fails if one is not current and writes nothing.
fn splice(documents: &[PathBuf], check: bool) -> Result<(), BenchError> {
    for document in documents {
        let (text, spliced) = (fs_err::read_to_string(document)?, reports::splice(document)?);
        if text == spliced {
            continue;
        }
        if check {
            return Err(BenchError::Outdated { document: document.clone() });
        }
        write_atomically(document, |file| file.write_all(spliced.as_bytes()))?;
        print(&format!("{}\n", document.display()))?;
    }
    Ok(())
}

/// The run in a folder; one that has no records is refused.
pub(super) fn load_run(folder: &Path) -> Result<Run, BenchError> {
    let run = Run::load(folder)?;
    if run.records.is_empty() {
        return Err(BenchError::Given {
            path: folder.into(),
            found: "a run without records",
            needed: "an evaluated run",
            remedy: format!("run `eddymark evaluate {}` first", run.manifest.suite),
        });
    }
    Ok(run)
}

/// Prints the leaderboard of a run whose report is drawn, and the path of the page.
pub(super) fn print_report(folder: &Path) -> Result<(), BenchError> {
    let leaderboard = reports::leaderboard_text(&[Run::load(folder)?], width());
    print_page(&leaderboard, &folder.join("report").join("report.html"))
}

/// Prints a leaderboard and the path of its page.
pub(super) fn print_page(leaderboard: &str, html: &Path) -> Result<(), BenchError> {
    print(&format!("\n{}\n{}\n", leaderboard.trim_end(), html.display()).replace("\n\n\n", "\n"))
}
