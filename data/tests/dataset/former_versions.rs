//! Files of former versions of the format, and of versions to come.
//!
//! `tests/fixtures/version-2` was written by the program at commit b675384, from the samples of `fixture.rs`.

use crate::fixture::{FRAMES, file, header, rounded, sample, whole};
use data::{Dataset, Sample, Source, Split, SplitPlan};
use std::path::Path;

/// The splits of the fixture.
const PLAN: SplitPlan = SplitPlan { train: 1, valid: 0, test: 1 };

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("the folder is writable");
    for entry in fs_err::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder is readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).expect("the file is readable");
        }
    }
}

/// A copy of the dataset of version 2.
fn version_2(root: &Path) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/version-2"), root);
}

#[test]
fn a_dataset_of_version_2_reads_the_same_as_its_twin() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("there is a temporary folder"));
    version_2(folders[0].path());
    let text = fs_err::read_to_string(folders[0].path().join("dataset.json")).expect("it is there");
    assert!(text.contains("\"format\": 2"), "{text}");
    let (old, new) = (
        Dataset::open(folders[0].path()).expect("version 2 is read"),
        whole(folders[1].path(), PLAN),
    );
    assert_eq!(old.header(), new.header());
    assert_eq!(old.missing().expect("its files can be read"), [0; 0]);
    assert_eq!(
        old.content_hash().expect("it is finished"),
        new.content_hash().expect("it is finished")
    );
    assert_eq!(
        old.normalization().expect("it is finished"),
        new.normalization().expect("it is finished")
    );
    for index in 0..PLAN.total() {
        assert_eq!(old.sample(index).expect("it is read"), new.sample(index).expect("it is read"));
        let [old, new] = [&old, &new].map(|dataset| dataset.summary(index).expect("it is read"));
        assert_eq!(old.ranges, new.ranges);
        assert_eq!(old.error_estimate, new.error_estimate);
        assert_eq!(old.steady_from, new.steady_from);
        assert_eq!(
            old.reliability.iter().map(|field| (&field.field, field.horizon)).collect::<Vec<_>>(),
            new.reliability.iter().map(|field| (&field.field, field.horizon)).collect::<Vec<_>>(),
        );
    }
    // The cells are stretched, and version 2 did not weight them by their volumes: the stored numbers are read.
    let errors: Vec<f64> =
        old.reliability(0).expect("it is read").iter().map(|field| field.relative_error).collect();
    assert_eq!(errors, [0.000_555_707_515_196_578_8, 0.000_590_082_026_986_183_1]);
    for index in 0..PLAN.total() {
        old.verify_sample(index).expect("its content is the same");
    }
    let again = Dataset::create(folders[0].path(), header(PLAN)).expect("it can be continued");
    again.write(&sample(again.header(), 0)).expect("the sample fits");
    assert_eq!(
        again.finish().expect("all samples are there"),
        new.content_hash().expect("it is finished")
    );
}

/// The first files of version 2 have no errors of statistics, and call the largest error the relative one.
#[test]
fn files_without_errors_of_statistics_are_read() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    version_2(folder.path());
    let dataset = Dataset::open(folder.path()).expect("version 2 is read");
    let index = dataset.indices(Split::Train)[0];
    let file = hdf5::File::open_rw(file(folder.path(), Split::Train, index)).expect("it is there");
    for name in ["largest_error", "statistics_error"] {
        file.group("verification").and_then(|g| g.delete_attr(name)).expect("it is there");
    }
    file.close().expect("it can be closed");
    let fields = dataset.reliability(index).expect("it is read");
    assert!(!fields.is_empty());
    for field in fields {
        assert_eq!(field.largest_error, field.relative_error);
        assert!(if field.horizon.is_finite() {
            field.statistics_error.is_nan()
        } else {
            field.statistics_error == 0.0
        });
    }
}

/// What version 1 lacks is empty, unknown or not estimated.
#[test]
fn files_of_version_1_are_read() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let mut header = header(SplitPlan { train: 1, valid: 0, test: 0 });
    header.info.fields.truncate(2);
    header.info.monitors.clear();
    let mut written = sample(&header, 0);
    written.monitors = ndarray::Array2::zeros((FRAMES, 0));
    written.statistics_estimate = None;
    let dataset = Dataset::create(folder.path(), header.clone()).expect("the folder is empty");
    dataset.write(&written).expect("the sample fits");
    let path = file(folder.path(), Split::Train, 0);
    let file = hdf5::File::open_rw(path).expect("it is there");
    file.attr("eddymark_format").and_then(|a| a.write_scalar(&1_u32)).expect("it is there");
    file.relink("double_precision", "exact").expect("it is there");
    for name in ["reference_cells", "steady_from"] {
        file.delete_attr(name).expect("it is there");
    }
    let of_reliability =
        ["fields", "relative_error", "largest_error", "predictability_horizon", "statistics_error"];
    for name in of_reliability.into_iter().chain(["under_resolved"]) {
        file.group("verification").and_then(|g| g.delete_attr(name)).expect("it is there");
    }
    file.close().expect("it can be closed");
    let declaration = folder.path().join("dataset.json");
    let text = fs_err::read_to_string(&declaration).expect("it is there");
    let old: Vec<&str> =
        text.lines().filter(|line| !line.contains("\"declaration-hash\"")).collect();
    let old = old.join("\n").replace("\"format\": 3", "\"format\": 1");
    let old = old.replace("\"splits\"", "\"roles\"");
    assert_ne!(old, text);
    fs_err::write(&declaration, old).expect("it is writable");

    let old = Dataset::open(folder.path()).expect("it is readable");
    let expected = Sample {
        reference_cells: [0; 3],
        steady_from: None,
        statistics_estimate: None,
        ..rounded(written)
    };
    assert_eq!(old.sample(0).expect("it is there"), expected);
    old.verify_sample(0).expect("its content is the same");
    assert_eq!(old.reliability(0).expect("it is there"), []);
}

#[test]
fn the_next_version_is_refused_by_its_number() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let index = dataset.indices(Split::Train)[0];
    drop(dataset); // it keeps the files open
    let path = file(folder.path(), Split::Train, index);
    let next = hdf5::File::open_rw(&path).expect("it is there");
    next.attr("eddymark_format").and_then(|a| a.write_scalar(&4_u32)).expect("it is there");
    next.close().expect("it can be closed");
    let refused = "has format version 4, and this eddymark reads up to 3";
    let error = Dataset::open(folder.path()).and_then(|dataset| dataset.sample(index));
    let error = error.expect_err("the version is not known").to_string();
    assert_eq!(error, format!("`{}` {refused}", path.display()));
    let declaration = folder.path().join("dataset.json");
    let text = fs_err::read_to_string(&declaration).expect("it is there");
    // The number of a version is read before all else, so that the rest of a later version may differ.
    let next =
        text.replace("\"format\": 3", "\"format\": 4").replace("\"info\"", "\"description\"");
    fs_err::write(&declaration, next).expect("it is writable");
    let error = Dataset::open(folder.path()).err().expect("the version is not known").to_string();
    assert_eq!(error, format!("`{}` {refused}", declaration.display()));
}
