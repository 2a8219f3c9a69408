//! From runs to a folder with their report, and to tables for a terminal.

use crate::error::ReportError;
use crate::page::files::{write_figure, write_text};
use crate::page::report::Report;
use crate::page::{export, html, markdown};
use crate::results::evidence::Evidence;
use crate::sheet::Sheet;
use crate::tables::{Comparison, Leaderboard, PerCase, Table};
use data::Run;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The self-contained page.
    pub html: PathBuf,
    /// The same in Markdown.
    pub markdown: PathBuf,
    /// The leaderboards for a terminal.
    pub leaderboard: String,
}

/// Writes `report.html`, `report.md`, `figures/`, `records.parquet`, `records.csv` and `leaderboard.csv`.
///
/// Every file is whole or absent, whenever the program ends. Files of the same names are replaced.
pub fn render(runs: &[Run], folder: &Path) -> Result<Page, ReportError> {
    if runs.is_empty() {
        return Err(ReportError::Empty);
    }
    let evidence = Evidence::new(runs);
    let report = Report::new(&evidence);
    fs_err::create_dir_all(folder.join("figures"))?;
    for drawing in report.drawings() {
        write_figure(drawing, &folder.join("figures"))?;
    }
    export::write(&evidence, folder)?;
    let (html, markdown) = (folder.join("report.html"), folder.join("report.md"));
    write_text(&markdown, &markdown::page(&report))?;
    write_text(&html, &html::page(&report))?;
    Ok(Page { html, markdown, leaderboard: leaderboard_text(runs) })
}

/// The leaderboards for a terminal.
pub fn leaderboard_text(runs: &[Run]) -> String {
    let evidence = Evidence::new(runs);
    texts([Leaderboard { compact: true }.sheets(&evidence), PerCase::default().sheets(&evidence)])
}

/// The same surrogates in several runs, for a terminal.
pub fn compare_text(runs: &[Run]) -> String {
    let evidence = Evidence::new(runs);
    texts([
        Comparison::default().sheets(&evidence),
        Leaderboard { compact: true }.sheets(&evidence),
    ])
}

fn texts(sheets: [Vec<Sheet>; 2]) -> String {
    sheets.iter().flatten().map(Sheet::to_text).collect::<Vec<_>>().join("\n")
}
