use crate::fixture::{file, header, sample, whole};
use data::{DataError, Dataset, Source, Split, SplitPlan};

const PLAN: SplitPlan = SplitPlan { train: 3, valid: 1, test: 1 };

#[test]
fn continuing_ends_with_the_content_of_an_uninterrupted_run() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("there is a temporary folder"));
    let expected = whole(folders[0].path(), PLAN).content_hash().expect("it is finished");

    let root = folders[1].path();
    let first = Dataset::create(root, header(PLAN)).expect("the folder is empty");
    for index in [0, 1, 3] {
        first.write(&sample(first.header(), index)).expect("the sample fits");
    }
    let of = |index: usize| file(root, first.header().splits[index], index);
    truncate(&of(1), 0.6); // as after a power cut on a file system that does not keep its word
    let leftover = of(2).with_extension("hdf5.partial");
    fs_err::write(&leftover, "half").expect("the folder is there");
    let file = fs_err::File::options().append(true).open(&leftover).expect("it is there");
    let before = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    file.file().set_modified(before).expect("it is ours");
    let error = first.finish().expect_err("a file is damaged").to_string();
    assert!(error.contains("_0001.hdf5` cannot be read: its end is missing"), "{error}");
    fs_err::remove_file(of(1)).expect("it is there");
    assert!(
        matches!(first.finish(), Err(DataError::Incomplete { missing, .. }) if missing == [1, 2, 4])
    );
    drop(first);

    let second = Dataset::create(root, header(PLAN)).expect("the same dataset continues");
    assert_eq!(second.missing().expect("its files can be read"), [1, 2, 4]);
    for index in second.missing().expect("its files can be read") {
        let _claim = second.claim(index).expect("it can be asked for").expect("nobody has it");
        second.write(&sample(second.header(), index)).expect("the sample fits");
    }
    assert_eq!(second.finish().expect("all samples are there"), expected);
    assert!(!leftover.exists(), "what a killed program left is removed");
}

#[test]
fn a_sample_is_claimed_by_one_at_a_time_and_not_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let [one, other] = [(); 2].map(|()| {
        Dataset::create(folder.path(), header(PLAN)).expect("the folder is empty, or continues")
    });
    let ask = |dataset: &Dataset| dataset.claim(3).expect("it can be asked for");
    let claim = ask(&one).expect("nobody has it");
    assert!(ask(&other).is_none(), "the first has it");
    drop(claim);
    let claim = ask(&other).expect("it was given back");
    other.write(&sample(other.header(), 3)).expect("the sample fits");
    drop(claim);
    assert!(ask(&one).is_none(), "there is nothing left to do");
    let left = walkdir(folder.path());
    assert!(!left.iter().any(|path| path.extension() == Some("claim".as_ref())), "{left:?}");
}

fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs_err::read_dir(folder).expect("it is there").flatten();
    let below = |path: std::path::PathBuf| if path.is_dir() { walkdir(&path) } else { vec![path] };
    entries.flat_map(|entry| below(entry.path())).collect()
}

#[test]
fn a_sample_of_another_case_is_refused() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let mut other = header(PLAN);
    other.case_hash = "another".into();
    let dataset = Dataset::create(folder.path(), other).expect("the folder is empty");
    dataset.write(&sample(dataset.header(), 2)).expect("the sample fits");
    fs_err::remove_file(folder.path().join("dataset.json")).expect("it is there");
    let dataset = Dataset::create(folder.path(), header(PLAN)).expect("nothing declares the other");
    let error = dataset.missing().expect_err("it is not replaced").to_string();
    assert!(error.contains("holds sample 2 (train) of case another, not sample 2"), "{error}");
    assert!(!dataset.is_complete(1).expect("it is another file"));
}

/// Names the folder when a test of this program runs in a process of its own.
const FOLDER: &str = "EDDYMARK_TEST_FULL_DISK";

/// Runs an ignored test of this program in a process of its own, in a shell with limits. Returns its standard error.
#[cfg(unix)]
fn succeeds_within(limits: &str, test: &str) -> String {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let program = std::env::current_exe().expect("a test knows its program");
    let child = std::process::Command::new("sh")
        .args(["-c", &format!("{limits}; exec \"$0\" --ignored --exact {test}")])
        .arg(program)
        .env(FOLDER, folder.path())
        .output()
        .expect("there is a shell");
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && text.contains("1 passed"), "{text}");
    String::from_utf8_lossy(&child.stderr).into_owned()
}

/// A limit on the size of files stands for a full disk: writing fails in the same places.
#[test]
#[cfg(unix)]
fn a_full_disk_is_an_error_and_leaves_nothing_behind() {
    // In blocks of 512 bytes: no state fits, some do, or all but the last attributes.
    for blocks in [4, 24, 48, 64] {
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let stderr = succeeds_within(&limit, "interrupted::on_a_full_disk");
        assert_eq!(stderr, "", "HDF5 prints nothing of its own");
    }
}

