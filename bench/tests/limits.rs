//! Limits of the shell: too little memory and too few threads are errors, not a crash in the middle.
#![cfg(target_os = "linux")]

use std::process::{Command, Output};

/// Executes `eddymark LINE` in a folder of its own after the shell has set limits.
fn limited(limits: &str, line: &str) -> Output {
    let folder = tempfile::tempdir().expect("there is room");
    let limited = format!("{limits} && exec '{}' {line}", env!("CARGO_BIN_EXE_eddymark"));
    let mut command = Command::new("sh");
    command.args(["-c", &limited]).current_dir(folder.path()).env("NO_COLOR", "1");
    command.output().expect("there is a shell")
}

fn refused(limits: &str, line: &str) -> String {
    let output = limited(limits, line);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{limits}, {line}: {}: {text}", output.status);
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

#[test]
fn too_little_memory_is_refused_before_anything_is_done() {
    for line in ["list", "inspect .", "generate cavity/smoke", "evaluate smoke", "run smoke"] {
        for mib in [128, 255] {
            let said = refused(&format!("ulimit -v {}", mib << 10), line);
            let expected = format!(
                "the limit of memory is {mib} MiB (`ulimit -v`), and at least 256 MiB are needed"
            );
            assert!(said.contains(&expected), "{said}");
            assert!(said.contains("help: raise it: `ulimit -v unlimited`"), "{said}");
        }
        let said = refused("ulimit -d 32768", line);
        assert!(said.contains("the limit of memory is 32 MiB (`ulimit -d`)"), "{said}");
    }
    assert_eq!(limited("ulimit -v 262144", "list").status.code(), Some(0));
}

/// The stacks of 256 threads need 512 MiB.
#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let said = refused("ulimit -v 400000", "generate cavity/smoke --threads 256");
    assert!(said.contains("256 threads cannot be started"), "{said}");
    assert!(said.contains("help: choose fewer with `--threads` or `--jobs`"), "{said}");
}
