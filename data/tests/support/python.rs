//! Python, for checks of interoperability. A check that cannot run is recorded, never passed over in silence.
//!
//! | variable of the environment | meaning |
//! |---|---|
//! | `PYTHON` | the interpreter; default `python3` |
//! | `EDDYMARK_SKIPPED` | file to which a line is appended for each check that is skipped; `./eddymark test` prints it |
//! | `EDDYMARK_NO_SKIP` | if set, a check that cannot run fails |

use std::io::Write;
use std::process::Command;

/// The interpreter, if it imports all `modules`; otherwise `check` is recorded as skipped.
///
/// Fails if `EDDYMARK_NO_SKIP` is set and a module is missing.
pub(crate) fn python_with(modules: &[&str], check: &str) -> Option<String> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let import = ["import ", &modules.join("\nimport ")].concat();
    let run = Command::new(&python).args(["-c", &import]).output();
    let reason = match run {
        Ok(output) if output.status.success() => return Some(python),
        Ok(output) => {
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            stderr.lines().last().unwrap_or("it does not run").to_owned()
        }
        Err(error) => error.to_string(),
    };
    let skipped = format!("{check}: {python}: {reason}");
    skip(&skipped);
    None
}

/// Records a check that is skipped, and why.
///
/// Fails if `EDDYMARK_NO_SKIP` is set.
pub(crate) fn skip(skipped: &str) {
    let may_skip = std::env::var_os("EDDYMARK_NO_SKIP").is_none();
    assert!(may_skip, "{skipped}; `pip install -r docs/interoperability.txt`");
    if let Some(path) = std::env::var_os("EDDYMARK_SKIPPED") {
        let mut list = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("it is writable");
        list.write_all(format!("{skipped}\n").as_bytes()).expect("it is writable");
    }
    eprintln!("skipped: {skipped}");
}
