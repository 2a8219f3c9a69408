//! The structure of the workspace: dependencies between crates, output of libraries, and agreement of registries with
//! files.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").into()
}

fn manifest(package: &str) -> toml::Table {
    let text = fs_err::read_to_string(root().join(package).join("Cargo.toml"))
        .expect("every crate has a manifest");
    text.parse().expect("manifests are TOML")
}

fn dependencies(package: &str) -> Vec<String> {
    let manifest = manifest(package);
    let table = manifest["dependencies"].as_table().expect("dependencies are a table");
    table.keys().cloned().collect()
}

/// Every Rust file under `folder`, with its text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).expect("it is a folder") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs_err::read_to_string(&path).expect("it can be read");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "there are sources under {}", folder.display());
    found
}

#[test]
fn siblings_never_depend_on_one_another() {
    let family = ["data", "solvers", "operators", "reports", "bench"];
    let known = |package: &str| -> Vec<String> {
        dependencies(package).into_iter().filter(|name| family.contains(&name.as_str())).collect()
    };
    assert!(known("data").is_empty());
    for sibling in ["solvers", "operators", "reports"] {
        assert_eq!(known(sibling), ["data"], "{sibling}");
    }
    assert_eq!(known("bench"), ["data", "operators", "reports", "solvers"]);
}

#[test]
fn solvers_need_neither_candle_nor_hdf5() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "eddymark-solvers",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("realfft"), "the tree is listed:\n{tree}");
    for heavy in ["candle", "hdf5", "polars", "plotters"] {
        assert!(!tree.contains(heavy), "solvers depend on {heavy}:\n{tree}");
    }
}

#[test]
fn libraries_neither_print_nor_read_the_environment() {
    for package in ["data", "solvers", "operators", "reports"] {
        for (path, text) in sources(&root().join(package).join("src")) {
            for forbidden in ["println!(", "print!(", "eprintln!(", "dbg!(", "env::var"] {
                // Documentation may show what a caller would print.
                let found = text
                    .lines()
                    .find(|line| line.contains(forbidden) && !line.trim_start().starts_with("//"));
                assert!(found.is_none(), "{} has `{forbidden}`", path.display());
            }
        }
    }
}

#[test]
fn unsafe_code_is_nowhere() {
    for package in ["data", "solvers", "operators", "reports", "bench"] {
        for (path, text) in sources(&root().join(package)) {
            let is_this = path.ends_with("layering.rs");
            let found = text
                .lines()
                .find(|line| line.contains("unsafe") && !line.trim_start().starts_with("//"));
            assert!(is_this || found.is_none(), "{}: {found:?}", path.display());
        }
    }
}

#[test]
fn a_task_has_no_field_for_what_is_to_be_predicted() {
    // Written out in full: a new field does not compile here until somebody has thought about it.
    let operators::Task { history: _, parameters: _, grid: _, interval: _, steps: _ } =
        operators::Task {
            history: data::Trajectory {
                times: vec![0.0],
                values: ndarray::Array5::zeros((1, 1, 1, 1, 1)),
            },
            parameters: Vec::new(),
            grid: data::Grid { axes: [data::Axis::flat(), data::Axis::flat(), data::Axis::flat()] },
            interval: 1.0,
            steps: 1,
        };
}

#[test]
fn every_metric_and_baseline_file_is_in_its_list() {
    for (folder, helpers, listed) in [
        (
            "metrics",
            vec!["mod", "series", "weights", "climate-parts", "ensemble"],
            bench::metrics::METRICS.names().collect::<Vec<_>>(),
        ),
        ("baselines", vec!["mod"], bench::baselines::BASELINES.names().collect()),
    ] {
        let files = sources(&root().join("bench/src").join(folder));
        let mut names: Vec<String> = files
            .iter()
            .map(|(path, _)| {
                path.file_stem().expect("a file has a name").to_string_lossy().replace('_', "-")
            })
            .filter(|name| !helpers.contains(&name.as_str()))
            .collect();
        names.sort();
        let mut listed: Vec<String> = listed.into_iter().map(Into::into).collect();
        listed.sort();
        assert_eq!(names, listed, "{folder}");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let text = fs_err::read_to_string(root().join("Cargo.toml")).expect("there is a manifest");
    let section =
        text.split("[workspace.dependencies]").nth(1).expect("versions stand in the workspace");
    let section = section.split("\n[").next().expect("a split has a first part");
    for line in section.lines().filter(|line| line.contains(" = ") && !line.contains("path =")) {
        assert!(line.contains('#'), "no reason beside `{line}`");
    }
}

/// Their names are also those of their surrogates, unless a suite names them otherwise.
#[test]
fn the_fixed_colours_of_reports_are_those_of_architectures_and_baselines() {
    for name in reports::draw::palette::FIXED {
        let is_part = operators::ARCHITECTURES.find(name).is_ok()
            || bench::baselines::BASELINES.find(name).is_ok();
        assert!(is_part || name.starts_with("solver-"), "{name}");
    }
}
