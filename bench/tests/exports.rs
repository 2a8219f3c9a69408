//! Exports are read by the packages that they are for, hold the same bits, and come back by an import.

use data::{Dataset, Source};
use python::python_with;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use support::share_certificates;
use tempfile::TempDir;

#[path = "../../data/tests/support/python.rs"]
mod python;
mod support;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/export/check.py");

/// Layouts, and the packages that read them.
const LAYOUTS: [(&str, &[&str]); 7] = [
    ("the-well", &["h5py", "the_well"]),
    ("pdebench", &["h5py"]),
    ("cfdbench", &["h5py", "numpy"]),
    ("npz", &["h5py", "numpy"]),
    ("zarr", &["h5py", "zarr"]),
    ("xdmf", &["h5py", "vtkmodules.vtkIOXdmf2"]),
    ("huggingface", &["h5py", "the_well", "mlcroissant"]),
];

/// A flow with a constant field, and one in three dimensions on a stretched axis.
const CASES: [(&str, &str); 2] = [
    (
        "cylinder",
        "summary = 'tiny'\nproblem = 'cylinder'\ncells = [32, 16]\ninterval = 0.05\nframes = 3\nseed = 1\n\
         [vary]\nreynolds = { uniform = [20, 40] }\n[reference]\nrefine = 1\nerror-estimate = false\n\
         [split]\ntrain = 2\nvalid = 1\ntest = 1\n",
    ),
    (
        "channel",
        "summary = 'tiny'\nproblem = 'channel'\ncells = [8, 12, 8]\ninterval = 0.01\nframes = 3\nseed = 1\n\
         parameters = { reynolds-tau = 100 }\n[reference]\nrefine = 1\nerror-estimate = false\n\
         [split]\ntrain = 2\nvalid = 1\ntest = 1\n",
    ),
];

fn eddymark(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.args(arguments).current_dir(folder).output().expect("it starts")
}

fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it is refused");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let words = stderr.split_whitespace().filter(|word| !["│", "×"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// The datasets of both cases, made once.
fn datasets() -> &'static [PathBuf; 2] {
    static MADE: OnceLock<(TempDir, [PathBuf; 2])> = OnceLock::new();
    let (_, datasets) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        share_certificates(&folder.path().join("datasets"));
        let made = CASES.map(|(name, text)| {
            fs_err::write(folder.path().join(format!("{name}.toml")), text).expect("there is room");
            let path = succeeds(&eddymark(folder.path(), &["generate", &format!("{name}.toml")]));
            folder.path().join(path)
        });
        (folder, made)
    });
    datasets
}

/// The export of a dataset into `folder`.
fn exported(folder: &Path, dataset: &Path, layout: &str, more: &[&str]) -> Output {
    let dataset = dataset.to_string_lossy();
    let arguments = ["export", &dataset, "--format", layout, "--to", "out"];
    eddymark(folder, &[&arguments[..], more].concat())
}

#[test]
fn every_layout_is_read_by_its_packages_with_the_same_bits() {
    for (layout, modules) in LAYOUTS {
        let Some(python) = python_with(modules, &format!("export to {layout}")) else { continue };
        for (dataset, (name, _)) in datasets().iter().zip(CASES) {
            if matches!((layout, name), ("cfdbench" | "pdebench", "channel")) {
                continue;
            }
            let folder = tempfile::tempdir().expect("there is room");
            let more: &[&str] = match layout {
                "huggingface" => &[
                    "--license",
                    "CC-BY-4.0",
                    "--creator",
                    "A. Author",
                    "--citation",
                    "Author (2026)",
                    "--url",
                    "https://huggingface.co/datasets/author/flows",
                ],
                _ => &[],
            };
            succeeds(&exported(folder.path(), dataset, layout, more));
            let out = folder.path().join("out");
            let check =
                Command::new(&python).args([SCRIPT, layout]).arg(dataset).arg(&out).output();
            let check = check.expect("it starts");
            assert!(
                check.status.success(),
                "{layout}, {name}: {}",
                String::from_utf8_lossy(&check.stderr)
            );
        }
    }
}

