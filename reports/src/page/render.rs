//! From runs to the files of a report, and to tables for a terminal.

use crate::error::ReportError;
use crate::page::files::{remove_stale, write_figures, write_tables, write_text};
use crate::page::layout::Layout;
use crate::page::report::Report;
use crate::page::{export, html, markdown};
use crate::results::alignment::{Aligned, align};
use crate::results::by_case::Results;
use crate::sheet::Sheet;
use crate::tables::{Comparison, Leaderboard, PerCase, Significance, Table};
use data::Run;
use std::path::{Path, PathBuf};

/// The files of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The self-contained HTML file.
    pub html: PathBuf,
    /// The Markdown file.
    pub markdown: PathBuf,
}

/// Writes `report.html`, `report.md`, `figures/`, `tables/`, `records.parquet`, `provenance.parquet` and
/// `leaderboard.csv`.
///
/// The tables and figures are those of the last run's manifest. Of several runs, what they share is compared, and the
/// page says what is not. Existing files are replaced; every file is complete or absent, also if the program is
/// interrupted. Figures and tables of an earlier report that this one does not show are
/// removed.
pub fn render(runs: &[Run], folder: &Path) -> Result<Page, ReportError> {
    let aligned = comparable(runs)?;
    let latest = runs.last().ok_or(ReportError::Empty)?;
    let results = Results::new(&aligned.runs).with_notes(aligned.notes.clone());
    let layout = Layout::new(&latest.manifest.report)?;
    let report = Report::new(&results, &layout);
    let (html, markdown) = (folder.join("report.html"), folder.join("report.md"));
    let is_repeated = html.is_file();
    let tables = write_tables(report.sheets(), &folder.join("tables"))?;
    let figures = write_figures(report.drawings(), &folder.join("figures"))?;
    export::write(&results, folder)?;
    write_text(&markdown, &markdown::page(&report))?;
    write_text(&html, &html::page(&report))?;
    // A folder without a report may hold files of the user.
    if is_repeated {
        remove_stale(&folder.join("tables"), &tables)?;
        remove_stale(&folder.join("figures"), &figures)?;
    }
    Ok(Page { html, markdown })
}

/// Writes `records.csv` and `provenance.csv` into the folder of a report: the contents of the Parquet files of the same
/// names as text, which is large.
pub fn write_csv(runs: &[Run], folder: &Path) -> Result<(), ReportError> {
    let aligned = comparable(runs)?;
    fs_err::create_dir_all(folder)?;
    export::write_csv(&Results::new(&aligned.runs), folder)
}

/// The runs reduced to what they share; an error if they share no case.
fn comparable(runs: &[Run]) -> Result<Aligned, ReportError> {
    let aligned = align(runs);
    if runs.len() > 1 && aligned.shared.is_empty() {
        let reasons = if aligned.notes.is_empty() {
            "they have no case in common".into()
        } else {
            aligned.notes.join(" ")
        };
        return Err(ReportError::Incomparable { reasons });
    }
    Ok(aligned)
}

/// The leaderboards as text for a terminal of `width` columns.
pub fn leaderboard_text(runs: &[Run], width: usize) -> String {
    let results = Results::new(runs);
    let sheets =
        [Leaderboard { compact: true }.sheets(&results), PerCase::default().sheets(&results)];
    texts(&sheets.concat(), width)
}

/// The comparison of several runs as text for a terminal of `width` columns: the surrogates that they share, tests of
/// one surrogate against each of the others, and one leaderboard.
///
/// `against` is the surrogate that is tested. Default: the most accurate learned one.
pub fn compare_text(
    runs: &[Run],
    against: Option<&str>,
    width: usize,
) -> Result<String, ReportError> {
    let aligned = comparable(runs)?;
    let results = Results::new(&aligned.runs).with_notes(aligned.notes.clone());
    if let Some(name) = against
        && !results.has_surrogate(name)
    {
        let known: Vec<&str> = results.labels.iter().map(String::as_str).collect();
        return Err(ReportError::UnknownSurrogate { name: name.into(), known: known.join(", ") });
    }
    let significance = Significance { against: against.map(String::from) };
    let sheets = [
        Comparison::default().sheets(&results),
        Leaderboard { compact: true }.sheets(&results),
        significance.sheets(&results),
    ];
    Ok(texts(&sheets.concat(), width))
}

fn texts(sheets: &[Sheet], width: usize) -> String {
    sheets.iter().map(|sheet| sheet.to_text(width)).collect::<Vec<_>>().join("\n")
}
