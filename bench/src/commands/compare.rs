//! `eddymark compare`

mod json;

use super::arguments::{Form, OutFolder};
use super::report::{load_run, print_page};
use super::run_folder::{check_report_folder, run_folder};
use super::terminal::{print, print_json, width};
use crate::{BenchError, Progress};
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Runs, and what is compared.
#[derive(Debug, Clone, Args)]
pub(super) struct CompareArgs {
    /// Runs: folders, or names such as `quick` for the newest run of a suite and `quick@1` for an older one.
    #[arg(required = true, num_args = 2.., value_name = "RUN", value_hint = ValueHint::DirPath)]
    runs: Vec<PathBuf>,
    /// The surrogate that is tested against each of the others. Default: the most accurate learned one.
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// Folder of a joint report.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    report: Option<PathBuf>,
    #[command(flatten)]
    out: OutFolder,
    #[command(flatten)]
    form: Form,
}

/// Prints tables of several runs, and draws a joint report into the folder `report`.
pub(super) fn compare(progress: &Progress, args: &CompareArgs) -> Result<(), BenchError> {
    let CompareArgs { runs, against, report, out, form } = args;
    let folders = runs.iter().map(|run| run_folder(&out.path, run));
    let folders = folders.collect::<Result<Vec<PathBuf>, BenchError>>()?;
    let runs = folders.iter().map(|folder| load_run(folder)).collect::<Result<Vec<_>, _>>()?;
    report.as_deref().map_or(Ok(()), check_report_folder)?;
    if form.json {
        print_json(&json::documents(&folders, &runs))?;
    } else {
        print(&reports::compare_text(&runs, against.as_deref(), width())?)?;
    }
    let Some(folder) = report else { return Ok(()) };
    let bar = progress.spinner("draw");
    let page = reports::render(&runs, folder)?;
    bar.finish_and_clear();
    if form.json { Ok(()) } else { print_page("", &page.html) }
}
