//! Data of other programs, in the layouts of CFDBench, PDEBench, The Well, numpy and OpenFOAM: read, scored, or refused
//! with a reason.
//!
//! `imports/make.py` writes them with numpy and h5py.

use data::{Axis, Boundary, Dataset, Run, Source, Split};
use python::python_with;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use tempfile::TempDir;

#[path = "../../data/tests/support/mutation.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod mutation;
#[path = "../../data/tests/support/python.rs"]
mod python;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/imports/make.py");
const CELLS: usize = 12;
const STATES: usize = 6;
/// The side of the square in m.
const SIDE: f64 = std::f64::consts::TAU;

/// The cases, with what the files do not state, and the channels that are u, v and p.
const CASES: [(&str, &str, [usize; 3]); 8] = [
    (
        "cfdbench",
        "source = 'cfdbench'\ninterval = 0.1\nsplit = { train = 5, valid = 1, test = 2 }\n",
        [0, 1, 9],
    ),
    (
        "pdebench",
        "source = 'pdebench'\nsplit = { train = 5, valid = 1, test = 2, by = 'random' }\n",
        [2, 3, 1],
    ),
    (
        "pdebench-groups",
        "source = 'pdebench'\nparameters = { viscosity = { from = 'nu', unit = 'm²/s', symbol = 'ν' } }\n\
         split = { train = 5, valid = 1, test = 2 }\n\
         [[field]]\nname = 'velocity'\nfrom = ['data-0', 'data-1']\nsymbols = ['u', 'v']\nunit = 'm/s'\n\
         [[field]]\nname = 'pressure'\nfrom = ['data-2']\nsymbols = ['p']\nunit = 'Pa'\n",
        [0, 1, 2],
    ),
    (
        "pdebench-incompressible",
        "source = 'pdebench'\nlengths = { x = [0, 6.283185307179586], y = [0, 6.283185307179586] }\n\
         split = { train = 5, valid = 1, test = 2, by = 'random' }\n",
        [0, 1, 2],
    ),
    ("the-well", "source = 'the-well'\nsplit = 'files'\n", [1, 2, 0]),
    ("npz", "source = 'npz'\nsplit = 'files'\n", [1, 2, 0]),
    (
        "npz-all",
        "source = 'npz'\ncells = [12, 12]\ninterval = 0.1\nseed = 3\n\
         lengths = { x = [0, 6.283185307179586], y = [0, 6.283185307179586] }\n\
         split = { train = 5, valid = 1, test = 2 }\n\
         [[field]]\nname = 'velocity'\nfrom = ['u', 'v']\nunit = 'm/s'\n\
         [[field]]\nname = 'p'\nunit = 'Pa'\n[[field]]\nname = 'mask'\n",
        [0, 1, 2],
    ),
    (
        "openfoam",
        "source = 'openfoam-vtk'\nsplit = { train = 5, valid = 1, test = 2 }\n",
        [1, 2, 0],
    ),
];

/// A folder with the data and the cases, made once; `None` without the packages.
fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<TempDir>> = OnceLock::new();
    let made = FOLDER.get_or_init(|| {
        let python = python_with(&["numpy", "h5py", "vtk"], "import of data of other programs")?;
        let folder = tempfile::tempdir().expect("there is room");
        make(&python, &[folder.path()]);
        for (name, keys, _) in CASES {
            fs_err::write(folder.path().join(format!("{name}.toml")), text(name, keys))
                .expect("there is room");
        }
        Some(folder)
    });
    made.as_ref().map(TempDir::path)
}

