//! Datasets with a file that was damaged, or made to do damage: every command that reads the dataset refuses it with
//! the file, the object in it and a remedy, within 1 GiB of memory, and leaves it as it is.
#![cfg(unix)]

use copied::copy;
use hdf5::types::VarLenUnicode;
use hdf5::{Extents, File, H5Type, Result as Hdf5Result};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use support::share_certificates;
use tempfile::TempDir;

#[path = "support/copy.rs"]
mod copied;
mod support;

const CASE: &str = "summary = 'tiny'\nproblem = 'cavity'\ncells = [8, 8]\ninterval = 0.1\nframes = 4\nseed = 1\n\
                    [vary]\nreynolds = { uniform = [10, 20] }\n[split]\ntrain = 2\nvalid = 1\ntest = 1\n";
const SUITE: &str = "summary = 'tiny'\ncases = ['case.toml']\nstart = 0\n\
                     seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]\n\
                     [[surrogate]]\nbaseline = 'persistence'\n[[surrogate]]\narchitecture = 'fno'\n\
                     table = { width = 2, modes = 1, layers = 1 }\ntraining = { steps = 2, batch-size = 1 }\n";
/// Commands that read `DATASET`.
const COMMANDS: [&str; 6] = [
    "evaluate suite.toml",
    "train suite.toml",
    "inspect DATASET",
    "gallery DATASET",
    "generate case.toml",
    "run suite.toml",
];
/// Far more than a file may take (4 s), because other tests run at the same time; less than a hang.
const TIME: Duration = Duration::from_secs(60);

/// Executes a command line with 1 GiB of memory.
fn eddymark(folder: &Path, line: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_eddymark");
    let limited = format!("ulimit -v 1048576 && exec '{program}' {line}");
    let mut command = Command::new("sh");
    command.args(["-c", &limited]).current_dir(folder).env("NO_COLOR", "1").env("COLUMNS", "400");
    // The stacks of a thread per core of a large machine would not fit.
    command.env("RAYON_NUM_THREADS", "2");
    command.output().expect("there is a shell")
}

/// A folder with a suite and its sound dataset, made once.
fn sound() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        fs_err::write(folder.path().join("case.toml"), CASE).expect("there is room");
        fs_err::write(folder.path().join("suite.toml"), SUITE).expect("there is room");
        share_certificates(&folder.path().join("datasets"));
        let output = eddymark(folder.path(), "generate case.toml");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    });
    folder.path()
}

/// The first entry of a folder that is not hidden.
fn first(folder: &Path) -> PathBuf {
    let entries = fs_err::read_dir(folder).expect("it is there").flatten();
    let names = entries.map(|entry| entry.file_name());
    let shown = names.filter(|name| !name.as_encoded_bytes().starts_with(b"."));
    folder.join(shown.min().expect("the folder is not empty"))
}

/// Damages a file of a split, and has every command refuse it with `object` and a remedy.
fn refused(commands: &[&str], split: &str, object: &str, damage: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().expect("there is room");
    copy(sound(), folder.path());
    let dataset = first(&folder.path().join("datasets"));
    let file = first(&dataset.join("data").join(split));
    damage(&file);
    let kind = || fs_err::symlink_metadata(&file).expect("it is there").file_type();
    let bytes = || kind().is_file().then(|| fs_err::read(&file).expect("it is there"));
    let before = (kind(), bytes());
    for line in commands {
        let line = line.replace("DATASET", &dataset.display().to_string());
        let begun = Instant::now();
        let output = eddymark(folder.path(), &line);
        assert!(begun.elapsed() < TIME, "`{line}` hangs");
        let text = String::from_utf8_lossy(&output.stderr);
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "│").collect();
        let text = words.join(" ");
        assert_eq!(output.status.code(), Some(1), "`{line}`: {}, {text}", output.status);
        let name = file.file_name().expect("it is a file").to_string_lossy();
        for part in [&*name, object, "generate"] {
            assert!(text.contains(part), "`{line}` does not say `{part}`: {text}");
        }
        assert!(!text.contains("panicked"), "`{line}`: {text}");
        assert_eq!((kind(), bytes()), before, "`{line}` leaves the file as it is");
    }
}

/// Changes a file by means of the library.
fn change(file: &Path, change: impl FnOnce(&File) -> Hdf5Result<()>) {
    File::open_rw(file).and_then(|file| change(&file)).expect("the file is sound");
}

