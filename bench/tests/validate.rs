//! Validation of datasets: sound ones pass, and each check finds the fault that it is for.

use bench::{Case, Progress, Severity, Stop, Verdict, case_names, find_case, generate, validate};
use copied::copy;
use data::{Dataset, Sample, Source, Trajectory};
use ndarray::Axis;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use support::share_certificates;
use tempfile::TempDir;

#[path = "support/copy.rs"]
mod copied;
mod support;

const CASE: &str = "summary = 'tiny'\nproblem = 'cavity'\ncells = [16, 16]\ninterval = 0.1\nframes = 6\nseed = 1\n\
                    [vary]\nreynolds = { uniform = [10, 20] }\n[split]\ntrain = 2\nvalid = 1\ntest = 1\n";

/// A sound dataset, made once.
fn sound() -> &'static Path {
    static FOLDER: OnceLock<(TempDir, std::path::PathBuf)> = OnceLock::new();
    let (_, dataset) = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        fs_err::write(folder.path().join("case.toml"), CASE).expect("there is room");
        let datasets = folder.path().join("datasets");
        share_certificates(&datasets);
        let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
        command.args(["generate", "case.toml"]).current_dir(folder.path());
        assert!(command.output().expect("it starts").status.success());
        let entries = fs_err::read_dir(&datasets).expect("it is there").flatten();
        let found = entries.map(|entry| entry.path()).find(|path| path.join("data").is_dir());
        (folder, found.expect("a dataset was generated"))
    });
    dataset
}

/// The findings on the dataset whose samples are changed by `change`, written as a dataset of its own.
fn verdicts(change: impl Fn(&mut Vec<Sample>)) -> Vec<Verdict> {
    let source = Dataset::open(sound()).expect("it is a dataset");
    let read = |index| source.sample(index).expect("it is sound");
    let mut samples: Vec<Sample> = (0..4).map(read).collect();
    change(&mut samples);
    let folder = tempfile::tempdir().expect("there is room");
    let changed = Dataset::create(folder.path(), source.header().clone()).expect("there is room");
    for sample in &samples {
        changed.write(sample).expect("it has the shape of the dataset");
    }
    changed.finish().expect("all samples are there");
    validate(&changed, &Progress::silent()).expect("it is a dataset")
}

/// The checks that found something, with the worst that they found and the samples it is in.
fn found(verdicts: &[Verdict]) -> Vec<(&str, Severity, Vec<usize>)> {
    let of = |verdict: &Verdict| {
        let is_error = |severity| severity == Severity::Error;
        let worst = verdict.findings.iter().map(|f| f.severity).max_by_key(|s| is_error(*s))?;
        let samples = verdict.findings.iter().filter_map(|finding| finding.sample).collect();
        Some((verdict.check, worst, samples))
    };
    verdicts.iter().filter_map(of).collect()
}

fn values(sample: &mut Sample) -> &mut Trajectory {
    &mut sample.trajectory
}

#[test]
fn a_sound_dataset_passes_all_checks() {
    let verdicts = verdicts(|_| ());
    assert!(found(&verdicts).is_empty(), "{verdicts:#?}");
    let names: Vec<&str> = verdicts.iter().map(|verdict| verdict.check).collect();
    let expected = "files, numbers, repeated states, shared states, boundaries, divergence, equations, statistics";
    assert_eq!(names.join(", "), expected);
}

#[test]
fn numbers_that_are_not_finite_are_errors() {
    let verdicts = verdicts(|samples| values(&mut samples[1]).values[[3, 0, 5, 5, 0]] = f64::NAN);
    let numbers = &verdicts[1];
    assert_eq!(numbers.findings[0].sample, Some(1), "{numbers:?}");
    assert_eq!(numbers.findings[0].what, "1 values of u are not finite, first in state 3");
    assert!(numbers.failed());
}

#[test]
fn a_state_that_repeats_the_one_before_is_an_error_unless_the_flow_is_steady() {
    let repeat = |sample: &mut Sample, from: usize| {
        let state = sample.trajectory.state(from).to_owned();
        for step in from + 1..sample.trajectory.len() {
            values(sample).values.index_axis_mut(Axis(0), step).assign(&state);
        }
    };
    let undeclared = verdicts(|samples| repeat(&mut samples[0], 3));
    assert_eq!(found(&undeclared), [("repeated states", Severity::Error, vec![0])]);
    let declared = verdicts(|samples| {
        repeat(&mut samples[0], 3);
        samples[0].steady_from = Some(3);
    });
    assert!(found(&declared).is_empty(), "{declared:#?}");
}

#[test]
fn states_of_a_training_sample_in_the_test_split_are_a_leak() {
    let leaked = verdicts(|samples| {
        let test = samples.iter().position(|s| s.split == data::Split::Test).expect("there is one");
        let train =
            samples.iter().position(|s| s.split == data::Split::Train).expect("there is one");
        let state = samples[train].trajectory.state(4).to_owned();
        values(&mut samples[test]).values.index_axis_mut(Axis(0), 2).assign(&state);
    });
    let all = found(&leaked);
    assert_eq!(all.len(), 1, "{leaked:#?}");
    assert_eq!((all[0].0, all[0].1), ("shared states", Severity::Error));
    let what = &leaked[3].findings[0].what;
    assert!(what.contains("a leak between"), "{what}");
}