fn make(python: &str, arguments: &[&Path]) {
    let made = Command::new(python).arg(SCRIPT).args(arguments).output().expect("it starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn text(name: &str, keys: &str) -> String {
    let stated =
        if name == "the-well" { "" } else { "boundaries = { x = 'periodic', y = 'periodic' }\n" };
    format!("summary = 'vortices'\npath = '{name}'\n{stated}{keys}")
}

fn eddymark(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eddymark"));
    command.args(arguments).current_dir(folder).output().expect("it starts")
}

/// The standard error of a command that fails, without line breaks.
fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it is refused");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let words = stderr.split_whitespace().filter(|word| !["│", "×"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}

/// The dataset that `generate` makes of a case.
fn generated(folder: &Path, case: &str) -> Dataset {
    let output = eddymark(folder, &["generate", case]);
    assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
    let path = String::from_utf8(output.stdout).expect("a path is text");
    Dataset::open(&folder.join(path.trim())).expect("it was generated")
}

/// The exact flow of sample `i` of the files: u, v, p.
fn exact(i: usize, time: f64, x: f64, y: f64) -> [f64; 3] {
    let (x, decay) = (x + 0.3 * i as f64, (-0.2 * (i + 1) as f64 * time).exp());
    let pressure = 0.25 * ((2.0 * x).cos() + (2.0 * y).cos()) * decay * decay;
    [x.sin() * y.cos() * decay, -x.cos() * y.sin() * decay, pressure]
}

/// The number of a sample in the files by its name, such as `bc/case0003`, `train/vortices/1` or `2D_rdb/0007`.
fn number(name: &str) -> usize {
    let (before, last) = name.rsplit_once('/').unwrap_or(("", name));
    let digits: String = last.chars().filter(char::is_ascii_digit).collect();
    let number: usize = digits.parse().expect("names end with a number");
    let first = [("data/train", 0), ("data/valid", 4), ("data/test", 6)];
    first
        .into_iter()
        .find(|(split, _)| before.starts_with(split))
        .map_or(number, |(_, f)| f + number)
}

#[test]
fn every_layout_is_read_with_its_numbers_places_and_times() {
    let Some(folder) = folder() else { return };
    for (case, _, channels) in CASES {
        let dataset = generated(folder, &format!("{case}.toml"));
        let header = dataset.header();
        assert_eq!((header.info.cells, header.info.frames), ([CELLS, CELLS, 1], STATES), "{case}");
        assert_eq!(header.splits.len(), 8, "{case}");
        for index in 0..8 {
            let sample = dataset.verified_sample(index).expect("it is sound");
            let i = number(&header.sample_names[index]);
            for axis in &sample.grid.axes[..2] {
                let expected = Axis::uniform(CELLS, 0.0, SIDE, [Boundary::Periodic; 2]);
                assert_eq!(axis.boundaries, expected.boundaries, "{case}");
                for (found, expected) in axis.edges.iter().zip(expected.edges) {
                    // Centres in single precision: half a unit in the last place of 2π, or six digits.
                    assert!((found - expected).abs() < 2e-5, "{case}: {found} {expected}");
                }
            }
            for (t, time) in sample.trajectory.times.iter().enumerate() {
                assert!((time - 0.1 * t as f64).abs() < 1e-12, "{case}: {time}");
                for x in 0..CELLS {
                    for y in 0..CELLS {
                        let place = |i: usize| (i as f64 + 0.5) / CELLS as f64 * SIDE;
                        let expected = exact(i, *time, place(x), place(y));
                        for (channel, expected) in channels.into_iter().zip(expected) {
                            let Some(found) = sample.trajectory.values.get([t, channel, x, y, 0])
                            else {
                                continue; // CFDBench has no pressure
                            };
                            assert!((found - expected).abs() < 1e-6, "{case}: {found} {expected}");
                        }
                    }
                }
            }
        }
        let output = eddymark(
            folder,
            &[
                "validate",
                &dataset.path(0).ancestors().nth(3).expect("it has a root").to_string_lossy(),
            ],
        );
        assert!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn names_units_and_parameters_are_those_of_the_files_or_of_the_case() {
    let Some(folder) = folder() else { return };
    let of = |case: &str| {
        let dataset = generated(folder, &format!("{case}.toml"));
        let (info, splits) = (dataset.info().clone(), dataset.header().splits.clone());
        let fields = info.fields.iter().map(|field| {
            let constant = if field.constant { ", constant" } else { "" };
            format!("{} ({}) {}{constant}", field.name, field.symbols.join(", "), field.unit)
        });
        let values = dataset.parameters(7).expect("it is there");
        let parameters = info.parameters.iter().zip(values).map(|(parameter, value)| {
            format!("{} ({}) {} = {value}", parameter.name, parameter.symbol, parameter.unit)
        });
        let train = splits.iter().filter(|split| **split == Split::Train).count();
        let lines: Vec<String> = fields.chain(parameters).collect();
        format!("{case}: {train} for training\n  {}", lines.join("\n  "))
    };
    let all: Vec<String> = CASES.iter().map(|(case, ..)| of(case)).collect();
    insta::assert_snapshot!("found", all.join("\n"));
}

#[test]
fn every_layout_is_scored() {
    let Some(folder) = folder() else { return };
    let cases: Vec<String> = CASES.iter().map(|(case, ..)| format!("'{case}.toml'")).collect();
    let suite = format!(
        "summary = 'others'\ncases = [{}]\nstart = 1\n\
         [[surrogate]]\nbaseline = 'persistence'\n[[surrogate]]\nbaseline = 'mean-of-train'\n\
         [[surrogate]]\narchitecture = 'fno'\ntable = {{ width = 4, modes = 2, layers = 1 }}\n\
         training = {{ steps = 2 }}\n",
        cases.join(", ")
    );
    fs_err::write(folder.join("others.toml"), suite).expect("there is room");
    let output = eddymark(folder, &["run", "others.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = Run::load(&folder.join("runs/others")).expect("it was run");
    for (case, ..) in CASES {
        for surrogate in ["persistence", "mean-of-train", "fno"] {
            let scores = run.records.iter().filter(|record| {
                record.case == case && record.surrogate == surrogate && record.metric == "nrmse"
            });
            let finite = scores.filter(|record| {
                record.channel == "all" && record.values.iter().all(|value| value.is_finite())
            });
            assert_eq!(finite.count(), 2, "{case}, {surrogate}");
        }
    }
    // The decay of persistence is known: e^(-2 nu t) of the last given state after k steps.
    let (record, nu) = run
        .records
        .iter()
        .find(|r| {
            r.case == "the-well"
                && r.surrogate == "persistence"
                && r.metric == "nrmse"
                && r.channel == "u"
        })
        .map(|record| (record, 0.7))
        .expect("it was scored");
    for (k, value) in record.values.iter().enumerate() {
        let expected = (0.2 * nu * (k + 1) as f64).exp() - 1.0;
        assert!((value - expected).abs() < 1e-5, "{value} {expected}");
    }
}

#[test]
fn the_solver_takes_part_where_the_case_names_its_problem() {
    let Some(python) = python_with(&["numpy", "h5py"], "the solver on imported data") else {
        return;
    };
    let folder = tempfile::tempdir().expect("there is room");
    let solved = generated(folder.path(), "cavity/smoke");
    let root: PathBuf = solved.path(0).ancestors().nth(3).expect("it has a root").into();
    make(&python, &[&folder.path().join("others"), &root]);
    let case = "summary = 'a cavity'\nsource = 'cfdbench'\npath = 'others'\ninterval = 0.5\n\
                problem = 'cavity'\nparameters = { reynolds = 'reynolds' }\nsplit = 'files'\n";
    fs_err::write(folder.path().join("imported.toml"), case).expect("there is room");
    let suite = "summary = 'solver'\ncases = ['cavity/smoke', 'imported.toml']\nstart = 1\n\
                 [[surrogate]]\nbaseline = 'solver'\ntable = { coarsen = 1 }\n";
    fs_err::write(folder.path().join("solver.toml"), suite).expect("there is room");
    let output = eddymark(folder.path(), &["run", "solver.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = Run::load(&folder.path().join("runs/solver")).expect("it was run");
    let scores = |case: &str| -> Vec<f64> {
        let of_case = run.records.iter().filter(|record| {
            record.case == case && record.metric == "nrmse" && record.channel == "velocity"
        });
        of_case.filter_map(|record| record.values.last().copied()).collect()
    };
    let (own, imported) = (scores("cavity/smoke"), scores("imported"));
    assert_eq!((own.len(), imported.len()), (2, 2));
    for (own, imported) in own.iter().zip(imported) {
        // The initial pressure differs, and is forgotten after some steps.
        assert!((own - imported).abs() < 0.05 * own, "{own} {imported}");
    }
}

#[test]
fn what_the_files_do_not_state_is_asked_for_by_name() {
    let Some(folder) = folder() else { return };
    let faults = [
        ("interval", "cfdbench", "source = 'cfdbench'\nsplit = { train = 5, test = 2 }\n"),
        (
            "lengths",
            "pdebench-incompressible",
            "source = 'pdebench'\nsplit = { train = 5, test = 2 }\n",
        ),
        ("cells", "npz-all", "source = 'npz'\nsplit = { train = 5, test = 2 }\n"),
        ("split", "pdebench", "source = 'pdebench'\nsplit = 'files'\n"),
        ("published", "cfdbench", "source = 'cfdbench'\ninterval = 0.1\nsplit = 'published'\n"),
        ("size", "npz", "source = 'npz'\nsplit = { train = 8, test = 2 }\n"),
        ("frames", "npz", "source = 'npz'\nsplit = 'files'\nframes = 4\nevery = 2\n"),
        ("parameter", "npz", "source = 'npz'\nsplit = 'files'\nparameters = { re = 'Re' }\n"),
        ("field", "npz", "source = 'npz'\nsplit = 'files'\n[[field]]\nname = 'density'\n"),
        ("layout", "npz", "source = 'the-well'\nsplit = 'files'\n"),
        ("format", "npz", "source = 'zarr'\nsplit = 'files'\n"),
        ("key", "npz", "source = 'npz'\nsplit = 'files'\nvary = 1\n"),
        ("problem", "npz", "source = 'npz'\nsplit = 'files'\nproblem = 'cavities'\n"),
        (
            "domain",
            "cfdbench",
            "source = 'cfdbench'\ninterval = 0.1\nsplit = { train = 5, test = 2 }\nproblem = 'cavity'\nparameters = { reynolds = 100 }\n",
        ),
        ("path", "nowhere", "source = 'npz'\nsplit = 'files'\n"),
    ];
    let refused = |(what, name, keys): (&str, &str, &str)| {
        let case = folder.join(format!("{what}-fault.toml"));
        fs_err::write(&case, text(name, keys)).expect("there is room");
        let output = eddymark(folder, &["generate", &format!("{what}-fault.toml"), "--dry-run"]);
        format!("{what}: {}\n", refusal(&output))
    };
    let mut all: Vec<String> = faults.into_iter().map(refused).collect();
    let boundaries = "summary = 'b'\npath = 'npz'\nsource = 'npz'\nsplit = 'files'\n";
    fs_err::write(folder.join("boundaries-fault.toml"), boundaries).expect("there is room");
    let output = eddymark(folder, &["generate", "boundaries-fault.toml"]);
    all.push(format!("boundaries: {}\n", refusal(&output)));
    insta::assert_snapshot!("refused", all.join("\n"));
}

#[test]
fn damaged_files_are_read_or_refused() {
    let Some(source) = folder() else { return };
    let files = [
        ("the-well", "data/test/vortices.hdf5"),
        ("pdebench", "2D_CFD_Train.hdf5"),
        ("pdebench-groups", "2D_rdb.h5"),
        ("npz", "test/6.npz"),
        ("cfdbench", "bc/case0001/u.npy"),
        ("cfdbench", "bc/case0001/case.json"),
        ("openfoam", "c0001/VTK/c_5.vtk"),
        ("openfoam", "c0004/VTK/c_0/internal.vtu"),
    ];
    for (case, file) in files {
        let folder = tempfile::tempdir().expect("there is room");
        copied(&source.join(case), &folder.path().join(case));
        fs_err::copy(source.join(format!("{case}.toml")), folder.path().join("case.toml"))
            .expect("there is room");
        let path = folder.path().join(case).join(file);
        let sound = fs_err::read(&path).expect("it is there");
        let mut mutator = mutation::Mutator::new(1);
        for _ in 0..8 {
            let (damage, bytes) = mutator.damage(&sound);
            fs_err::write(&path, bytes).expect("there is room");
            let _ = fs_err::remove_dir_all(folder.path().join("datasets"));
            let output = eddymark(folder.path(), &["generate", "case.toml"]);
            let stderr = String::from_utf8_lossy(&output.stderr);
            let ended = output.status.code().is_some_and(|code| (0..=2).contains(&code));
            assert!(ended && !stderr.contains("panicked"), "{file}, {damage:?}: {stderr}");
        }
    }
}

/// Copies a folder.
fn copied(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("there is room");
    for entry in fs_err::read_dir(from).expect("it is there").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).expect("there is room");
        }
    }
}
