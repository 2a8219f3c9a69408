//! Samples of a flow between two walls whose statistics are known.

use data::{
    Axis, Boundary, Field, Grid, Info, Interval, MemorySource, Parameter, Sample, Split, Trajectory,
};
use ndarray::{Array2, Array5};
use rand::RngExt;
use std::f64::consts::TAU;

pub(crate) const CELLS: [usize; 3] = [16, 12, 8];
/// Lengths in m; half the distance of the walls is 1 m.
pub(crate) const LENGTHS: [f64; 3] = [3.0, 2.0, 1.0];
pub(crate) const REYNOLDS: f64 = 180.0;

/// Cells that are narrower near the walls at y = 0 and 2.
pub(crate) fn grid() -> Grid {
    let edge = |j: usize| {
        let gamma: f64 = 1.2;
        1.0 + (gamma * (2.0 * j as f64 / CELLS[1] as f64 - 1.0)).tanh() / gamma.tanh()
    };
    let periodic =
        |axis: usize| Axis::uniform(CELLS[axis], 0.0, LENGTHS[axis], [Boundary::Periodic; 2]);
    let y = Axis { edges: (0..=CELLS[1]).map(edge).collect(), boundaries: [Boundary::REST; 2] };
    Grid { axes: [periodic(0), y, periodic(2)] }
}

pub(crate) fn fields() -> Vec<Field> {
    vec![Field::vector("velocity", &["u", "v", "w"], "m/s"), Field::scalar("pressure", "p", "Pa")]
}

/// Waves with random phases and amplitudes on a profile of a random amplitude.
///
/// ```text
/// U = f Re_τ (y − y²/2),  u = U + a √2 cos(2π·2x/L + φ),  v = ∓½ a √2 cos(2π·2x/L + φ),  w = b √2 cos(2π z/L + ψ)
/// ```
///
/// With ν = 1/Re_τ the friction velocity is √f. The sign is that of a momentum flux away from each wall.
pub(crate) struct Wave {
    /// f
    pub(crate) profile: f64,
    /// a and b in m/s
    pub(crate) amplitudes: [f64; 2],
    /// φ and ψ
    pub(crate) phases: [f64; 2],
}

impl Wave {
    pub(crate) fn value(&self, grid: &Grid, channel: usize, [i, j, k]: [usize; 3]) -> f64 {
        let axis = &grid.axes[1];
        let [low, high] = [axis.edges[j], axis.edges[j + 1]];
        let integral = |y: f64| 0.5 * y * y - y * y * y / 6.0;
        let mean = self.profile * REYNOLDS * (integral(high) - integral(low)) / (high - low);
        let side = if low + high < 2.0 { -1.0 } else { 1.0 };
        let x = TAU * 2.0 * i as f64 / CELLS[0] as f64 + self.phases[0];
        let z = TAU * k as f64 / CELLS[2] as f64 + self.phases[1];
        let [a, b] = self.amplitudes.map(|amplitude| amplitude * 2.0_f64.sqrt());
        match channel {
            0 => mean + a * x.cos(),
            1 => side * 0.5 * a * x.cos(),
            2 => b * z.cos(),
            _ => x.sin(),
        }
    }
}

/// A trajectory of one wave per state, at times that follow the first state.
pub(crate) fn trajectory(first: usize, waves: &[Wave]) -> Trajectory {
    let grid = grid();
    let [x, y, z] = CELLS;
    Trajectory {
        times: (first..first + waves.len()).map(|step| step as f64 * 0.5).collect(),
        values: Array5::from_shape_fn((waves.len(), 4, x, y, z), |(t, c, i, j, k)| {
            waves[t].value(&grid, c, [i, j, k])
        }),
    }
}

/// Nearly Gaussian numbers of mean 0 and variance 1.
fn gaussian(rng: &mut impl RngExt) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

/// The waves of one realization: every state has its own.
pub(crate) fn waves(seed: u64, states: usize) -> Vec<Wave> {
    let mut rng = data::rng(4711, seed);
    let mut wave = || Wave {
        profile: 1.0 + 0.005 * gaussian(&mut rng),
        amplitudes: [2.0 + 0.2 * gaussian(&mut rng), 1.0 + 0.1 * gaussian(&mut rng)],
        phases: [TAU * rng.random::<f64>(), TAU * rng.random::<f64>()],
    };
    (0..states).map(|_| wave()).collect()
}

/// Samples of one flow for training, from trajectories.
pub(crate) fn source(trajectories: Vec<Trajectory>) -> MemorySource {
    let parameters = vec![
        Parameter::new("reynolds-tau", "Re_τ", ""),
        Parameter::new("kinematic-viscosity", "ν", "m²/s"),
    ];
    let frames = trajectories[0].len();
    let sample = |(index, trajectory): (usize, Trajectory)| Sample {
        index,
        split: if index % 4 == 3 { Split::Valid } else { Split::Train },
        grid: grid(),
        parameters: vec![REYNOLDS, 1.0 / REYNOLDS],
        monitors: Array2::zeros((trajectory.len(), 0)),
        trajectory,
        error_estimate: None,
        statistics_estimate: None,
        reference_cells: CELLS,
        steady_from: None,
    };
    let info = Info {
        name: "channel".into(),
        problem: "channel".into(),
        fields: fields(),
        parameters,
        monitors: vec![],
        cells: CELLS,
        interval: Interval::Seconds(0.5),
        frames,
    };
    MemorySource { info, samples: trajectories.into_iter().enumerate().map(sample).collect() }
}
