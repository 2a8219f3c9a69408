//! Running a suite.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `suite.toml` in a folder; also what was said on standard error, in one line.
pub(crate) fn run(folder: &Path) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    let output = command.args(["run", "suite.toml"]).current_dir(folder).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let words: Vec<&str> = said.split_whitespace().filter(|word| *word != "│").collect();
    (output, words.join(" "))
}