#[test]
fn what_is_exported_comes_back_by_an_import() {
    let boundaries = "boundaries = { x = 'open', y = 'wall' }\n";
    let cases = [
        ("the-well", "source = 'the-well'\nsplit = 'files'\n".to_owned()),
        ("npz", format!("source = 'npz'\nsplit = 'files'\n{boundaries}")),
        (
            "cfdbench",
            format!(
                "source = 'cfdbench'\nsplit = {{ train = 2, valid = 1, test = 1 }}\n{boundaries}"
            ),
        ),
        (
            "pdebench",
            format!(
                "source = 'pdebench'\nsplit = {{ train = 2, valid = 1, test = 1 }}\n{boundaries}"
            ),
        ),
    ];
    let root = &datasets()[0];
    let original = Dataset::open(root).expect("it is a dataset");
    let symbols = |dataset: &Dataset| -> Vec<(String, Option<usize>)> {
        let channels = data::channels(&dataset.info().fields).into_iter();
        channels.map(|channel| (channel.field, channel.component)).collect()
    };
    for (layout, keys) in cases {
        let folder = tempfile::tempdir().expect("there is room");
        succeeds(&exported(folder.path(), root, layout, &[]));
        let text = format!("summary = 'back'\npath = 'out'\n{keys}");
        fs_err::write(folder.path().join("back.toml"), text).expect("there is room");
        let path = succeeds(&eddymark(folder.path(), &["generate", "back.toml"]));
        let back = Dataset::open(&folder.path().join(path)).expect("it was imported");
        let states = |dataset: &Dataset, index: usize, channel: usize| -> Vec<u32> {
            let states = dataset.window(index, 0, 3).expect("it is there");
            states
                .index_axis(ndarray::Axis(1), channel)
                .iter()
                .map(|value| value.to_bits())
                .collect()
        };
        let mut found = 0;
        for (channel, wanted) in symbols(&original).iter().enumerate() {
            let names = symbols(&back);
            let is_same = |(field, component): &(String, Option<usize>)| {
                let alias = [("u", 0), ("v", 1)].iter().any(|(symbol, axis)| {
                    field == symbol && wanted == &("velocity".into(), Some(*axis))
                });
                (field, component) == (&wanted.0, &wanted.1)
                    || alias
                    || (field == "p" && wanted.0 == "pressure")
            };
            let Some(place) = names.iter().position(is_same) else { continue };
            found += 1;
            for index in 0..4 {
                let all: Vec<Vec<u32>> = (0..4).map(|other| states(&back, other, place)).collect();
                assert!(
                    all.contains(&states(&original, index, channel)),
                    "{layout}: {wanted:?} of {index}"
                );
            }
        }
        assert!(found >= 3, "{layout}: velocity and pressure come back");
    }
}

#[test]
fn what_cannot_be_exported_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().expect("there is room");
    let [plane, space] = datasets();
    let unnamed = |text: String| {
        text.replace(&*space.to_string_lossy(), "CHANNEL")
            .replace(&*plane.to_string_lossy(), "CYLINDER")
    };
    let mut all = vec![unnamed(refusal(&exported(folder.path(), space, "cfdbench", &[])))];
    assert_eq!(fs_err::read_dir(folder.path()).expect("it is there").count(), 0, "nothing is left");
    fs_err::create_dir(folder.path().join("out")).expect("there is room");
    all.push(unnamed(refusal(&exported(folder.path(), plane, "npz", &[]))));
    all.push(unnamed(refusal(&exported(folder.path(), plane, "netcdf", &[]))));
    all.push(unnamed(
        refusal(&exported(folder.path(), &folder.path().join("out"), "npz", &[]))
            .replace(&*folder.path().to_string_lossy(), "FOLDER"),
    ));
    let inside = plane.join("out");
    let arguments =
        ["export", &plane.to_string_lossy(), "--format", "npz", "--to", &inside.to_string_lossy()];
    all.push(unnamed(refusal(&eddymark(folder.path(), &arguments))));
    insta::assert_snapshot!("refused", all.join("\n\n"));
}

#[test]
fn only_the_splits_that_are_asked_for_are_written() {
    let folder = tempfile::tempdir().expect("there is room");
    succeeds(&exported(
        folder.path(),
        &datasets()[0],
        "npz",
        &["--split", "test", "--split", "valid"],
    ));
    let mut names: Vec<String> = fs_err::read_dir(folder.path().join("out"))
        .expect("it is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["info.json", "test", "valid"]);
}

#[test]
fn only_the_samples_that_are_asked_for_are_written() {
    let folder = tempfile::tempdir().expect("there is room");
    succeeds(&exported(folder.path(), &datasets()[0], "xdmf", &["--samples", "0,3"]));
    let entries = fs_err::read_dir(folder.path().join("out")).expect("it is there").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let expected = ["0000.h5", "0000.xdmf", "0003.h5", "0003.xdmf"];
    assert_eq!(names, expected.map(|end| format!("cylinder_{end}")));
}

/// No layout writes an empty export, and none panics.
#[test]
fn an_export_without_samples_is_refused_in_every_layout() {
    let folder = tempfile::tempdir().expect("there is room");
    let text = CASES[0].1.replace("valid = 1", "valid = 0");
    share_certificates(&folder.path().join("datasets"));
    fs_err::write(folder.path().join("two.toml"), text).expect("there is room");
    let path = succeeds(&eddymark(folder.path(), &["generate", "two.toml"]));
    let dataset = folder.path().join(path);
    for (layout, _) in LAYOUTS {
        let refused = |more: &[&str]| {
            let output = exported(folder.path(), &dataset, layout, more);
            assert_eq!(output.status.code(), Some(2), "{layout}: {}", refusal(&output));
            assert!(!folder.path().join("out").exists(), "{layout}");
            refusal(&output)
        };
        let text = refused(&["--split", "valid"]);
        assert!(text.contains("choose a split with samples: train 2, test 1"), "{layout}: {text}");
        let text = refused(&["--samples", "7"]);
        assert!(text.contains("sample 7 is not among the samples 0-2"), "{layout}: {text}");
    }
}

/// A licence that is no identifier of the Hub is quoted: it cannot add keys to the header.
#[test]
fn a_licence_of_ones_own_is_a_name_in_the_card() {
    let folder = tempfile::tempdir().expect("there is room");
    let license = ["--license", "my terms: ask\ntags: none"];
    succeeds(&exported(folder.path(), &datasets()[0], "huggingface", &license));
    let card = fs_err::read_to_string(folder.path().join("out/README.md")).expect("it is there");
    let header = "---\nlicense: other\nlicense_name: \"my terms: ask\\ntags: none\"\npretty_name:";
    assert!(card.starts_with(header), "{card}");
}
