//! A small dataset: a box with a moving lid, an open side and stretched cells.

use data::{
    Axis, Boundary, Dataset, DatasetHeader, Field, Grid, Info, Interval, Parameter, Sample, Split,
    SplitPlan, Trajectory, rng,
};
use ndarray::{Array2, Array5, s};
use rand::RngExt;
use std::path::Path;

pub(crate) const FRAMES: usize = 4;
pub(crate) const CELLS: [usize; 3] = [6, 5, 1];
pub(crate) const SEED: u64 = 7;
const INTERVAL: f64 = 0.1;

/// What `plan.total()` samples share.
pub(crate) fn header(plan: SplitPlan) -> DatasetHeader {
    DatasetHeader {
        info: Info {
            name: "box-small".into(),
            problem: "box".into(),
            fields: vec![
                Field::vector("velocity", &["u", "v"], "m/s"),
                Field::scalar("pressure", "p", "Pa"),
                Field::scalar("mask", "m", "").constant(),
            ],
            parameters: vec![
                Parameter::new("reynolds", "Re", ""),
                Parameter::new("lid-velocity", "U", "m/s"),
            ],
            cells: CELLS,
            monitors: vec![Parameter::new("drag", "F", "N/m")],
            interval: Interval::Seconds(INTERVAL),
            frames: FRAMES,
        },
        case_text: "problem = \"box\"\n".into(),
        case_hash: "5f".repeat(16),
        seed: SEED,
        splits: plan.assign(SEED),
        coverage: vec![],
        sample_names: vec![],
        solver: "drawn numbers".into(),
        version: "0.1.0".into(),
        commit: "0123456789ab".into(),
        verification: "drawn too".into(),
    }
}

/// Sample `index`, the same whenever it is drawn.
pub(crate) fn sample(header: &DatasetHeader, index: usize) -> Sample {
    let (mut random, [nx, ny, nz]) = (rng(header.seed, index as u64), CELLS);
    let channels = data::channels(&header.info.fields);
    let shape = (FRAMES, channels.len(), nx, ny, nz);
    let mut values = Array5::from_shape_simple_fn(shape, || random.random_range(-1.0..1.0));
    for (channel, _) in channels.iter().enumerate().filter(|(_, channel)| channel.constant) {
        let mask = values.slice(s![..1, channel, .., .., ..]).to_owned();
        values.slice_mut(s![.., channel, .., .., ..]).assign(&mask);
    }
    Sample {
        index,
        split: header.splits[index],
        grid: grid(1.0 + index as f64),
        parameters: vec![1000.0 / 3.0 + index as f64, 1.0 / 3.0],
        trajectory: Trajectory {
            // A sample has times of its own.
            times: (0..FRAMES)
                .map(|frame| INTERVAL / (1.0 + index as f64) * frame as f64)
                .collect(),
            values,
        },
        monitors: Array2::from_shape_fn((FRAMES, 1), |(frame, _)| frame as f64 / 3.0),
        error_estimate: Some(Array2::from_elem((FRAMES, channels.len()), 1e-3 / 3.0)),
        statistics_estimate: Some(Array2::from_elem((2, channels.len()), 1e-3 / 7.0)),
        reference_cells: [2 * nx, 2 * ny, nz],
        steady_from: index.is_multiple_of(2).then_some(2),
    }
}

/// The sample as the disk holds it: states rounded to `f32`, everything else to the last bit.
pub(crate) fn rounded(mut sample: Sample) -> Sample {
    sample.trajectory.values.mapv_inplace(|value| f64::from(value as f32));
    sample
}

/// Walls below and above, the upper one moving; on the left a wall, on the right open.
fn grid(length: f64) -> Grid {
    let lid = Boundary::Wall { velocity: [1.0 / 3.0, 0.0, 0.0] };
    let stretched = (0..=CELLS[1]).map(|i| (i as f64 / CELLS[1] as f64).powi(2)).collect();
    Grid::plane(
        Axis::uniform(CELLS[0], 0.0, length, [Boundary::REST, Boundary::Open]),
        Axis { edges: stretched, boundaries: [Boundary::REST, lid] },
    )
}

/// A finished dataset.
pub(crate) fn whole(root: &Path, plan: SplitPlan) -> Dataset {
    let dataset = Dataset::create(root, header(plan)).expect("the folder is empty");
    for index in 0..plan.total() {
        dataset.write(&sample(dataset.header(), index)).expect("the sample fits");
    }
    dataset.finish().expect("all samples are there");
    dataset
}

/// The file of a sample of [`header`].
pub(crate) fn file(root: &Path, split: Split, index: usize) -> std::path::PathBuf {
    root.join("data").join(split.folder()).join(format!("box-small_{index:04}.hdf5"))
}
