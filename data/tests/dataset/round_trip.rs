use crate::fixture::{CELLS, FRAMES, header, rounded, sample, whole};
use data::{Dataset, Field, MemorySource, NormalizationBuilder, Sample, Source, Split, SplitPlan};
use ndarray::{Array5, s};
use proptest::prelude::*;

const PLAN: SplitPlan = SplitPlan { train: 3, valid: 1, test: 2 };

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
    assert_eq!(dataset.missing().expect("its files can be read"), [0; 0]);
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
