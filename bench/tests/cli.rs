//! Error messages: they fit on one screen and name the position, the value and a remedy.

use std::path::Path;
use std::process::{Command, Output};

fn eddymark(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eddymark"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

/// Exit code and error text, with the folder's name taken out.
fn failure(folder: &Path, arguments: &[&str]) -> String {
    let output = eddymark(folder, arguments);
    let text =
        String::from_utf8_lossy(&output.stderr).replace(&folder.display().to_string(), "FOLDER");
    let text = masked(&text);
    assert!(!output.status.success(), "`eddymark {}` succeeded", arguments.join(" "));
    assert!(!text.contains("panicked"), "{text}");
    assert!(text.lines().count() <= 30, "more than a screen:\n{text}");
    format!(
        "$ eddymark {}\n{}\nexit code {:?}",
        arguments.join(" "),
        text.trim_end(),
        output.status.code().expect("no signal")
    )
}

/// The standard output of a command that succeeds.
fn success(folder: &Path, arguments: &[&str]) -> String {
    let output = eddymark(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`eddymark {}` failed: {errors}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).into()
}

/// The text with the hash in a dataset's folder, which changes with the solvers' sources, made constant.
fn masked(text: &str) -> String {
    let mut parts = text.split("smoke-");
    let first = parts.next().expect("a split has a first part").to_owned();
    parts.fold(first, |text, part| match part.get(..8) {
        Some(hash) if hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            text + "smoke-########" + &part[8..]
        }
        _ => text + "smoke-" + part,
    })
}

const CASE: &str = "summary = \"tiny\"\nproblem = \"cavity\"\ncells = [16, 16]\ninterval = 0.5\nframes = 3\nseed = 1\n\n[split]\ntrain = 1\nvalid = 1\ntest = 1\nallow-duplicates = true\n";

/// Runs `generate` on the tiny case with one change.
fn with_case(change: (&str, &str)) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let text = CASE.replacen(change.0, change.1, 1);
    assert_ne!(text, CASE, "the change applies");
    fs_err::write(folder.path().join("case.toml"), text).expect("there is room");
    failure(folder.path(), &["generate", "case.toml"])
}

/// Runs the tiny suite with one change.
fn with_suite(surrogate: &str) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    let text =
        format!("summary = \"tiny\"\ncases = [\"cavity/smoke\"]\n\n[[surrogate]]\n{surrogate}\n");
    fs_err::write(folder.path().join("suite.toml"), text).expect("there is room");
    failure(folder.path(), &["run", "suite.toml"])
}

fn nowhere() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room")
}

#[test]
fn misspelt_and_impossible_cases() {
    insta::assert_snapshot!("case_unknown_key", with_case(("interval", "intervall")));
    insta::assert_snapshot!("case_wrong_type", with_case(("frames = 3", "frames = \"three\"")));
    insta::assert_snapshot!("case_broken_toml", with_case(("cells = [16, 16]", "cells = [16, 16")));
    insta::assert_snapshot!("case_unknown_problem", with_case(("\"cavity\"", "\"cavitty\"")));
    insta::assert_snapshot!("case_impossible_grid", with_case(("[16, 16]", "[2, 2]")));
    insta::assert_snapshot!(
        "case_negative_interval",
        with_case(("interval = 0.5", "interval = -0.5"))
    );
    insta::assert_snapshot!(
        "case_impossible_parameter",
        with_case(("[split]", "[parameters]\nreynolds = -10\n\n[split]"))
    );
    insta::assert_snapshot!(
        "case_unknown_parameter",
        with_case(("[split]", "[parameters]\nreynold = 10\n\n[split]"))
    );
    insta::assert_snapshot!(
        "case_bad_distribution",
        with_case(("[split]", "[vary]\nreynolds = { log-uniform = [100, 10] }\n\n[split]"))
    );
}

#[test]
fn misspelt_and_impossible_suites() {
    insta::assert_snapshot!("suite_unknown_architecture", with_suite("architecture = \"fmo\""));
    insta::assert_snapshot!(
        "suite_unknown_parameter",
        with_suite("architecture = \"fno\"\ntable = { widht = 8 }")
    );
    insta::assert_snapshot!("suite_unknown_baseline", with_suite("baseline = \"persistance\""));
    insta::assert_snapshot!(
        "suite_two_kinds",
        with_suite("baseline = \"persistence\"\narchitecture = \"fno\"")
    );
    insta::assert_snapshot!(
        "suite_training_of_a_baseline",
        with_suite("baseline = \"persistence\"\ntraining = { steps = 3 }")
    );
    insta::assert_snapshot!(
        "suite_unknown_training_key",
        with_suite("architecture = \"fno\"\ntraining = { stepz = 3 }")
    );
    insta::assert_snapshot!(
        "suite_unknown_preset",
        with_suite("architecture = \"fno\"\ntraining = { preset = \"cfdbensh\", steps = 3 }")
    );
}

