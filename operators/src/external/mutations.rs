//! Damaged answers and predictions of outside programs: each is read as it is written, or refused.
//!
//! No hash covers them, so that a copy may have other sound values. They must be those that another reader finds.

use super::Failure;
use super::job::predictions;
use super::lines::Lines;
use super::process::{Answer, LONGEST_ANSWER};
use super::protocol::{hello_of, rollout_of};
use crate::{PredictionFile, Surrogate, Task};
use data::{
    Axis, Boundary, Field, Grid, Info, Interval, Links, MemorySource, Npy, Parameter, Sample,
};
use data::{Split, Trajectory};
use mutation::{Mutator, Outcome, Tally, outcome};
use ndarray::{Array2, Array5, Array6, ArrayD};
use ndarray_npy::{read_npy, write_npy};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[path = "../../../data/tests/support/mutation.rs"]
#[expect(dead_code, reason = "shared with the tests of other crates")]
mod mutation;

const HELLO: &str =
    "{\"protocol\": 1, \"weights\": 1188353, \"batch\": 16, \"channels\": [\"u\", \"p\"]}\n";
const ANSWERS: &str = "{\"error\": \"the viscosity is too small\"}\n{\"done\": true}\n\
                       {\"done\": true, \"prediction\": 640, \"seconds\": 0.25}\n";
const CELLS: [usize; 3] = [3, 2, 1];
const STEPS: usize = 3;

fn attack(
    name: &'static str,
    tries: usize,
    original: &[u8],
    read: impl Fn(Vec<u8>) -> Outcome + Clone + Send + 'static,
) {
    assert_eq!(read(original.to_vec()), Outcome::Unchanged, "the original is sound");
    let (mut mutator, mut tally) = (Mutator::new(0), Tally::new(name));
    for _ in 0..tries {
        let (damage, bytes) = mutator.damage(original);
        let read = read.clone();
        tally.add(&outcome(move || read(bytes)), &damage);
    }
    tally.conclude();
}

/// Refused, or read as expected or not.
fn judged<T, E>(read: Result<T, E>, is_as_expected: impl FnOnce(T) -> bool) -> Outcome {
    match read.map(is_as_expected) {
        Err(_) => Outcome::Refused,
        Ok(true) => Outcome::Unchanged,
        Ok(false) => Outcome::Changed,
    }
}

/// The lines as a program's output is read.
fn texts(bytes: &[u8]) -> Vec<String> {
    Lines::new(bytes, LONGEST_ANSWER).map(|line| line.text).collect()
}

fn reads_hello(bytes: Vec<u8>) -> Outcome {
    let Some(line) = texts(&bytes).into_iter().next() else { return Outcome::Refused };
    judged(hello_of(&line, 1), |hello| {
        let value: Value = serde_json::from_str(&line).unwrap_or_default();
        let number = |key: &str| value[key].as_u64().map(|number| number as usize);
        let names = value["channels"].as_array().map(|names| {
            names.iter().filter_map(Value::as_str).map(String::from).collect::<Vec<_>>()
        });
        hello.weights == number("weights").unwrap_or(0)
            && hello.batch == number("batch")
            && hello.channels == names
    })
}

fn reads_answers(bytes: Vec<u8>) -> Outcome {
    let done = |line: &String| rollout_of(Answer { line: line.clone(), bytes: vec![] }).is_ok();
    let is_done = |line: &String| {
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        let keys = value.as_object().into_iter().flatten();
        let mut rest = keys.filter(|(key, value)| *key != "done" && !value.is_null());
        value["done"] == true
            && rest.all(|(key, value)| match key.as_str() {
                "prediction" => value.is_u64(),
                "seconds" => value.as_f64() >= Some(0.0),
                _ => false,
            })
    };
    let lines = texts(&bytes);
    if !lines.iter().any(done) {
        return Outcome::Refused;
    }
    // The other reader takes the last of two equal keys, which are refused.
    judged(Ok::<_, ()>(lines), |lines| lines.iter().all(|line| !done(line) || is_done(line)))
}

/// A task with the parameter 0, 1, …
fn task(number: usize) -> Task {
    let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::REST; 2]);
    let [nx, ny, nz] = CELLS;
    let values = Array5::from_elem((1, 2, nx, ny, nz), number as f64);
    Task {
        history: Trajectory { times: vec![0.0], values },
        parameters: vec![number as f64],
        grid: Grid::plane(axis(nx), axis(ny)),
        interval: 0.5,
        steps: STEPS,
    }
}

fn tasks() -> Vec<Task> {
    vec![task(0), task(1)]
}

