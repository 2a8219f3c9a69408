//! Readers in Python: h5py, and The Well's own loader.

use crate::fixture::whole;
use crate::python::python_with;
use data::SplitPlan;
use std::path::Path;
use std::process::Command;

/// Runs `tests/the_well.py` on a dataset, if Python has the modules.
fn reads(check: &str, modules: &[&str]) {
    let Some(python) = python_with(modules, &format!("the_well.py {check}")) else { return };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    drop(whole(folder.path(), SplitPlan { train: 3, valid: 1, test: 2 }));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/the_well.py");
    let output = Command::new(&python).arg(script).arg(check).arg(folder.path()).output();
    let output = output.expect("Python was started before");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(output.stdout), text(output.stderr));
}

#[test]
fn h5py_reads_what_we_write() {
    reads("format", &["h5py", "numpy"]);
}

#[test]
fn the_well_loads_what_we_write() {
    reads("loader", &["h5py", "numpy", "yaml", "the_well"]);
}
