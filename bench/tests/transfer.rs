//! Operators that are trained on one case and evaluated on others: another grid, other parameters.

use data::Run;
use std::path::Path;
use std::process::{Command, Output};
use support::share_certificates;
use tempfile::TempDir;

mod support;

/// A folder with the cases `coarse`, `same`, which differs by its name alone, `fine` and `beyond`, and a suite of them.
fn made(cases: &str, surrogate: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    let case = |name: &str, cells: usize, reynolds: &str| {
        let text = format!(
            "summary = 's'\nproblem = 'cavity'\ncells = [{cells}, {cells}]\ninterval = 0.5\nframes = 6\nseed = 1\n\
             [vary]\nreynolds = {{ log-uniform = {reynolds} }}\n[reference]\nrefine = 1\nerror-estimate = false\n\
             [split]\ntrain = 3\nvalid = 1\ntest = 2\n"
        );
        fs_err::write(folder.path().join(format!("{name}.toml")), text).expect("there is room");
    };
    case("coarse", 16, "[20, 100]");
    case("same", 16, "[20, 100]");
    case("fine", 24, "[20, 100]");
    case("beyond", 16, "[100, 200]");
    let tube = "summary = 's'\nproblem = 'tube'\ncells = [16, 16]\ninterval = 0.1\nframes = 6\nseed = 1\n\
                [vary]\ninlet-velocity = { uniform = [0.5, 1] }\n[split]\ntrain = 3\nvalid = 1\ntest = 2\n";
    fs_err::write(folder.path().join("tube.toml"), tube).expect("there is room");
    let suite = format!(
        "summary = 's'\ncases = [{cases}]\nmetrics = ['nrmse']\nstart = 1\n[[surrogate]]\n{surrogate}\n"
    );
    fs_err::write(folder.path().join("suite.toml"), suite).expect("there is room");
    folder
}

fn run(folder: &Path) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    let output = command.args(["run", "suite.toml"]).current_dir(folder).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let words: Vec<&str> =
        said.split_whitespace().filter(|word| !["│", "×"].contains(word)).collect();
    (output, words.join(" "))
}

const FNO: &str = "architecture = 'fno'\ntable = { width = 4, modes = 3, layers = 2 }\n\
                   training = { steps = 30 }\ntrained-on = 'coarse'";

#[test]
fn an_operator_is_trained_once_and_evaluated_on_other_grids_and_parameters() {
    let folder = made("'coarse.toml', 'same.toml', 'fine.toml', 'beyond.toml'", FNO);
    let (output, said) = run(folder.path());
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("trained in").count(), 1, "{said}");
    let run = Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let scores = |case: &str| -> Vec<f64> {
        let records = run.records.iter().filter(|r| r.case == case && r.channel == "velocity");
        records.flat_map(|record| record.values.clone()).collect()
    };
    for case in ["coarse", "fine", "beyond"] {
        assert!(
            scores(case).len() == 8 && scores(case).iter().all(|value| value.is_finite()),
            "{case}"
        );
    }
    assert_eq!(scores("coarse"), scores("same"), "the same flows on the same grid");
    // A map between functions: on the finer grid it errs as much, up to the difference of the flows.
    let mean = |case: &str| scores(case).iter().sum::<f64>() / 8.0;
    assert!(
        (mean("fine") / mean("coarse") - 1.0).abs() < 0.2,
        "{} {}",
        mean("fine"),
        mean("coarse")
    );
    let notes =
        |case: &str| &run.surrogates.iter().find(|of| of.case == case).expect("evaluated").notes;
    assert!(notes("coarse").is_empty());
    assert_eq!(notes("fine"), &["trained on `coarse`"]);
}

#[test]
fn what_cannot_be_transferred_is_refused_by_name_before_anything_is_computed() {
    let cases = "'coarse.toml', 'fine.toml'";
    let unet = FNO.replace("'fno'", "'unet'").replace("{ width = 4, modes = 3, layers = 2 }", "{}");
    for (cases, surrogate, part) in [
        (
            cases,
            unet.as_str(),
            "`unet` was trained on [16, 16, 1] cells and cannot be evaluated on [24, 24, 1]",
        ),
        (cases, &unet, "ffno, fno, ifno, tfno are free of it"),
        ("'fine.toml', 'coarse.toml'", FNO, "a case of the suite that is listed before `fine`"),
        (
            cases,
            &FNO.replace("coarse", "other"),
            "`trained-on = other` must be a case of the suite",
        ),
        ("'coarse.toml', 'tube.toml'", FNO, "the same channels and parameters as `tube`"),
        (
            cases,
            "baseline = 'persistence'\ntrained-on = 'coarse'",
            "only an `architecture` is trained",
        ),
    ] {
        let folder = made(cases, surrogate);
        let (output, said) = run(folder.path());
        let has_part = part.split(", ").all(|part| said.contains(part));
        assert!(!output.status.success() && has_part, "{part}: {said}");
        assert!(!folder.path().join("runs").exists(), "nothing was computed");
    }
}
