//! `eddymark check-operator`

use super::context::CommandContext;
use super::terminal::print;
use crate::{BenchError, OperatorSeverity, check_operator as examine};
use data::printable;
use std::path::Path;

/// Examines an outside program, and prints what was found. An error if an evaluation would fail.
pub(super) fn check_operator(context: &CommandContext, folder: &Path) -> Result<(), BenchError> {
    if !folder.exists() {
        return Err(BenchError::missing(folder));
    }
    let bar = context.progress.spinner("check operator");
    let confiner = std::env::current_exe().ok();
    let checks = examine(folder, confiner.as_deref(), &context.stop);
    bar.finish_and_clear();
    let checks = checks?;
    for check in &checks {
        let sign = match check.severity {
            OperatorSeverity::Fine => "ok     ",
            OperatorSeverity::Warning => "look at",
            OperatorSeverity::Error => "WRONG  ",
        };
        let found: Vec<String> =
            check.found.lines().map(|line| printable(line).into_owned()).collect();
        print(&format!("{sign}  {}: {}\n", check.asked, found.join("\n         ")))?;
    }
    if checks.iter().any(|check| check.severity == OperatorSeverity::Error) {
        return Err(BenchError::NotReady { folder: folder.into() });
    }
    print(&format!("ready: `eddymark run quick --operator {}` scores it\n", folder.display()))
}