fn source() -> MemorySource {
    let [nx, ny, nz] = CELLS;
    let sample = |index: usize| Sample {
        index,
        split: Split::Test,
        grid: task(index).grid,
        parameters: vec![index as f64],
        trajectory: Trajectory {
            times: (0..=STEPS).map(|time| time as f64 * 0.5).collect(),
            values: Array5::from_elem((STEPS + 1, 2, nx, ny, nz), index as f64),
        },
        monitors: Array2::zeros((STEPS + 1, 0)),
        error_estimate: None,
        statistics_estimate: None,
        reference_cells: CELLS,
        steady_from: None,
    };
    let info = Info {
        name: "box".into(),
        problem: "box".into(),
        fields: vec![Field::vector("velocity", &["u", "v"], "m/s")],
        parameters: vec![Parameter::new("reynolds", "Re", "")],
        cells: CELLS,
        monitors: vec![],
        interval: Interval::Seconds(0.5),
        frames: STEPS + 1,
    };
    MemorySource { info, samples: (0..2).map(sample).collect() }
}

/// The array as another reader finds it, whatever the type of its numbers.
fn found_by_another_reader(file: &Path) -> Option<ArrayD<f64>> {
    macro_rules! found {
        ($($number:ty => $convert:expr),*) => {
            read_npy::<_, ArrayD<f64>>(file).ok()
            $(.or_else(|| Some(read_npy::<_, ArrayD<$number>>(file).ok()?.mapv($convert))))*
        };
    }
    found!(
        f32 => f64::from, i8 => f64::from, i16 => f64::from, i32 => f64::from, i64 => |value| value as f64,
        u8 => f64::from, u16 => f64::from, u32 => f64::from, u64 => |value| value as f64
    )
}

/// Whether predictions are those of the array in the file, bit for bit except for the payload of NaN.
fn are_of(predictions: &[Trajectory], file: &Path) -> bool {
    let Some(array) = found_by_another_reader(file) else { return false };
    let is_same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let of_sample = |(prediction, array): (&Trajectory, ndarray::ArrayViewD<'_, f64>)| {
        let steps = array.slice_axis(ndarray::Axis(0), (..STEPS).into());
        prediction.values.shape() == steps.shape()
            && prediction.values.iter().zip(steps.iter()).all(is_same)
    };
    predictions.len() == array.shape()[0]
        && predictions.iter().zip(array.outer_iter()).all(of_sample)
}

/// A folder with a sound prediction of both tasks, and the bytes of the file.
fn with_prediction() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let file = folder.path().join("prediction.npy");
    let [nx, ny, nz] = CELLS;
    let shape = (2, STEPS, 2, nx, ny, nz);
    let value = |(n, t, c, x, y, _): (usize, usize, usize, usize, usize, usize)| {
        (n as f32 - 0.3) * (t * 8 + c * 4 + x * 2 + y + 1) as f32
    };
    write_npy(&file, &Array6::from_shape_fn(shape, value)).expect("there is room");
    let bytes = fs_err::read(&file).expect("it was just written");
    (folder, file, bytes)
}

/// Tries damaged copies of the array that a program leaves in the folder of its job.
fn attack_job(name: &'static str, tries: usize) {
    let (folder, file, bytes) = with_prediction();
    let root = folder.path().to_owned();
    attack(name, tries, &bytes, move |bytes| {
        fs_err::write(&file, bytes).expect("it is writable");
        let opened = Npy::open(&root.join("prediction.npy"), Links::Refused);
        let read = opened
            .map_err(Failure::from)
            .and_then(|array| predictions(array, &tasks(), None, None));
        let read = read.map(|all| all.concat());
        judged(read, |read| are_of(&read, &file))
    });
}

/// Tries damaged copies of a file of predictions, which a suite names.
fn attack_file(name: &'static str, tries: usize) {
    let (_folder, file, bytes) = with_prediction();
    attack(name, tries, &bytes, move |bytes| {
        fs_err::write(&file, bytes).expect("it is writable");
        let opened = PredictionFile::open(&file, "box", &source(), Split::Test, [1, STEPS]);
        let read = opened.and_then(|mut predictions| predictions.rollout(&tasks()));
        judged(read, |read| are_of(&read, &file))
    });
}

#[test]
fn damaged_answers_are_read_or_refused() {
    attack("answers to `hello`, a few", 100, HELLO.as_bytes(), reads_hello);
    attack("answers to `rollout`, a few", 100, ANSWERS.as_bytes(), reads_answers);
}

#[test]
fn damaged_predictions_are_read_or_refused() {
    attack_job("predictions of programs (`.npy`), a few", 100);
    attack_file("files of predictions (`.npy`), a few", 100);
}

#[test]
#[ignore = "minutes: 4000 damaged answers"]
fn many_damaged_answers_are_read_or_refused() {
    attack("answers to `hello`", 4000, HELLO.as_bytes(), reads_hello);
    attack("answers to `rollout`", 4000, ANSWERS.as_bytes(), reads_answers);
}

#[test]
#[ignore = "minutes: 4000 damaged predictions each"]
fn many_damaged_predictions_are_read_or_refused() {
    attack_job("predictions of programs (`.npy`)", 4000);
    attack_file("files of predictions (`.npy`)", 4000);
}
