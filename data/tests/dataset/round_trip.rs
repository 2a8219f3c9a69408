use crate::fixture::{CELLS, FRAMES, header, sample, whole};
use data::{Dataset, Field, MemorySource, NormalizationBuilder, Sample, Source, Split, SplitPlan};
use ndarray::{Array5, s};
use proptest::prelude::*;

const PLAN: SplitPlan = SplitPlan { train: 3, valid: 1, test: 2 };

/// The sample as the disk holds it: states rounded to `f32`, everything else to the last bit.
fn rounded(sample: Sample) -> Sample {
    let mut sample = sample;
    sample.trajectory.values.mapv_inplace(|value| f64::from(value as f32));
    sample
}

#[test]
fn samples_come_back_as_they_were_rounded() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let again = Dataset::open(folder.path()).expect("it was just written");
    assert_eq!(again.header(), dataset.header());
    for index in 0..PLAN.total() {
        let expected = rounded(sample(dataset.header(), index));
        assert_eq!(again.parameters(index).expect("it is there"), expected.parameters);
        assert_eq!(again.sample(index).expect("it is there"), expected);
        again.verify_sample(index).expect("nothing changed it");
    }
}

/// Files of version 2 once called the largest error the relative one, and knew no statistics.
#[test]
fn files_without_errors_of_statistics_are_read() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let header = header(SplitPlan { train: 1, valid: 0, test: 0 });
    let dataset = Dataset::create(folder.path(), header.clone()).expect("the folder is empty");
    dataset.write(&sample(&header, 0)).expect("the sample fits");
    let path = crate::fixture::file(folder.path(), Split::Train, 0);
    let file = hdf5::File::open_rw(path).expect("it is there");
    for name in ["largest_error", "statistics_error"] {
        file.group("verification").and_then(|g| g.delete_attr(name)).expect("it is there");
    }
    file.close().expect("it can be closed");
    let trust = Dataset::open(folder.path()).expect("it is readable").trust(0).expect("it is read");
    assert!(!trust.is_empty());
    for trust in trust {
        assert_eq!(trust.largest, trust.error);
        assert!(if trust.horizon.is_finite() {
            trust.statistics.is_nan()
        } else {
            trust.statistics == 0.0
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
    let path = crate::fixture::file(folder.path(), Split::Train, 0);
    let file = hdf5::File::open_rw(path).expect("it is there");
    file.attr("eddymark_format").and_then(|a| a.write_scalar(&1_u32)).expect("it is there");
    for name in ["solved_on", "steady_from"] {
        file.delete_attr(name).expect("it is there");
    }
    let of_trust = ["fields", "relative_error", "largest_error", "horizon", "statistics_error"];
    for name in of_trust.into_iter().chain(["under_resolved"]) {
        file.group("verification").and_then(|g| g.delete_attr(name)).expect("it is there");
    }
    file.close().expect("it can be closed");
    let declaration = folder.path().join("dataset.json");
    let text = fs_err::read_to_string(&declaration).expect("it is there");
    let old = text.replace("\"format\": 2", "\"format\": 1");
    assert_ne!(old, text);
    fs_err::write(&declaration, old).expect("it is writable");

    let old = Dataset::open(folder.path()).expect("it is readable");
    let expected = Sample {
        solved_on: [0; 3],
        steady_from: None,
        statistics_estimate: None,
        ..rounded(written)
    };
    assert_eq!(old.sample(0).expect("it is there"), expected);
    old.verify_sample(0).expect("its content is the same");
    assert!(
        data::inspect(folder.path()).expect("it is listed").contains("without error estimate: 0")
    );
}

#[test]
fn windows_are_the_frames_asked_for() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let samples = (0..PLAN.total()).map(|index| sample(dataset.header(), index)).collect();
    let memory = MemorySource { info: dataset.info().clone(), samples };
    for (start, length) in [(0, FRAMES), (1, 2), (FRAMES - 1, 1), (2, 0)] {
        let read = dataset.window(4, start, length).expect("the frames are there");
        assert_eq!(read, memory.window(4, start, length).expect("the frames are there"));
    }
    for split in Split::ALL {
        assert_eq!(dataset.indices(split), memory.indices(split));
    }
}

#[test]
fn statistics_are_of_the_training_samples_alone() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), PLAN);
    let mut builder = NormalizationBuilder::default();
    for index in dataset.indices(Split::Train) {
        let sample = sample(dataset.header(), index);
        builder.push(sample.trajectory.values.mapv(|x| x as f32).view(), &sample.parameters);
    }
    assert_eq!(dataset.normalization().expect("it is finished"), builder.finish());
}

#[test]
fn a_dataset_without_training_samples_has_no_statistics() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = whole(folder.path(), SplitPlan { train: 0, valid: 0, test: 1 });
    assert!(dataset.normalization().is_err());
    assert_eq!(dataset.missing(), [0; 0]);
}

