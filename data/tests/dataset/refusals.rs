//! Error messages for files that are refused.

use crate::fixture::{file, header, sample, whole};
use data::{Dataset, DatasetHeader, Field, Sample, Source, Split, SplitPlan, list_file};
use std::path::Path;

const PLAN: SplitPlan = SplitPlan { train: 1, valid: 0, test: 0 };

/// The message of what went wrong, with the temporary folder called `ROOT`.
fn message<T>(root: &Path, result: Result<T, data::DataError>) -> String {
    let error = result.err().expect("it is refused").to_string();
    error.replace(&root.display().to_string(), "ROOT")
}

/// The messages of reading a sample from, and of listing, a file that `damage` was done to.
fn after(damage: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let root = folder.path();
    drop(whole(root, PLAN));
    let path = file(root, Split::Train, 0);
    damage(&path);
    let dataset = Dataset::open(root).expect("its declaration is whole");
    let is_missing = dataset.missing().is_ok_and(|missing| missing == [0]);
    assert_eq!(is_missing, !path.exists(), "a damaged file is not missing");
    let listed = list_file(&path)
        .map_or_else(|error| message(root, Err::<(), _>(error)), |_| "listed".into());
    format!("sample: {}\ninspect: {listed}", message(root, dataset.sample(0)))
}

#[test]
fn a_missing_file() {
    let messages = after(|path| fs_err::remove_file(path).expect("it is there"));
    insta::assert_snapshot!(messages);
}

#[test]
fn a_truncated_file() {
    let messages = after(|path| {
        let file = fs_err::OpenOptions::new().write(true).open(path).expect("it is there");
        file.set_len(5000).expect("it is longer");
    });
    insta::assert_snapshot!(messages);
}

#[test]
fn an_empty_file() {
    let messages = after(|path| fs_err::write(path, "").expect("it is writable"));
    insta::assert_snapshot!(messages);
}

#[test]
fn a_file_that_is_no_hdf5() {
    let messages = after(|path| {
        fs_err::write(path, "x,y\n1,2\n3,4\n").expect("it is writable");
    });
    insta::assert_snapshot!(messages);
}

#[test]
fn a_file_of_another_layout() {
    let messages = after(|path| {
        let file = hdf5::File::create(path).expect("it is writable");
        file.new_dataset::<f32>().shape((2, 3)).create("tensor").expect("it is empty");
    });
    insta::assert_snapshot!(messages);
}

#[test]
fn a_file_with_other_fields() {
    let messages = after(|path| {
        let file = hdf5::File::open_rw(path).expect("it is there");
        file.unlink("t1_fields/velocity").expect("it is there");
    });
    insta::assert_snapshot!(messages);
}

#[test]
fn a_file_of_a_later_version() {
    let messages = after(|path| {
        let file = hdf5::File::open_rw(path).expect("it is there");
        file.attr("eddymark_format").and_then(|a| a.write_scalar(&9_u32)).expect("it is there");
    });
    insta::assert_snapshot!(messages);
}

/// The message of storing what `change` makes of a sample.
fn misfit(change: impl FnOnce(&mut Sample)) -> String {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = Dataset::create(folder.path(), header(PLAN)).expect("the folder is empty");
    let mut sample = sample(dataset.header(), 0);
    change(&mut sample);
    message(folder.path(), dataset.write(&sample))
}

#[test]
fn samples_that_do_not_fit() {
    let messages = [
        misfit(|sample| sample.index = 40),
        misfit(|sample| sample.split = Split::Test),
        misfit(|sample| sample.trajectory = sample.trajectory.slice(0..2)),
        misfit(|sample| sample.trajectory.times.truncate(1)),
        misfit(|sample| sample.grid.axes.swap(0, 1)),
        misfit(|sample| sample.grid.axes[2].boundaries = [data::Boundary::REST; 2]),
        misfit(|sample| sample.parameters.truncate(1)),
        misfit(|sample| sample.error_estimate = Some(ndarray::Array2::zeros((4, 1)))),
        misfit(|sample| sample.statistics_estimate = Some(ndarray::Array2::zeros((1, 4)))),
        misfit(|sample| sample.monitors = ndarray::Array2::zeros((4, 2))),
        misfit(|sample| sample.trajectory.values[[2, 3, 1, 1, 0]] += 1.0),
    ]
    .join("\n");
    insta::assert_snapshot!(messages);
}

/// The message of continuing a dataset with another header.
fn continued(change: impl FnOnce(&mut DatasetHeader)) -> String {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    drop(whole(folder.path(), PLAN));
    let mut header = header(PLAN);
    change(&mut header);
    message(folder.path(), Dataset::create(folder.path(), header))
}

#[test]
fn datasets_that_cannot_be_continued() {
    let messages = [
        continued(|header| header.seed += 1),
        continued(|header| header.case_hash = "another".into()),
        continued(|header| header.info.frames += 1),
        continued(|header| header.info.fields.truncate(1)),
        continued(|header| header.splits.push(Split::Test)),
        continued(|header| {
            header.info.fields[0] = Field::vector("velocity", &["u", "v", "w"], "m/s");
        }),
    ]
    .join("\n");
    insta::assert_snapshot!(messages);
}

#[test]
fn a_dataset_whose_declaration_is_not_readable() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let root = folder.path();
    let dataset = whole(root, PLAN);
    let text = |text: &str| {
        fs_err::write(root.join("dataset.json"), text).expect("it is writable");
        message(root, Dataset::open(root))
    };
    let declared = fs_err::read_to_string(root.join("dataset.json")).expect("it is there");
    let messages = [
        text(&declared[..200]),
        text(&declared.replace("\"format\": 3", "\"format\": 4, \"shape\": \"new\"")),
        text("{\"format\": 1}"),
        text(&declared.replace("\"seed\": 7", "\"seed\": 8")),
        message(root, dataset.window(0, 3, 2)),
        message(root, Dataset::open(&root.join("nowhere"))),
        message(root, list_file(&root.join("nowhere"))),
    ]
    .join("\n");
    insta::assert_snapshot!(messages);
}