/// Replaces an attribute of the root by one without a value.
fn without_value<T: H5Type>(name: &str) -> impl FnOnce(&Path) {
    move |path| {
        change(path, |file| {
            file.delete_attr(name)?;
            file.new_attr::<T>().shape(Extents::Null).create(name).map(drop)
        });
    }
}

/// Replaces the times by as many as declared, of which none is stored.
fn with_times(length: usize) -> impl FnOnce(&Path) {
    move |path| {
        change(path, |file| {
            file.unlink("double_precision/time")?;
            let group = file.group("double_precision")?;
            group.new_dataset::<f64>().chunk(1024).shape(length).create("time").map(drop)
        });
    }
}

/// Replaces bytes of a file.
fn rewrite(path: &Path, rewrite: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs_err::read(path).expect("it is there");
    rewrite(&mut bytes);
    fs_err::write(path, bytes).expect("it is writable");
}

fn position(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).expect("it is there")
}

#[test]
fn attributes_without_a_value() {
    refused(&COMMANDS, "train", "`content_hash`", without_value::<VarLenUnicode>("content_hash"));
    refused(&COMMANDS, "test", "`sample_index`", without_value::<u64>("sample_index"));
    refused(&COMMANDS, "train", "`reynolds`", without_value::<f64>("reynolds"));
}

#[test]
fn lengths_that_are_not_there() {
    for (length, split) in [(1 << 60, "train"), (1 << 47, "test"), (1 << 40, "valid")] {
        refused(&COMMANDS, split, "`double_precision/time` is [1", with_times(length));
    }
    refused(&COMMANDS, "train", "`t0_fields/pressure` has no values", |path| {
        change(path, |file| {
            file.unlink("t0_fields/pressure")?;
            let group = file.group("t0_fields")?;
            group.new_dataset::<f32>().shape(Extents::Null).create("pressure").map(drop)
        });
    });
}

#[test]
fn text_that_is_no_utf_8() {
    refused(&COMMANDS, "test", "`content_hash` is no valid UTF-8", |path| {
        let hash = {
            let file = File::open(path).expect("it is there");
            let hash =
                file.attr("content_hash").and_then(|hash| hash.read_scalar::<VarLenUnicode>());
            hash.expect("it is a text").as_str().to_owned()
        };
        rewrite(path, |bytes| {
            let at = position(bytes, hash.as_bytes());
            bytes[at..at + hash.len()].fill(0xff);
        });
    });
}

/// The library follows the first object of an empty heap for ever. It is ended once, and not for each of 20 steps.
#[test]
fn a_library_that_hangs() {
    let empty_heap = |path: &Path| {
        rewrite(path, |bytes| {
            let heap = position(bytes, b"GCOL");
            bytes[heap + 16..heap + 1600].fill(0);
        });
    };
    for (command, split) in [("evaluate suite.toml", "test"), ("train suite.toml", "train")] {
        refused(&[command], split, "takes more than 4 s", empty_heap);
    }
}

#[test]
fn links_and_cycles() {
    refused(&COMMANDS, "train", "`t0_fields/pressure` is a link to another place", |path| {
        change(path, |file| {
            file.unlink("t0_fields/pressure")?;
            file.group("t0_fields")?.link_external("/etc/passwd", "/pressure", "pressure")
        });
    });
    refused(&COMMANDS, "test", "`t0_fields` has 2 links", |path| {
        change(path, |file| file.link_hard("t0_fields", "t0_fields/loop"));
    });
}

#[test]
fn files_that_end_early_and_what_is_no_file() {
    let cut = |length: usize| move |path: &Path| rewrite(path, |bytes| bytes.truncate(length));
    refused(&COMMANDS, "train", "its end is missing", cut(5000));
    refused(&COMMANDS, "test", "it has no signature of HDF5", cut(0));
    refused(&COMMANDS, "test", "it is no regular file", |path| {
        fs_err::remove_file(path).expect("it is ours");
        symlink("/dev/zero", path).expect("there is room");
    });
    refused(&COMMANDS, "train", "it is no regular file", |path| {
        fs_err::remove_file(path).expect("it is ours");
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("the system has pipes").success());
    });
}

#[test]
fn a_number_that_was_changed() {
    refused(&COMMANDS, "train", "content hash", |path| {
        change(path, |file| {
            let pressure = file.dataset("t0_fields/pressure")?;
            let mut values = pressure.read_raw::<f32>()?;
            values[17] += 1e-6;
            pressure.write_raw(&values)
        });
    });
}
