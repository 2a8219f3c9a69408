//! `eddymark compare`

use super::report::print_page;
use super::run_folder::{check_report_folder, run_folder};
use super::terminal::{print, width};
use crate::BenchError;
use clap::Args;
use data::Run;
use std::path::{Path, PathBuf};

/// Runs, and what is compared.
#[derive(Debug, Clone, Args)]
pub(super) struct CompareArgs {
    /// Runs: folders, or names such as `quick` for the newest run of a suite and `quick@1` for an older one.
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// The surrogate that is tested against each of the others. Default: the most accurate learned one.
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// Folder of a joint report.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

/// Prints tables of several runs, and draws a joint report into the folder `report`.
pub(super) fn compare(out: &Path, args: &CompareArgs) -> Result<(), BenchError> {
    let run = |run: &PathBuf| Ok(Run::load(&run_folder(out, run)?)?);
    let runs = args.runs.iter().map(run).collect::<Result<Vec<Run>, BenchError>>()?;
    args.report.as_deref().map_or(Ok(()), check_report_folder)?;
    let text = reports::compare_text(&runs, args.against.as_deref(), width())?;
    print(&text)?;
    let Some(folder) = &args.report else { return Ok(()) };
    let page = reports::render(&runs, folder)?;
    print_page("", &page.html)
}