#[test]
fn components_in_the_wrong_order_are_worth_a_look() {
    let swapped = verdicts(|samples| {
        let velocity = &mut values(&mut samples[0]).values;
        let [u, v] = [0, 1].map(|channel| velocity.index_axis(Axis(1), channel).to_owned());
        velocity.index_axis_mut(Axis(1), 0).assign(&v);
        velocity.index_axis_mut(Axis(1), 1).assign(&u);
    });
    let all = found(&swapped);
    assert!(all.contains(&("divergence", Severity::Warning, vec![0])), "{all:?}");
    assert!(all.iter().any(|(check, ..)| *check == "boundaries"), "the lid moves along x: {all:?}");
}

#[test]
fn states_that_do_not_solve_the_equations_are_worth_a_look() {
    // A hundred times as viscous: the flow is steady after one interval.
    let viscous = verdicts(|samples| samples[1].parameters[0] /= 100.0);
    assert_eq!(found(&viscous), [("equations", Severity::Warning, vec![1])]);
    let what = &viscous[6].findings[0].what;
    assert!(
        what.starts_with("the solver of `cavity` leads from state 1 to another velocity"),
        "{what}"
    );
}

#[test]
fn statistics_of_other_samples_and_missing_files_are_errors() {
    let folder = tempfile::tempdir().expect("there is room");
    copy(sound(), folder.path());
    let path = folder.path().join("normalization.json");
    let text = fs_err::read_to_string(&path).expect("it is there");
    let number =
        text.lines().nth(2).expect("the first mean").trim().trim_end_matches(',').to_owned();
    fs_err::write(&path, text.replacen(&number, "123.0", 1)).expect("there is room");
    let dataset = Dataset::open(folder.path()).expect("it is a dataset");
    let verdicts = validate(&dataset, &Progress::silent()).expect("it is a dataset");
    assert_eq!(found(&verdicts), [("statistics", Severity::Error, vec![])]);
    fs_err::remove_file(dataset.path(2)).expect("it is there");
    let verdicts = validate(&dataset, &Progress::silent()).expect("it is a dataset");
    let all = found(&verdicts);
    assert_eq!(all[0], ("files", Severity::Error, vec![2]), "{verdicts:?}");
}

#[test]
fn the_command_prints_a_table_and_exits_with_1_if_anything_is_wrong() {
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
        command.arg("validate").arg(folder).args(arguments).env("NO_COLOR", "1");
        command.env("COLUMNS", "120").output().expect("it starts")
    };
    let output = run(sound(), &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    insta::assert_snapshot!("validate", text);
    let folder = tempfile::tempdir().expect("there is room");
    copy(sound(), folder.path());
    let damaged = Dataset::open(folder.path()).expect("it is a dataset").path(0);
    let mut bytes = fs_err::read(&damaged).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x55);
    fs_err::write(&damaged, bytes).expect("there is room");
    let output = run(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let verdicts: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(verdicts[0]["check"], "files");
    assert_eq!(verdicts[0]["findings"][0]["sample"], 0);
}

/// A small version of a shipped case: few cells, states and samples, one solution per sample.
fn small(name: &str, text: &str) -> Option<Case> {
    let mut table: toml::Table = text.parse().expect("shipped cases are TOML");
    let cells: Vec<i64> = table["cells"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(toml::Value::as_integer)
        .collect();
    table.insert("frames".into(), 3.into());
    table.remove("spin-up");
    // Some flows become steady between two states of a coarse grid.
    let reference = toml::toml! {
        refine = 1
        error-estimate = false
        steady = 1e-6
    };
    table.insert("reference".into(), reference.into());
    let split = toml::toml! {
        train = 2
        valid = 1
        test = 1
        by = "random"
        allow-duplicates = true
    };
    table.insert("split".into(), split.into());
    // The coarsest grid that the problem accepts. Obstacles of different sizes would be the same on coarse cells.
    let least = if name.contains("dam") { 64 } else { 12 };
    [12, 16, 24, 32, 48, 64].into_iter().filter(|most| *most >= least).find_map(|most| {
        let fewer: Vec<toml::Value> = cells.iter().map(|n| (*n).min(most).into()).collect();
        table.insert("cells".into(), fewer.into());
        let text = toml::to_string(&table).expect("it is a table");
        Case::parse("small", "small.toml", &text).ok()
    })
}

#[test]
fn small_versions_of_all_shipped_cases_are_valid() {
    for name in case_names() {
        let text = find_case(name).expect("it is shipped").text;
        let case = small(name, &text).unwrap_or_else(|| panic!("{name} has a small version"));
        let folder = tempfile::tempdir().expect("there is room");
        let root = folder.path().join("data");
        let (progress, stop) = (Progress::silent(), Stop::default());
        let generated = generate(&case, &root, "", &progress, &stop);
        let (dataset, _) = generated.unwrap_or_else(|error| panic!("{name}: {error}"));
        let verdicts = validate(&dataset, &progress).expect("it is a dataset");
        let equations = verdicts.iter().find(|verdict| verdict.check == "equations");
        let equations = equations.unwrap_or_else(|| panic!("{name}: the solver takes part"));
        assert!(equations.findings.is_empty(), "{name}: {equations:#?}");
        let wrong: Vec<_> =
            found(&verdicts).into_iter().filter(|of| of.1 == Severity::Error).collect();
        assert!(wrong.is_empty(), "{name}: {verdicts:#?}");
    }
}
