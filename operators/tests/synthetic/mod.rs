//! Data with an exact solution: waves under advection and diffusion.

use data::{
    Axis, Boundary, Field, Grid, Info, Interval, MemorySource, Normalization, NormalizationBuilder,
    Parameter, Sample, Split, Trajectory, rng,
};
use ndarray::{Array2, Array5};
use rand::RngExt;
use std::f64::consts::TAU;

/// Time between states.
const INTERVAL: f64 = 0.05;

/// `c = Σ a e^{−ν|2πk|²t} cos(2π k·(x − Vt) + φ)` and its partner with `sin`, ν over two decades.
///
/// A fifth of the samples, at least one, is in the split `valid`, another fifth in `test`.
pub(crate) fn waves(
    samples: usize,
    frames: usize,
    cells: [usize; 2],
) -> (MemorySource, Normalization) {
    let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::Periodic; 2]);
    let grid = Grid::plane(axis(cells[0]), axis(cells[1]));
    let info = Info {
        name: "waves".into(),
        problem: "waves".into(),
        fields: vec![Field::scalar("cosine", "c", "kg"), Field::scalar("sine", "s", "kg")],
        parameters: vec![Parameter::new("diffusivity", "ν", "m²/s")],
        cells: [cells[0], cells[1], 1],
        monitors: vec![],
        interval: Interval::Seconds(INTERVAL),
        frames,
    };
    let held_out = samples.div_ceil(5);
    let sample = |index: usize| {
        let (diffusivity, trajectory) = wave_sample(index, frames, &grid);
        let split = match index {
            i if i < held_out => Split::Valid,
            i if i < 2 * held_out => Split::Test,
            _ => Split::Train,
        };
        let (grid, parameters) = (grid.clone(), vec![diffusivity]);
        Sample {
            index,
            split,
            grid,
            parameters,
            trajectory,
            monitors: Array2::zeros((frames, 0)),
            error_estimate: None,
            statistics_estimate: None,
            reference_cells: [cells[0], cells[1], 1],
            steady_from: None,
        }
    };
    let samples: Vec<Sample> = (0..samples).map(sample).collect();
    let source = MemorySource { info, samples };
    let normalization = statistics(&source);
    (source, normalization)
}

/// The statistics of the training samples.
pub(crate) fn statistics(source: &MemorySource) -> Normalization {
    let mut builder = NormalizationBuilder::default();
    for sample in source.samples.iter().filter(|sample| sample.split == Split::Train) {
        builder.push(sample.trajectory.values.mapv(|x| x as f32).view(), &sample.parameters);
    }
    builder.finish()
}

fn wave_sample(index: usize, frames: usize, grid: &Grid) -> (f64, Trajectory) {
    let mut rng = rng(99, index as u64);
    let diffusivity = 1e-3 * 100.0_f64.powf(rng.random());
    let modes: Vec<[f64; 4]> = (0..4)
        .map(|_| {
            let wavenumber = |x: f64| (5.0 * x).floor() - 2.0;
            let [a, kx, ky, phase]: [f64; 4] = rng.random();
            [a, wavenumber(kx), wavenumber(ky), TAU * phase]
        })
        .collect();
    let [x, y] = [grid.axes[0].centres(), grid.axes[1].centres()];
    let value = |t: f64, channel: usize, x: f64, y: f64| -> f64 {
        let wave = |&[a, kx, ky, phase]: &[f64; 4]| {
            let decay = (-diffusivity * TAU * TAU * (kx * kx + ky * ky) * t).exp();
            let angle = TAU * (kx * (x - 0.5 * t) + ky * (y - 0.25 * t)) + phase;
            a * decay * if channel == 0 { angle.cos() } else { angle.sin() }
        };
        modes.iter().map(wave).sum()
    };
    let times: Vec<f64> = (0..frames).map(|frame| frame as f64 * INTERVAL).collect();
    let shape = (frames, 2, x.len(), y.len(), 1);
    let at = |(t, c, i, j, _): (usize, usize, usize, usize, usize)| value(times[t], c, x[i], y[j]);
    let values = Array5::from_shape_fn(shape, at);
    (diffusivity, Trajectory { times, values })
}