#[test]
fn the_content_hash_follows_every_number_and_nothing_else() {
    let hash = |change: fn(&mut Sample)| {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let mut header = header(SplitPlan { train: 1, valid: 0, test: 0 });
        header.commit = format!("{:?}", folder.path()); // provenance is no content
        let mut sample = sample(&header, 0);
        change(&mut sample);
        let dataset = Dataset::create(folder.path(), header).expect("the folder is empty");
        dataset.write(&sample).expect("the sample fits");
        dataset.finish().expect("the sample is there")
    };
    let same = hash(|_| ());
    assert_eq!(same, hash(|_| ()));
    assert_ne!(same, hash(|sample| sample.trajectory.values[[3, 2, 5, 4, 0]] += 1e-6));
    assert_ne!(same, hash(|sample| sample.parameters[1] += 1e-15));
    assert_ne!(same, hash(|sample| sample.trajectory.times[1] += 1e-15));
    assert_ne!(same, hash(|sample| sample.grid.axes[0].boundaries[1] = data::Boundary::REST));
    assert_ne!(same, hash(|sample| sample.monitors[[2, 0]] += 1e-15));
    assert_ne!(same, hash(|sample| sample.error_estimate = None));
    assert_ne!(same, hash(|sample| sample.statistics_estimate = None));
}

#[test]
fn eight_threads_write_sixteen_samples_as_one_thread_does() {
    let plan = SplitPlan { train: 10, valid: 2, test: 4 };
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("there is a temporary folder"));
    let alone = whole(folders[0].path(), plan);
    let together = Dataset::create(folders[1].path(), header(plan)).expect("the folder is empty");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let dataset = &together;
            scope.spawn(move || {
                for index in [15 - thread, thread] {
                    dataset.write(&sample(dataset.header(), index)).expect("the sample fits");
                    dataset.window(index, 1, 2).expect("it is there");
                }
            });
        }
    });
    assert_eq!(
        together.finish().expect("all samples are there"),
        alone.content_hash().expect("finished")
    );
    assert_eq!(
        together.normalization().expect("finished"),
        alone.normalization().expect("finished")
    );
}

#[test]
fn axes_may_be_one_two_or_three_and_periodic() {
    for cells in [[8, 1, 1], [1, 4, 3], [4, 3, 2]] {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let mut header = header(SplitPlan { train: 1, valid: 0, test: 0 });
        header.info.cells = cells;
        header.info.fields = vec![Field::scalar("pressure", "p", "Pa")];
        let mut sample = sample(&header, 0);
        let axis = |cells| match cells {
            1 => data::Axis::flat(),
            _ => data::Axis::uniform(cells, -1.0, 1.0, [data::Boundary::Periodic; 2]),
        };
        sample.grid.axes = cells.map(axis);
        (sample.error_estimate, sample.statistics_estimate) = (None, None);
        let shape = (FRAMES, 1, cells[0], cells[1], cells[2]);
        sample.trajectory.values = Array5::from_shape_fn(shape, |(t, _, x, y, z)| {
            (((t * 10 + x) * 10 + y) * 10 + z) as f64
        });
        let dataset = Dataset::create(folder.path(), header).expect("the folder is empty");
        dataset.write(&sample).expect("the sample fits");
        assert_eq!(dataset.sample(0).expect("it is there"), sample);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever the bits, infinities and subnormal numbers included; NaN comes back as NaN.
    #[test]
    fn any_f32_comes_back(bits in prop::collection::vec(any::<u32>(), CELLS[0] * CELLS[1]), parameter: f64) {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let header = header(SplitPlan { train: 1, valid: 0, test: 0 });
        let mut sample = sample(&header, 0);
        let values: Vec<f64> = bits.iter().map(|&bits| f64::from(f32::from_bits(bits))).collect();
        let values = ndarray::Array2::from_shape_vec((CELLS[0], CELLS[1]), values).expect("the shape fits");
        sample.trajectory.values.slice_mut(s![2, 1, .., .., 0]).assign(&values);
        sample.parameters[0] = parameter;
        let dataset = Dataset::create(folder.path(), header).expect("the folder is empty");
        dataset.write(&sample).expect("the sample fits");
        let read = dataset.window(0, 2, 1).expect("it is there");
        for (read, written) in read.slice(s![0, 1, .., .., 0]).iter().zip(&values) {
            let same = read.to_bits() == (*written as f32).to_bits();
            prop_assert!(same || read.is_nan() && written.is_nan());
        }
        let found = dataset.parameters(0).expect("it is there")[0];
        prop_assert!(found.to_bits() == parameter.to_bits());
        dataset.verify_sample(0).expect("nothing changed it");
    }
}