#[test]
fn impossible_reports() {
    let with_report = |layout: &str| {
        let folder = nowhere();
        let surrogate = "[[surrogate]]\nbaseline = \"persistence\"\n";
        let text = format!("summary = \"tiny\"\ncases = [\"cavity/smoke\"]\n{layout}\n{surrogate}");
        fs_err::write(folder.path().join("suite.toml"), text).expect("there is room");
        failure(folder.path(), &["run", "suite.toml"])
    };
    insta::assert_snapshot!("suite_unknown_table", with_report("tables = [\"leaderbord\"]"));
    insta::assert_snapshot!(
        "suite_impossible_figure",
        with_report("figures = [{ name = \"field-panels\", steps = 0 }]")
    );
}

#[test]
fn tables_of_documents_are_written_and_checked() {
    let folder = nowhere();
    let document = folder.path().join("table.md");
    fs_err::write(folder.path().join("rows.csv"), "a,b\n1,2\n").expect("there is room");
    let marked = "<!-- eddymark: csv of rows.csv -->\n<!-- end -->\n";
    fs_err::write(&document, marked).expect("there is room");
    let check = ["report", "--splice", "table.md", "--check"];
    insta::assert_snapshot!("outdated_table", failure(folder.path(), &check));
    assert_eq!(success(folder.path(), &["report", "--splice", "table.md"]), "table.md\n");
    let spliced = fs_err::read_to_string(&document).expect("it was just written");
    assert!(spliced.contains("| 1 | 2 |"), "{spliced}");
    assert_eq!(success(folder.path(), &check), "");
}

#[test]
fn names_and_paths_that_are_not_there() {
    let folder = nowhere();
    for (name, arguments) in [
        ("unknown_suite", vec!["run", "quik"]),
        ("unknown_case", vec!["generate", "cavity/quik"]),
        ("unknown_surrogate", vec!["run", "smoke", "--only", "fna"]),
        ("unknown_kind", vec!["list", "architecturs"]),
        ("unknown_problem", vec!["verify", "cavitty"]),
        ("missing_file", vec!["generate", "absent.toml"]),
        ("missing_dataset", vec!["train", "smoke"]),
        ("missing_run", vec!["report", "smoke"]),
        ("missing_path", vec!["inspect", "absent"]),
        ("missing_operator", vec!["run", "smoke", "--operator", "absent"]),
        ("unknown_device", vec!["run", "smoke", "--device", "gpu"]),
        ("device_not_built_in", vec!["run", "smoke", "--device", "cuda:0"]),
    ] {
        insta::assert_snapshot!(name, failure(folder.path(), &arguments));
    }
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let folder = nowhere();
    fs_err::write(folder.path().join("foreign.hdf5"), "not HDF5 at all").expect("there is room");
    fs_err::write(folder.path().join("occupied"), "a file where a folder should be")
        .expect("there is room");
    fs_err::create_dir(folder.path().join("empty")).expect("there is room");
    insta::assert_snapshot!("foreign_hdf5", failure(folder.path(), &["inspect", "foreign.hdf5"]));
    insta::assert_snapshot!("no_dataset", failure(folder.path(), &["inspect", "empty"]));
    insta::assert_snapshot!(
        "unwritable_data",
        failure(folder.path(), &["generate", "cavity/smoke", "--data", "occupied"])
    );
}

/// The dataset of a former version that the crate `data` is tested with.
#[test]
fn a_dataset_is_listed_with_its_reliability() {
    let folder = nowhere();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/tests/fixtures/version-2");
    let copy = |path: &str| {
        let target = folder.path().join("dataset").join(path);
        fs_err::create_dir_all(target.parent().expect("it has a folder")).expect("there is room");
        fs_err::copy(format!("{fixture}/{path}"), target).expect("it is there");
    };
    for path in ["dataset.json", "normalization.json", "data/train/box-small_0001.hdf5"] {
        copy(path);
    }
    fs_err::create_dir_all(folder.path().join("dataset/data/test")).expect("there is room");
    let listed = || {
        let output = eddymark(folder.path(), &["inspect", "dataset"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(listed().contains("1 missing"), "{}", listed());
    copy("data/test/box-small_0000.hdf5");
    insta::assert_snapshot!("dataset", listed());
}

#[test]
fn help_has_examples_and_lists_name_everything() {
    let folder = nowhere();
    for command in [
        "run", "list", "count", "generate", "train", "evaluate", "report", "compare", "verify",
        "inspect",
    ] {
        let output = eddymark(folder.path(), &[command, "--help"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("Example"), "`{command} --help` has no example:\n{text}");
    }
    let output = eddymark(folder.path(), &["list"]);
    insta::assert_snapshot!("list", String::from_utf8_lossy(&output.stdout));
    let output = eddymark(folder.path(), &["count"]);
    insta::assert_snapshot!("count", String::from_utf8_lossy(&output.stdout));
}
