//! Operators that are fitted in closed form, on exact Taylor–Green vortices.

use candle_core::Device;
use data::{
    Axis, Boundary, Field, Grid, Info, Interval, MemorySource, Normalization, NormalizationBuilder,
    Sample, Split, Trajectory,
};
use ndarray::{Array2, Array5, Axis as Along};
use operators::{Recipe, Surrogate, Task, TrainJob, Trained, train};
use std::f64::consts::TAU;
use std::ops::ControlFlow;
use std::path::Path;

/// Taylor–Green vortices with one viscosity and one mean flow, and various amplitudes and positions. Velocity and
/// pressure each obey a linear equation. Source: Taylor & Green (1937), Proc. R. Soc. A 158, 499.
fn vortices(frames: usize, growth: f64) -> MemorySource {
    const CELLS: [usize; 2] = [16, 12];
    let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::Periodic; 2]);
    let grid = Grid::plane(axis(CELLS[0]), axis(CELLS[1]));
    let [x, y] = [grid.axes[0].centres(), grid.axes[1].centres()];
    let (interval, mean_flow, viscosity) = (0.1, [0.4, -0.2], 5e-3);
    let sample = |index: usize| {
        let (amplitude, phase) = (0.5 + 0.1 * (index % 7) as f64, TAU * 0.618 * index as f64);
        let value = |t: f64, channel: usize, x: f64, y: f64| {
            let (x, y) =
                (TAU * (x - mean_flow[0] * t) + phase, TAU * (y - mean_flow[1] * t) - 2.0 * phase);
            let decay = amplitude * ((growth - 2.0 * viscosity * TAU * TAU) * t).exp();
            match channel {
                0 => mean_flow[0] + decay * x.cos() * y.sin(),
                1 => mean_flow[1] - decay * x.sin() * y.cos(),
                _ => -0.25 * decay * decay * ((2.0 * x).cos() + (2.0 * y).cos()),
            }
        };
        let times: Vec<f64> = (0..frames).map(|frame| frame as f64 * interval).collect();
        let shape = (frames, 3, CELLS[0], CELLS[1], 1);
        let values = Array5::from_shape_fn(shape, |(t, c, i, j, _)| value(times[t], c, x[i], y[j]));
        Sample {
            index,
            split: [Split::Train, Split::Train, Split::Train, Split::Valid, Split::Test][index % 5],
            grid: grid.clone(),
            parameters: vec![],
            trajectory: Trajectory { times, values },
            monitors: Array2::zeros((frames, 0)),
            error_estimate: None,
            statistics_estimate: None,
            reference_cells: [CELLS[0], CELLS[1], 1],
            steady_from: None,
        }
    };
    let fields =
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")];
    let info = Info {
        name: "vortices".into(),
        problem: "taylor-green".into(),
        fields,
        parameters: vec![],
        cells: [CELLS[0], CELLS[1], 1],
        monitors: vec![],
        interval: Interval::Seconds(interval),
        frames,
    };
    MemorySource { info, samples: (0..15).map(sample).collect() }
}

fn statistics(source: &MemorySource) -> Normalization {
    let mut builder = NormalizationBuilder::default();
    for sample in source.samples.iter().filter(|sample| sample.split == Split::Train) {
        builder.push(sample.trajectory.values.mapv(|x| x as f32).view(), &sample.parameters);
    }
    builder.finish()
}

fn solve(source: &MemorySource, recipe: &Recipe, seed: u64, folder: &Path) -> Trained {
    let job = TrainJob {
        architecture: "dmd",
        table: "rank = 16".parse().expect("it is TOML"),
        recipe,
        source,
        normalization: &statistics(source),
        seed,
        folder,
        device: &Device::Cpu,
        jobs: 1,
    };
    train(&job, &mut |_| ControlFlow::Continue(())).expect("it is fitted")
}

fn task(sample: &Sample, history: usize, steps: usize) -> Task {
    Task {
        history: sample.trajectory.slice(0..history),
        parameters: vec![],
        grid: sample.grid.clone(),
        interval: sample.interval(),
        steps,
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Weights and states are in single precision, 6e-8; errors accumulate over ten steps and sums of 30 terms.
#[test]
fn decaying_vortices_are_predicted_to_rounding() {
    let (source, folder) = (vortices(12, 0.0), folder());
    for target in [operators::Target::State, operators::Target::Increment] {
        let folder = folder.path().join(format!("{target:?}"));
        let mut dmd = solve(&source, &Recipe { target, ..Recipe::default() }, 1, &folder);
        assert!(dmd.finished && dmd.step == 1 && dmd.curve.len() == 1);
        for sample in source.samples.iter().filter(|sample| sample.split == Split::Test) {
            let prediction = dmd.rollout(&[task(sample, 1, 11)]).expect("it rolls out").remove(0);
            let truth = sample.trajectory.slice(1..12);
            let error = (&prediction.values - &truth.values).mapv(f64::abs);
            let error = error.fold(0.0_f64, |greatest, x| greatest.max(*x));
            assert!(error < 2e-5, "{target:?}: {error}");
        }
    }
}

#[test]
fn the_fit_depends_neither_on_the_seed_nor_on_test_samples_and_is_not_repeated() {
    let (source, folder) = (vortices(12, 0.0), folder());
    let bytes = |seed: u64, source: &MemorySource| {
        let folder = folder.path().join(format!("{seed}"));
        let hash = solve(source, &Recipe::default(), seed, &folder).hash();
        let file = fs_err::read(folder.join("best.safetensors")).expect("it was written");
        // All except the header, which contains the seed.
        let weights = file.len() - 4 * (16 * 3 * 192 + 3 * 192 * 16 + 3 * 192);
        (hash, file[weights..].to_vec())
    };
    let once = bytes(1, &source);
    assert!(once == bytes(1, &source), "again in the same folder");
    let mut other = vortices(12, 0.0);
    for sample in other.samples.iter_mut().filter(|sample| sample.split == Split::Test) {
        sample.trajectory.values.fill(7.0);
    }
    assert!(once.1 == bytes(2, &other).1, "another seed and other test samples");
}

/// The vortices grow by a factor of e per step, until they exceed the range of `f32`.
#[test]
fn unbounded_growth_ends_as_nan() {
    let (source, folder) = (vortices(6, 10.0), folder());
    let mut dmd = solve(&source, &Recipe::default(), 1, folder.path());
    let prediction = dmd.rollout(&[task(&source.samples[4], 1, 300)]).expect("a result").remove(0);
    let is_number = |step: usize| prediction.state(step).iter().all(|x| x.is_finite());
    assert!(is_number(10) && !is_number(299));
    let first = (0..300).find(|step| !is_number(*step)).expect("it diverges");
    let rest = prediction.values.slice_axis(Along(0), (first..).into());
    assert!(rest.iter().all(|x| x.is_nan()));
}

#[test]
fn other_sizes_are_refused() {
    let (source, folder) = (vortices(6, 0.0), folder());
    let recipe = Recipe { history: 2, ..Recipe::default() };
    let mut dmd = solve(&source, &recipe, 1, folder.path());
    let error = dmd.rollout(&[task(&source.samples[0], 1, 3)]).expect_err("one state is given");
    let expected =
        "surrogate `dmd` cannot be rolled out: it is given 1 states, and was trained with 2";
    assert_eq!(error.to_string(), expected);
}
