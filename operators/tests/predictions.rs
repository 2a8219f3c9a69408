//! Files of predictions.

use data::{Field, Info, MemorySource, Parameter, Sample, Source, Split, Trajectory};
use ndarray::{Array5, Array6, Axis as Along, s};
use operators::{PredictionFile, Surrogate, Task};
use tasks::{CELLS, task};

mod tasks;

/// Three test samples and one training sample.
fn source() -> MemorySource {
    let sample = |index: usize| {
        let Task { history, parameters, grid, .. } = task(index);
        let values =
            ndarray::concatenate![Along(0), history.values, history.values, history.values];
        Sample {
            index,
            split: if index == 1 { Split::Train } else { Split::Test },
            grid,
            parameters,
            trajectory: Trajectory { times: (0..6).map(|t| f64::from(t) * 0.5).collect(), values },
            monitors: ndarray::Array2::zeros((6, 0)),
            error_estimate: None,
            statistics_estimate: None,
            reference_cells: CELLS,
            steady_from: None,
        }
    };
    let info = Info {
        name: "box".into(),
        problem: "box".into(),
        fields: vec![Field::vector("velocity", &["u", "v"], "m/s")],
        parameters: vec![Parameter::new("reynolds", "Re", "")],
        cells: CELLS,
        monitors: vec![],
        interval: data::Interval::Seconds(0.5),
        frames: 6,
    };
    MemorySource { info, samples: (0..4).map(sample).collect() }
}

#[test]
fn a_prediction_file_serves_any_order_and_fewer_steps() {
    let (folder, source) = (tempfile::tempdir().expect("there is one"), source());
    let [nx, ny, nz] = CELLS;
    let values = Array6::from_shape_fn((3, 4, 2, nx, ny, nz), |(n, t, ..)| (10 * n + t) as f32);
    let path = folder.path().join("mine.npy");
    ndarray_npy::write_npy(&path, &values).expect("it is writable");
    let mut file =
        PredictionFile::open(&path, "box", &source, Split::Test, [2, 4]).expect("it fits");
    assert_eq!(file.name(), "mine");
    let asked = [3, 0].map(|index| Task { steps: 3, ..task(index) });
    let predictions = file.rollout(&asked).expect("it has both");
    for (prediction, place) in predictions.iter().zip([2, 0]) {
        let expected = values.slice(s![place, ..3, .., .., .., ..]).mapv(f64::from);
        assert_eq!(prediction.values, expected);
        assert_eq!(prediction.times, [1.0, 1.5, 2.0]);
    }
    let refused = |task: Task| file.rollout(&[task]).expect_err("it has not").to_string();
    let of = [1, 0].map(|index| Task { steps: 5, ..task(index) }).map(refused);
    let mine = "surrogate `mine` cannot be rolled out: its file lacks";
    assert_eq!(of[0], format!("{mine} the sample with parameters [101.0]"));
    assert_eq!(of[1], format!("{mine} 5 states of the sample with parameters [100.0]"));
}

#[test]
fn a_prediction_file_of_another_shape_is_refused() {
    let (folder, source) = (tempfile::tempdir().expect("there is one"), source());
    let path = folder.path().join("prediction.npy");
    let message = || {
        let opened = PredictionFile::open(folder.path(), "box", &source, Split::Test, [2, 3]);
        let message = opened.err().expect("it is refused").to_string();
        message.replace(&folder.path().display().to_string(), "HERE")
    };
    assert_eq!(message(), "`HERE/box.npy` cannot be read: No such file or directory (os error 2)");
    ndarray_npy::write_npy(&path, &Array6::<f32>::zeros((4, 4, 2, 4, 3, 1))).expect("writable");
    let expected = "[3, 3, 2, 4, 3, 1] with 3 steps or more: [test sample, step, channel, x, y, z]";
    let holds = "`HERE/prediction.npy` holds the shape";
    assert_eq!(message(), format!("{holds} [4, 4, 2, 4, 3, 1], not {expected}"));
    ndarray_npy::write_npy(&path, &Array6::<f32>::zeros((3, 2, 2, 4, 3, 1))).expect("writable");
    assert_eq!(message(), format!("{holds} [3, 2, 2, 4, 3, 1], not {expected}"));
    assert_eq!(source.indices(Split::Test), [0, 2, 3]);
}

/// As many states as are judged suffice, of any type of real numbers; and a folder has a file per case.
#[test]
fn a_folder_of_predictions_has_a_file_per_case() {
    let (folder, source) = (tempfile::tempdir().expect("there is one"), source());
    let values = Array6::<f64>::from_elem((3, 2, 2, 4, 3, 1), 1.0 / 3.0);
    ndarray_npy::write_npy(folder.path().join("box-quick.npy"), &values).expect("it is writable");
    let open = |case| PredictionFile::open(folder.path(), case, &source, Split::Test, [2, 2]);
    let predictions = open("box-quick").expect("it fits").rollout(&[Task { steps: 2, ..task(0) }]);
    assert_eq!(
        predictions.expect("it has them")[0].values,
        Array5::from_elem((2, 2, 4, 3, 1), 1.0 / 3.0)
    );
    assert!(open("tube-quick").is_err());
}
