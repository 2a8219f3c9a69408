//! `eddymark score` and `eddymark template`: predictions that were made elsewhere.

use data::{Dataset, NpzArchive, NpzWriter, Source, Split};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::share_certificates;

#[path = "../../data/tests/support/python.rs"]
mod python;
mod support;

const CASE: &str = "summary = 'tiny'\nproblem = 'cavity'\ncells = [16, 16]\ninterval = 0.1\nframes = 5\nseed = 1\n\
                    [vary]\nreynolds = { uniform = [10, 20] }\n[split]\ntrain = 2\nvalid = 1\ntest = 2\n";

fn eddymark(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.args(arguments).current_dir(folder).output().expect("it starts")
}

/// What a command prints that succeeds.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The message of a command that fails, in one line.
fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it is refused");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let words = stderr.split_whitespace().filter(|word| !["│", "×"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// A folder with a suite and its dataset.
fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room");
    share_certificates(&folder.path().join("datasets"));
    fs_err::write(folder.path().join("tiny.toml"), CASE).expect("there is room");
    let suite = "summary = 's'\ncases = ['tiny.toml']\nstart = 1\n[[surrogate]]\nbaseline = 'persistence'\n";
    fs_err::write(folder.path().join("suite.toml"), suite).expect("there is room");
    let dataset = printed(&eddymark(folder.path(), &["generate", "tiny.toml"]));
    let dataset = folder.path().join(dataset.trim());
    (folder, dataset)
}

/// Writes persistence from state `start` on for the given samples.
fn persistence(to: &Path, root: &Path, samples: &[usize], start: usize) {
    let dataset = Dataset::open(root).expect("it is a dataset");
    let file = fs_err::File::create(to).expect("there is room");
    let mut archive = NpzWriter::new(file);
    for index in samples {
        let of = dataset.window((*index).min(4), start, 1).expect("it is there");
        let steps = 4 - start;
        let shape = [steps, of.shape()[1], 16, 16, 1];
        let values = std::iter::repeat_n(of.iter().copied().collect::<Vec<f32>>(), steps).flatten();
        archive.add(&format!("sample_{index}"), &shape, values).expect("there is room");
    }
    archive.finish().expect("there is room");
}

#[test]
fn predictions_have_the_scores_that_the_suite_gives_them() {
    let (folder, root) = made();
    let test = Dataset::open(&root).expect("it is a dataset").indices(Split::Test);
    fs_err::create_dir(folder.path().join("own")).expect("there is room");
    persistence(&folder.path().join("own/tiny.npz"), &root, &test, 1);
    printed(&eddymark(folder.path(), &["run", "suite.toml"]));
    let run = data::Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let path = root.to_string_lossy();
    for arguments in [
        vec!["score", "own", "--suite", "suite.toml", "--json"],
        vec!["score", "own/tiny.npz", "--dataset", &path, "--start", "1", "--json"],
    ] {
        let text = printed(&eddymark(folder.path(), &arguments));
        let scores: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let scores = scores[0]["scores"].as_array().expect("it is a list");
        let scored = run.records.iter().filter(|record| record.surrogate == "persistence");
        assert_eq!(scored.clone().count(), scores.len());
        for record in scored {
            let same = scores.iter().find(|score| {
                score["metric"] == record.metric
                    && score["channel"] == record.channel
                    && score["sample"] == record.sample
            });
            let values = same.expect("it has all records")["values"].as_array().expect("a list");
            for (found, expected) in values.iter().zip(&record.values) {
                let found = found.as_f64().unwrap_or(f64::NAN);
                assert!(
                    (found - expected).abs() <= 1e-6 * expected.abs() || found.is_nan(),
                    "{record:?}"
                );
            }
        }
    }
    // A table for people.
    let table = printed(&eddymark(folder.path(), &["score", "own", "--suite", "suite.toml"]));
    assert!(table.starts_with("All metrics on tiny") && table.contains("NRMSE"), "{table}");
    assert!(!table.contains("time per step"), "{table}");
}

/// Writes the arrays of `own.npz` with h5py and zarr: by sample and all together, in the versions and types of both.
const OTHER_FORMATS: &str = r#"
import h5py, numpy as np, zarr
with np.load("own.npz") as archive:
    samples = {name: archive[name] for name in archive}
together = np.stack([samples[name] for name in sorted(samples, key=lambda name: int(name[7:]))])
with h5py.File("samples.h5", "w") as file:
    file["start"] = 1
    for name, values in samples.items():
        file.create_dataset(name, data=values, compression="gzip", chunks=(1, *values.shape[1:]))
with h5py.File("together.hdf5", "w") as file:
    file["prediction"] = together.astype("f8")
