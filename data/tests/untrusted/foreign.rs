//! Listing files of other programs.

use crate::{fixture, reader};
use data::{Split, SplitPlan, list_file};
use hdf5::types::VarLenUnicode;
use std::path::Path;
use std::time::{Duration, Instant};

const PLAN: SplitPlan = SplitPlan { train: 1, valid: 0, test: 0 };

fn hostile(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(name)
}

/// The listing, or the reason why there is none, of a file that `make` writes.
fn listing(make: impl FnOnce(&Path)) -> String {
    reader::start();
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = folder.path().join("foreign.h5");
    make(&path);
    let begun = Instant::now();
    let listed = list_file(&path).unwrap_or_else(|error| error.to_string());
    assert!(begun.elapsed() < Duration::from_secs(60), "it was neither refused nor listed in time");
    listed.replace(&folder.path().display().to_string(), "FOLDER")
}

/// Bytes of a sound sample.
fn sample() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    drop(fixture::whole(folder.path(), PLAN));
    fs_err::read(fixture::file(folder.path(), Split::Train, 0)).expect("it is there")
}

fn write(path: &Path, bytes: &[u8]) {
    fs_err::write(path, bytes).expect("it is writable");
}

#[test]
fn every_kind_of_type_space_and_link_is_listed() {
    insta::assert_snapshot!(listing(|path| {
        fs_err::copy(hostile("kinds.h5"), path).expect("it is there");
    }));
}

#[test]
fn a_type_that_makes_no_sense_does_not_hide_the_rest() {
    insta::assert_snapshot!(listing(|path| {
        fs_err::copy(hostile("odd_float.h5"), path).expect("it is there");
    }));
}

/// MATLAB's files begin with a user block.
#[test]
fn the_signature_is_looked_for_behind_a_user_block() {
    for block in [512, 1024, 4096] {
        let listed = listing(|path| {
            let options =
                hdf5::File::with_options().with_fcpl(|file| file.userblock(block)).clone();
            let file = options.create(path).expect("it is writable");
            file.new_dataset::<f64>().shape((3, 8)).create("u").expect("it is empty");
        });
        assert_eq!(listed, "/\n  u: f64 [3, 8]\n");
    }
}

#[test]
fn what_is_no_hdf5_is_refused_by_its_name() {
    let refused = |bytes: &[u8]| listing(|path| write(path, bytes));
    let expected = "`FOLDER/foreign.h5` cannot be read: it has no signature of HDF5";
    for bytes in [&b""[..], b"x,y\n1,2\n", &[0; 5000], b"\x89HDF\r\n"] {
        assert_eq!(refused(bytes), expected);
    }
    let folder = listing(|path| fs_err::create_dir(path).expect("it is writable"));
    assert_eq!(folder, "`FOLDER/foreign.h5` cannot be read: it is no regular file");
}

#[test]
#[cfg(unix)]
fn a_pipe_is_not_waited_for() {
    let refused = listing(|path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("the system has pipes").success());
    });
    assert_eq!(refused, "`FOLDER/foreign.h5` cannot be read: it is no regular file");
}

/// 2³⁰ paths lead to the last group.
#[test]
fn groups_that_are_linked_twice_are_listed_once() {
    let listed = listing(|path| {
        let make = || -> hdf5::Result<()> {
            let file = hdf5::File::create(path)?;
            let mut group = file.create_group("0")?;
            for depth in 1..=30 {
                let next = group.create_group(&format!("{depth}"))?;
                group.link_hard(&format!("{depth}"), "twin")?;
                group = next;
            }
            Ok(())
        };
        make().expect("it is writable");
    });
    assert_eq!(listed.lines().count(), 1 + 31 + 30);
    assert!(listed.contains("twin/ is /0/1/2/3\n"), "{listed}");
}

#[test]
fn groups_that_are_nested_without_end_are_cut() {
    let listed = listing(|path| {
        let file = hdf5::File::create(path).expect("it is writable");
        file.create_group(&"a/".repeat(400)).expect("it is writable");
    });
    assert!(listed.ends_with("…: deeper groups are not shown\n"), "{listed}");
}

/// The library follows the first object of an empty heap for ever.
#[test]
fn a_library_that_hangs_is_ended() {
    let refused = listing(|path| {
        let mut bytes = sample();
        let heap = bytes.windows(4).position(|four| four == b"GCOL").expect("it has texts");
        bytes[heap + 16..heap + 1600].fill(0);
        write(path, &bytes);
    });
    insta::assert_snapshot!(refused.lines().last().expect("there is a text"));
}

#[test]
fn sizes_that_are_declared_are_not_allocated() {
    let listed = listing(|path| {
        let make = || -> hdf5::Result<()> {
            let file = hdf5::File::create(path)?;
            file.new_dataset::<f64>().chunk(1024).shape(1 << 60).create("long").map(drop)
        };
        make().expect("nothing is stored");
    });
    assert_eq!(listed, "/\n  long: f64 [1152921504606846976]\n");
}

#[test]
fn values_that_are_not_there_are_said_to_be_missing() {
    let listed = listing(|path| {
        let make = || -> hdf5::Result<()> {
            let file = hdf5::File::create(path)?;
            let null = || hdf5::Extents::Null;
            file.new_attr::<VarLenUnicode>().shape(null()).create("text")?;
            file.new_attr::<f64>().shape(null()).create("number")?;
            file.new_dataset::<f32>().shape(null()).create("values").map(drop)
        };
        make().expect("nothing is stored");
    });
    let expected = "/\n  @number: f64 (no values) = no value\n  @text: str (no values) = no value\n  values: f32 (no values)\n";
    assert_eq!(listed, expected);
}

#[test]
fn a_truncated_file_is_refused() {
    let refused = listing(|path| write(path, &sample()[..5000]));
    assert_eq!(refused, "`FOLDER/foreign.h5` cannot be read: its end is missing");
}
