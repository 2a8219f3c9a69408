//! How fast samples are written and read: 25 states of 3 × 64 × 64 values, 1.2 MB in `f32`.
//!
//! ```sh
//! cargo bench -p eddymark-data
//! ```

use data::{
    Axis, Boundary, Dataset, DatasetHeader, Field, Grid, Info, Interval, Sample, Source, Split,
    Trajectory,
};
use divan::{Bencher, counter::BytesCount};
use ndarray::{Array2, Array5};

const FRAMES: usize = 25;
const CELLS: usize = 64;
const SAMPLES: usize = 24;
/// Bytes of one state in `f32`.
const STATE: usize = 4 * 3 * CELLS * CELLS;

fn main() {
    divan::main();
}

fn header(samples: usize) -> DatasetHeader {
    let text = String::new;
    DatasetHeader {
        info: Info {
            name: "swirl".into(),
            problem: "swirl".into(),
            fields: vec![
                Field::vector("velocity", &["u", "v"], "m/s"),
                Field::scalar("pressure", "p", "Pa"),
            ],
            parameters: vec![],
            cells: [CELLS, CELLS, 1],
            interval: Interval::Seconds(0.1),
            monitors: vec![],
            frames: FRAMES,
        },
        case_text: text(),
        case_hash: text(),
        seed: 1,
        splits: vec![Split::Train; samples],
        coverage: vec![],
        sample_names: vec![],
        solver: text(),
        version: text(),
        commit: text(),
        verification: text(),
    }
}

/// Smooth in space and time, as flows are: deflate finds what it would find there.
fn sample(index: usize) -> Sample {
    let axis = || Axis::uniform(CELLS, 0.0, 1.0, [Boundary::REST; 2]);
    let wave = |(t, c, x, y, _): (usize, usize, usize, usize, usize)| {
        let phase = 0.05 * (t + index) as f64 + c as f64;
        (0.1 * x as f64 + phase).sin() * (0.07 * y as f64 - phase).cos()
    };
    Sample {
        index,
        split: Split::Train,
        grid: Grid::plane(axis(), axis()),
        parameters: vec![],
        trajectory: Trajectory {
            times: (0..FRAMES).map(|t| 0.1 * t as f64).collect(),
            values: Array5::from_shape_fn((FRAMES, 3, CELLS, CELLS, 1), wave),
        },
        error_estimate: None,
        statistics_estimate: None,
        monitors: Array2::zeros((FRAMES, 0)),
        reference_cells: [0; 3],
        steady_from: None,
    }
}

fn whole() -> (tempfile::TempDir, Dataset) {
    of(SAMPLES)
}

fn of(samples: usize) -> (tempfile::TempDir, Dataset) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = Dataset::create(folder.path(), header(samples)).expect("the folder is empty");
    for index in 0..samples {
        dataset.write(&sample(index)).expect("the sample fits");
    }
    (folder, dataset)
}

#[divan::bench]
fn write_a_sample(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let dataset = Dataset::create(folder.path(), header(SAMPLES)).expect("the folder is empty");
    let sample = sample(0);
    bencher
        .counter(BytesCount::new(FRAMES * STATE))
        .bench(|| dataset.write(&sample).expect("the sample fits"));
}

#[divan::bench]
fn read_a_sample(bencher: Bencher) {
    let (_folder, dataset) = whole();
    bencher
        .counter(BytesCount::new(FRAMES * STATE))
        .bench(|| dataset.sample(7).expect("it is there"));
}

/// As training reads: other samples and other frames each time.
#[divan::bench(args = [2, 8])]
fn read_a_window(bencher: Bencher, length: usize) {
    let (_folder, dataset) = whole();
    let mut draw = 0;
    bencher.counter(BytesCount::new(length * STATE)).bench_local(|| {
        draw = (draw * 5 + 3) % (SAMPLES * FRAMES);
        let start = draw / SAMPLES % (FRAMES - length);
        dataset.window(draw % SAMPLES, start, length).expect("it is there")
    });
}

/// Windows of two states of as many files, of which at most 256 stay open: with the default budget of decoded states,
/// after the first epochs, and without memory. `windows.py` measures h5py on the same files.
#[divan::bench(args = [48, 400], consts = [0, 1 << 30], sample_count = 5, sample_size = 2000)]
fn read_windows_of_files<const MEMORY: usize>(bencher: Bencher, samples: usize) {
    let (_folder, dataset) = of(samples);
    let dataset = dataset.with_memory(MEMORY);
    let mut draw = 0;
    let mut window = || {
        draw = (draw * 5 + 3) % 1_000_003;
        dataset.window(draw % samples, draw / samples % (FRAMES - 2), 2).expect("it is there")
    };
    (0..8 * samples).for_each(|_| drop(window()));
    bencher.counter(BytesCount::new(2 * STATE)).bench_local(window);
}

/// The first window of a file, which must be opened: what every window costs when there are more
/// files than are kept open.
#[divan::bench(args = [2, 8])]
fn read_a_first_window(bencher: Bencher, length: usize) {
    let (folder, _dataset) = whole();
    bencher
        .with_inputs(|| Dataset::open(folder.path()).expect("it is there"))
        .counter(BytesCount::new(length * STATE))
        .bench_values(|dataset| dataset.window(5, 3, length).expect("it is there"));
}

#[divan::bench]
fn verify_a_sample(bencher: Bencher) {
    let (_folder, dataset) = whole();
    bencher
        .counter(BytesCount::new(FRAMES * STATE))
        .bench(|| dataset.verify_sample(3).expect("nothing changed it"));
}

#[divan::bench]
fn finish(bencher: Bencher) {
    let (_folder, dataset) = whole();
    bencher
        .counter(BytesCount::new(SAMPLES * FRAMES * STATE))
        .bench(|| dataset.finish().expect("all samples are there"));
}
