//! The Well's own readers, when they are installed.

use crate::fixture::whole;
use data::SplitPlan;
use std::path::Path;
use std::process::Command;

/// Runs `tests/the_well.py`, which says itself what it could not try.
#[test]
fn python_reads_what_we_write() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    drop(whole(folder.path(), SplitPlan { train: 3, valid: 1, test: 2 }));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/the_well.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let Ok(output) = Command::new(&python).arg(script).arg(folder.path()).output() else {
        eprintln!("skipped: `{python}` is not installed");
        return;
    };
    let [out, err] =
        [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    eprintln!("{out}");
    assert!(output.status.success(), "{out}{err}");
}
