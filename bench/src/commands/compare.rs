//! `eddymark compare`

use super::report::render;
use super::terminal::print;
use crate::BenchError;
use data::Run;
use std::path::{Path, PathBuf};

/// Puts several runs side by side.
pub(super) fn compare(folders: &[PathBuf], report: Option<&Path>) -> Result<(), BenchError> {
    let runs = folders.iter().map(|folder| Run::load(folder)).collect::<Result<Vec<_>, _>>()?;
    print(&reports::compare_text(&runs))?;
    report.map_or(Ok(()), |folder| render(&runs, folder).map(drop))
}
