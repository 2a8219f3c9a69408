//! Reports recomputed from their exports by pandas and SciPy.

mod synthetic;

#[path = "../../data/tests/support/python.rs"]
mod python;

use std::process::Command;

#[test]
fn pandas_and_scipy_come_to_the_same_scores_and_tests() {
    let modules = ["pandas", "pyarrow", "scipy"];
    let check = "reports: scores and tests by pandas and SciPy";
    let Some(python) = python::python_with(&modules, check) else { return };
    let mut run = synthetic::run(&["cavity"]);
    run.floors.clear();
    let folder = tempfile::tempdir().expect("a folder");
    let page = reports::render(std::slice::from_ref(&run), folder.path()).expect("a report");
    assert!(page.html.is_file());
    reports::write_csv(&[run], folder.path()).expect("a writable folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recomputed.py");
    let output = Command::new(python).arg(script).arg(folder.path()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.trim().ends_with("6 tests"), "{text}");
}
