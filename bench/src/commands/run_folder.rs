//! The folders of runs that commands read.

use super::given::{Needed, expect};
use crate::{BenchError, suite_names};
use data::Invalid;
use std::path::{Path, PathBuf};

/// The folder of a run: a folder, or the name of a run under `out`, such as `quick` for the newest run of a suite and
/// `quick@1` for an older one.
pub(super) fn run_folder(out: &Path, run: &Path) -> Result<PathBuf, BenchError> {
    let is_run = |folder: &Path| folder.join("run.json").is_file();
    let places = [run.to_owned(), out.join(run)];
    if let Some(folder) = places.iter().find(|folder| is_run(folder)) {
        return Ok(folder.clone());
    }
    if let Some(other) = places.iter().find(|place| place.exists()) {
        expect(other, Needed::Run)?;
    }
    let name = run.to_string_lossy();
    if run.components().count() > 1 {
        return Err(BenchError::missing(run));
    }
    if suite_names().any(|suite| suite == name) {
        return Err(BenchError::Earlier {
            what: "the run".into(),
            path: out.join(run).join("run.json"),
            command: format!("eddymark run {name}"),
        });
    }
    let runs = known_runs(out);
    let suites = suite_names().filter(|suite| !runs.iter().any(|run| run == suite));
    let known: Vec<String> = runs.iter().cloned().chain(suites.map(Into::into)).collect();
    Err(BenchError::unknown("run", &name, known.iter().map(String::as_str)))
}

/// The names of the runs under a folder.
fn known_runs(out: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(out).into_iter().flatten().flatten();
    let runs = entries.filter(|entry| entry.path().join("run.json").is_file());
    let mut names: Vec<String> =
        runs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Refuses a folder for a joint report that is a run's own, or holds a run's own report: the run would take it for its
/// own, or lose its own.
pub(super) fn check_report_folder(folder: &Path) -> Result<(), BenchError> {
    let absolute = std::path::absolute(folder)?;
    let parents = absolute.ancestors().take(2);
    let in_run = parents.into_iter().any(|place| place.join("run.json").is_file());
    let source = Invalid::unless(
        !in_run && !folder.join("report.key").is_file(),
        "report",
        folder.display(),
        "a folder outside of a run's own, such as `comparison`",
    );
    source.map_err(|source| BenchError::Argument { source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Manifest, Run};

    fn with_runs(names: &[&str]) -> tempfile::TempDir {
        let out = tempfile::tempdir().expect("there is a temporary folder");
        let run = Run { manifest: Manifest::default(), ..Run::default() };
        for name in names {
            run.save(&out.path().join(name)).expect("it is writable");
        }
        out
    }

    #[test]
    fn runs_are_found_by_folder_name_and_history() {
        let out = with_runs(&["mine", "mine@1"]);
        let found = |run: &Path| run_folder(out.path(), run).map_err(|error| error.to_string());
        for name in ["mine", "mine@1"] {
            assert_eq!(found(Path::new(name)), Ok(out.path().join(name)));
            assert_eq!(found(&out.path().join(name)), Ok(out.path().join(name)));
        }
        let error = found(Path::new("mine@2")).expect_err("it is not there");
        assert!(error.contains("did you mean `mine"), "{error}");
        let error = found(Path::new("quick")).expect_err("it was not run");
        assert!(error.contains("quick"), "{error}");
    }

    #[test]
    fn the_folder_of_a_run_and_of_its_report_are_refused() {
        let out = with_runs(&["mine"]);
        for folder in ["mine", "mine/report"] {
            let error = check_report_folder(&out.path().join(folder)).expect_err("it is a run's");
            assert!(error.to_string().contains("outside of a run's own"), "{error}");
        }
        check_report_folder(&out.path().join("comparison")).expect("it is free");
    }
}
