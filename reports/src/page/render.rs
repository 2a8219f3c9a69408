//! From runs to the files of a report, and to tables for a terminal.

use crate::error::ReportError;
use crate::page::files::{remove_stale, write_figures, write_text};
use crate::page::layout::Layout;
use crate::page::report::Report;
use crate::page::{export, html, markdown};
use crate::results::by_case::Results;
use crate::sheet::Sheet;
use crate::tables::{Comparison, Leaderboard, PerCase, Table};
use data::Run;
use std::path::{Path, PathBuf};

/// The files of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The self-contained HTML file.
    pub html: PathBuf,
    /// The Markdown file.
    pub markdown: PathBuf,
    /// The leaderboards as text.
    pub leaderboard: String,
}

/// Writes `report.html`, `report.md`, `figures/`, `records.parquet`, `records.csv` and `leaderboard.csv`.
///
/// The tables and figures are those of the last run's manifest. Existing files are replaced; every file is complete or
/// absent, also if the program is interrupted. Figures of an earlier report that this one does not show are removed.
pub fn render(runs: &[Run], folder: &Path) -> Result<Page, ReportError> {
    let latest = runs.last().ok_or(ReportError::Empty)?;
    let results = Results::new(runs);
    let layout = Layout::new(&latest.manifest.report)?;
    let report = Report::new(&results, &layout);
    let (html, markdown) = (folder.join("report.html"), folder.join("report.md"));
    let is_repeated = html.is_file();
    let figures = write_figures(report.drawings(), &folder.join("figures"))?;
    export::write(&results, folder)?;
    write_text(&markdown, &markdown::page(&report))?;
    write_text(&html, &html::page(&report))?;
    // A folder without a report may hold figures of the user.
    if is_repeated {
        remove_stale(&folder.join("figures"), &figures)?;
    }
    Ok(Page { html, markdown, leaderboard: leaderboard_text(runs) })
}

/// The leaderboards as text for a terminal.
pub fn leaderboard_text(runs: &[Run]) -> String {
    let results = Results::new(runs);
    texts([Leaderboard { compact: true }.sheets(&results), PerCase::default().sheets(&results)])
}

/// The comparison of several runs as text for a terminal.
pub fn compare_text(runs: &[Run]) -> String {
    let results = Results::new(runs);
    texts([Comparison::default().sheets(&results), Leaderboard { compact: true }.sheets(&results)])
}

fn texts(sheets: [Vec<Sheet>; 2]) -> String {
    sheets.iter().flatten().map(Sheet::to_text).collect::<Vec<_>>().join("\n")
}