#[test]
#[ignore = "runs within a_full_disk_is_an_error_and_leaves_nothing_behind"]
fn on_a_full_disk() {
    let Some(root) = std::env::var_os(FOLDER).map(std::path::PathBuf::from) else { return };
    let dataset = Dataset::create(&root, header(PLAN)).expect("dataset.json is small enough");
    let error = dataset.write(&sample(dataset.header(), 0)).expect_err("the file is too large");
    assert!(error.to_string().ends_with("cannot be written: File too large"), "{error}");
    for split in Split::ALL {
        let folder = root.join("data").join(split.folder());
        assert_eq!(fs_err::read_dir(folder).expect("it is there").count(), 0);
    }
}

/// Many more files than the process may open.
#[test]
#[cfg(unix)]
fn few_descriptors_suffice() {
    succeeds_within("ulimit -n 48", "interrupted::with_few_descriptors");
}

#[test]
#[ignore = "runs within few_descriptors_suffice"]
fn with_few_descriptors() {
    let Some(root) = std::env::var_os(FOLDER).map(std::path::PathBuf::from) else { return };
    let plan = SplitPlan { train: 100, valid: 1, test: 1 };
    let dataset = whole(&root, plan).with_memory(0);
    for round in 0..2 {
        for index in dataset.indices(Split::Train) {
            let window = dataset.window(index, round, 2).expect("it can be read");
            assert_eq!(window.shape()[0], 2);
        }
    }
}

#[test]
fn windows_are_the_same_from_memory_and_from_the_file() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let kept = whole(folder.path(), PLAN);
    let read = Dataset::open(folder.path()).expect("it is there").with_memory(0);
    let windows = [(0, 1, 2), (0, 0, 4), (1, 3, 1), (0, 2, 2), (1, 0, 2), (1, 1, 3)];
    for (index, start, length) in windows.repeat(3) {
        let [kept, read] = [&kept, &read]
            .map(|dataset| dataset.window(index, start, length).expect("it is there"));
        assert_eq!(kept, read);
    }
    kept.forget();
    assert_eq!(kept.parameters(2).expect("it is there"), read.parameters(2).expect("it is there"));
    kept.window(0, 3, 2).expect_err("there are four states");
}

#[test]
fn a_sample_that_does_not_fit_leaves_the_one_that_is_there() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let mut bad = sample(dataset.header(), 0);
    bad.grid.axes[2].boundaries = [data::Boundary::REST; 2];
    dataset.write(&bad).expect_err("a flat axis has no walls");
    assert_eq!(dataset.missing().expect("its files can be read"), [0; 0]);
    dataset.verify_sample(0).expect("nothing changed it");
}

#[test]
fn a_changed_number_is_found() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let path = file(folder.path(), dataset.header().splits[2], 2);
    drop(dataset);
    let change = || {
        let pressure = hdf5::File::open_rw(&path)?.dataset("t0_fields/pressure")?;
        let mut values = pressure.read_raw::<f32>()?;
        values[17] = f32::from_bits(values[17].to_bits() ^ 1);
        pressure.write_raw(&values)
    };
    change().expect("the file is whole");
    let dataset = Dataset::open(folder.path()).expect("it is there");
    assert!(matches!(dataset.verify_sample(2), Err(DataError::Mismatch { .. })));
    dataset.verify_sample(1).expect("nothing changed it");
}

fn truncate(path: &std::path::Path, part: f64) {
    let file = fs_err::OpenOptions::new().write(true).open(path).expect("it is there");
    let length = file.metadata().expect("it is there").len() as f64;
    file.set_len((length * part) as u64).expect("it is writable");
}

/// Solving it again would replace its owner's file.
#[test]
#[cfg(unix)]
fn a_sample_that_may_not_be_read_is_not_missing() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let path = dataset.path(2);
    let is_refused = |what: &str| {
        let dataset = Dataset::open(folder.path()).expect("it is there");
        let error = dataset.missing().expect_err(what).to_string();
        assert!(error.contains("_0002.hdf5"), "{what}: {error}");
        dataset.claim(2).expect_err(what);
        assert!(dataset.is_complete(1).expect("it is another file"));
    };
    let sound = fs_err::read(&path).expect("it is there");
    fs_err::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("it is ours");
    if fs_err::File::open(&path).is_err() {
        is_refused("it may not be read"); // an administrator may read everything
    }
    fs_err::remove_file(&path).expect("it is ours");
    fs_err::create_dir(&path).expect("it is writable");
    is_refused("a folder is in its place");
    fs_err::remove_dir(&path).expect("it is ours");
    symlink(&path, &path).expect("it is writable");
    is_refused("it is a link to itself");
    fs_err::remove_file(&path).expect("it is ours");
    assert_eq!(dataset.missing().expect("its files can be read"), [2]);
    fs_err::write(&path, sound).expect("it is writable");
    assert_eq!(dataset.missing().expect("its files can be read"), [0; 0]);
}
