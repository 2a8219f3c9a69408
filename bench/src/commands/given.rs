//! What a path on the command line is, and what it should be.

use crate::BenchError;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The first bytes of an HDF5 file.
const HDF5: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// What is at a path.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    Nothing,
    Hdf5,
    Toml,
    File,
    Dataset,
    Run,
    /// A report, and the run beside it if there is one.
    Report(Option<PathBuf>),
    /// A folder of datasets, with the first.
    Datasets(PathBuf),
    /// A folder of runs, with the first.
    Runs(PathBuf),
    Empty,
    Folder,
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    /// A dataset's folder.
    Dataset,
    /// A dataset's folder, or an HDF5 file.
    DatasetOrFile,
    /// A run's folder.
    Run,
}

/// An error that names what is at `path`, and what to give instead, unless it is what is needed.
pub(super) fn expect(path: &Path, needed: Needed) -> Result<(), BenchError> {
    let found = found(path);
    let fits = match found {
        Found::Nothing => return Err(BenchError::missing(path)),
        Found::Dataset => needed != Needed::Run,
        // Any other file is opened, and refused as no HDF5.
        Found::Hdf5 | Found::File => needed == Needed::DatasetOrFile,
        Found::Run => needed == Needed::Run,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let needed_text = match needed {
        Needed::Dataset => "a dataset",
        Needed::DatasetOrFile => "a dataset or an HDF5 file",
        Needed::Run => "a run",
    };
    Err(BenchError::Given {
        path: path.into(),
        found: found.text(),
        needed: needed_text,
        remedy: found.remedy(path, needed),
    })
}

fn found(path: &Path) -> Found {
    let Ok(about) = std::fs::metadata(path) else { return Found::Nothing };
    if !about.is_dir() {
        return file(path);
    }
    if path.join("dataset.json").is_file() {
        return Found::Dataset;
    }
    if path.join("run.json").is_file() {
        return Found::Run;
    }
    if ["report.html", "report.key"].iter().any(|name| path.join(name).is_file()) {
        let run = path.parent().filter(|run| run.join("run.json").is_file());
        return Found::Report(run.map(Into::into));
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut inner: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    inner.sort();
    let with = |file: &str| inner.iter().find(|inner| inner.join(file).is_file()).cloned();
    if let Some(first) = with("dataset.json") {
        return Found::Datasets(first);
    }
    if let Some(first) = with("run.json") {
        return Found::Runs(first);
    }
    if inner.is_empty() { Found::Empty } else { Found::Folder }
}

fn file(path: &Path) -> Found {
    if path.extension().is_some_and(|extension| extension == "toml") {
        return Found::Toml;
    }
    let mut start = [0; 8];
    // A pipe or a device is not opened: reading could wait for ever.
    let is_file = std::fs::metadata(path).is_ok_and(|about| about.is_file());
    let mut read =
        |path| std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    if is_file && read(path).is_ok() && start == HDF5 { Found::Hdf5 } else { Found::File }
}

impl Found {
    fn text(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Hdf5 => "an HDF5 file",
            Self::Toml => "a TOML file",
            Self::File => "a file",
            Self::Dataset => "a dataset",
            Self::Run => "a run",
            Self::Report(_) => "a report",
            Self::Datasets(_) => "a folder of datasets",
            Self::Runs(_) => "a folder of runs",
            Self::Empty => "an empty folder",
            Self::Folder => "a folder that holds neither a dataset nor a run",
        }
    }

    fn remedy(&self, path: &Path, needed: Needed) -> String {
        let shown = |path: &Path| path.display().to_string();
        match (self, needed) {
            (Self::Report(Some(run)), Needed::Run) => {
                format!("give `{}`, the run that it was drawn from", shown(run))
            }
            (Self::Datasets(first), Needed::Dataset | Needed::DatasetOrFile)
            | (Self::Runs(first), Needed::Run) => {
                format!("give one of those in it, such as `{}`", shown(first))
            }
            (Self::Dataset | Self::Hdf5, Needed::Run) => {
                format!("`eddymark inspect {}` shows what it contains", shown(path))
            }
            (Self::Run, _) => format!("`eddymark report {}` draws its report", shown(path)),
            (Self::Toml, _) => {
                let path = shown(path);
                format!("`eddymark generate {path}` computes a case, `eddymark run {path}` a suite")
            }
            (_, Needed::Run) => "give a folder with `run.json`, as `eddymark run` writes it".into(),
            _ => "give a folder with `dataset.json`, as `eddymark generate` writes it".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &Path, needed: Needed) -> String {
        match expect(path, needed) {
            Ok(()) => "fits".into(),
            Err(error) => error.to_string().replace(&path.display().to_string(), "PATH"),
        }
    }

    #[test]
    fn what_is_given_is_named() {
        let folder = tempfile::tempdir().expect("there is room");
        let make = |path: &str, text: &[u8]| {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
            fs_err::write(path, text).expect("there is room");
        };
        make("datasets/a/dataset.json", b"{}");
        make("runs/quick/run.json", b"{}");
        make("runs/quick/report/report.html", b"");
        make("file.hdf5", &HDF5);
        make("case.toml", b"");
        make("other/file.txt", b"text");
        fs_err::create_dir(folder.path().join("empty")).expect("there is room");
        let of = |path: &str, needed| message(&folder.path().join(path), needed);
        for (path, needed) in [
            ("datasets/a", Needed::Dataset),
            ("datasets/a", Needed::DatasetOrFile),
            ("file.hdf5", Needed::DatasetOrFile),
            ("runs/quick", Needed::Run),
        ] {
            assert_eq!(of(path, needed), "fits", "{path}");
        }
        for (path, found) in [
            ("datasets", "a folder of datasets"),
            ("runs/quick", "a run"),
            ("runs/quick/report", "a report"),
            ("runs", "a folder of runs"),
            ("case.toml", "a TOML file"),
            ("empty", "an empty folder"),
            ("other", "a folder that holds neither a dataset nor a run"),
            ("file.hdf5", "an HDF5 file"),
        ] {
            let expected = format!("`PATH` is {found}, and a dataset is needed");
            assert_eq!(of(path, Needed::Dataset), expected);
        }
        assert_eq!(of("datasets/a", Needed::Run), "`PATH` is a dataset, and a run is needed");
        let Err(BenchError::Given { remedy, .. }) =
            expect(&folder.path().join("runs/quick/report"), Needed::Run)
        else {
            panic!("a report is no run")
        };
        assert!(remedy.contains("runs/quick`"), "{remedy}");
    }
}