for version in 2, 3:
    group = zarr.open_group(f"samples-{version}.zarr", mode="w", zarr_format=version)
    for name, values in samples.items():
        group.create_array(name, data=values, chunks=(1, *values.shape[1:]))
    zarr.save_array(f"together-{version}.zarr", together, zarr_format=version)
"#;

#[test]
fn predictions_in_every_format_have_the_same_scores() {
    let Some(python) =
        python::python_with(&["numpy", "h5py", "zarr"], "predictions in HDF5 and Zarr")
    else {
        return;
    };
    let (folder, root) = made();
    let test = Dataset::open(&root).expect("it is a dataset").indices(Split::Test);
    persistence(&folder.path().join("own.npz"), &root, &test, 1);
    let mut written = Command::new(python);
    let written =
        written.args(["-c", OTHER_FORMATS]).current_dir(folder.path()).output().expect("it starts");
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let path = root.to_string_lossy();
    let score = |file: &str| {
        printed(&eddymark(
            folder.path(),
            &["score", file, "--dataset", &path, "--start", "1", "--json"],
        ))
    };
    let expected = score("own.npz");
    for file in [
        "samples.h5",
        "together.hdf5",
        "samples-2.zarr",
        "samples-3.zarr",
        "together-2.zarr",
        "together-3.zarr",
    ] {
        assert_eq!(score(file), expected, "{file}");
    }
}

#[test]
fn a_template_has_the_shape_the_samples_and_the_start() {
    let (folder, root) = made();
    let dataset = Dataset::open(&root).expect("it is a dataset");
    let path = root.to_string_lossy();
    let arguments =
        ["template", "--dataset", &path, "--start", "1", "--split", "train", "--to", "empty.npz"];
    let text = printed(&eddymark(folder.path(), &arguments));
    assert!(text.contains("[step, channel, x, y, z]") && text.contains("u, v, p"), "{text}");
    let mut archive = NpzArchive::open(&folder.path().join("empty.npz")).expect("it is an archive");
    let train = dataset.indices(Split::Train);
    let mut names: Vec<String> = train.iter().map(|index| format!("sample_{index}")).collect();
    names.push("start".into());
    names.sort();
    assert_eq!(archive.shapes().keys().cloned().collect::<Vec<_>>(), names);
    let values = archive.array(&names[0]).and_then(|mut array| array.all()).expect("it is sound");
    assert_eq!(values.shape(), [3, 3, 16, 16, 1]);
    assert!(values.iter().all(|value| value.is_nan()));
    // What is not filled counts as diverged, and its start is checked.
    let score = |start: &str| {
        let split = ["--split", "train", "--start", start];
        eddymark(folder.path(), &[&["score", "empty.npz", "--dataset", &path][..], &split].concat())
    };
    assert!(printed(&score("1")).contains("diverged 2 of 2"));
    assert!(
        refusal(&score("2")).contains("from the state after state 1 on, not"),
        "{}",
        refusal(&score("2"))
    );
    let of_suite = printed(&eddymark(
        folder.path(),
        &["template", "--suite", "suite.toml", "--to", "all", "--json"],
    ));
    assert!(of_suite.contains("all/tiny.npz"), "{of_suite}");
    assert!(folder.path().join("all/tiny.npz").is_file());
}

#[test]
fn wrong_samples_shapes_and_options_are_named() {
    let (folder, root) = made();
    let test = Dataset::open(&root).expect("it is a dataset").indices(Split::Test);
    let path = root.to_string_lossy();
    let score = |file: &str, more: &[&str]| {
        let text = refusal(&eddymark(
            folder.path(),
            &[&["score", file, "--dataset", &path], more].concat(),
        ));
        text.replace(&*path, "DATASET")
    };
    persistence(&folder.path().join("some.npz"), &root, &test[..1], 0);
    persistence(&folder.path().join("more.npz"), &root, &[test[0], test[1], 77], 0);
    persistence(&folder.path().join("short.npz"), &root, &test, 2);
    fs_err::write(folder.path().join("text.npz"), "no archive").expect("there is room");
    fs_err::write(folder.path().join("text.h5"), "no array").expect("there is room");
    fs_err::write(folder.path().join("text.txt"), "no array").expect("there is room");
    fs_err::create_dir(folder.path().join("empty.zarr")).expect("there is room");
    let all = [
        score("some.npz", &[]),
        score("more.npz", &[]),
        score("short.npz", &[]),
        score("text.npz", &[]),
        score("text.h5", &[]),
        score("text.txt", &[]),
        score("empty.zarr", &[]),
        score("none.npz", &[]),
        score("short.npz", &["--start", "4"]),
        score("short.npz", &["--steps", "9"]),
        score("short.npz", &["--split", "all"]),
    ];
    insta::assert_snapshot!("refused", all.join("\n\n"));
}
