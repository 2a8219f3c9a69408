//! A sample as its file holds it.

use crate::{Boundary, Grid, Hasher, Info, Rank, Sample, Split, States, Trajectory};
use ndarray::{Array2, Array5};

/// A sample whose states are rounded to what the file holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) index: usize,
    pub(crate) split: Split,
    pub(crate) grid: Grid,
    pub(crate) parameters: Vec<f64>,
    pub(crate) times: Vec<f64>,
    /// `[time, channel, x, y, z]`
    pub(crate) values: Array5<f32>,
    pub(crate) monitors: Array2<f64>,
    pub(crate) error_estimate: Option<Array2<f64>>,
    pub(crate) statistics_estimate: Option<Array2<f64>>,
    pub(crate) reference_cells: [usize; 3],
    pub(crate) steady_from: Option<usize>,
}

impl From<Stored> for Sample {
    fn from(stored: Stored) -> Self {
        let values = stored.values.mapv(f64::from);
        Self {
            index: stored.index,
            split: stored.split,
            grid: stored.grid,
            parameters: stored.parameters,
            trajectory: Trajectory { times: stored.times, values },
            monitors: stored.monitors,
            error_estimate: stored.error_estimate,
            statistics_estimate: stored.statistics_estimate,
            reference_cells: stored.reference_cells,
            steady_from: stored.steady_from,
        }
    }
}

impl Stored {
    /// A sample with no states.
    pub(super) fn without_states<S: States>(sample: &Sample<S>) -> Self {
        Self {
            index: sample.index,
            split: sample.split,
            grid: sample.grid.clone(),
            parameters: sample.parameters.clone(),
            times: sample.trajectory.times().to_vec(),
            values: Array5::zeros((0, 0, 0, 0, 0)),
            monitors: sample.monitors.clone(),
            error_estimate: sample.error_estimate.clone(),
            statistics_estimate: sample.statistics_estimate.clone(),
            reference_cells: sample.reference_cells,
            steady_from: sample.steady_from,
        }
    }

    /// The hash of names, shapes and bits of the numbers, independent of the bytes of the file; see `FORMAT.md`.
    pub(crate) fn content_hash(&self, info: &Info) -> String {
        let hash = self.hash_with(info, self.values.shape(), |hasher| {
            hasher.f32s(self.values.iter().copied());
            Ok::<_, std::convert::Infallible>(())
        });
        match hash {
            Ok(hash) => hash,
        }
    }

    /// The same with states of a shape that `states` adds to the hash, for samples that are read in parts.
    pub(super) fn hash_with<E>(
        &self,
        info: &Info,
        shape: &[usize],
        states: impl FnOnce(&mut Hasher) -> Result<(), E>,
    ) -> Result<String, E> {
        let mut hasher = Hasher::default();
        hasher.bytes(&self.index.to_le_bytes()).text(self.split.folder());
        for field in &info.fields {
            let rank = if field.rank == Rank::Vector { "vector" } else { "scalar" };
            hasher.text(&field.name).text(rank).text(&field.unit);
        }
        for parameter in info.parameters.iter().chain(&info.monitors) {
            hasher.text(&parameter.name);
        }
        hasher.f64s(&self.parameters).f64s(&self.times);
        hash_grid(&self.grid, &mut hasher);
        hash_shape(shape, &mut hasher);
        states(&mut hasher)?;
        if !info.monitors.is_empty() {
            hash_table(&self.monitors, &mut hasher);
        }
        for estimate in [&self.error_estimate, &self.statistics_estimate].into_iter().flatten() {
            hash_table(estimate, &mut hasher);
        }
        Ok(hasher.hex())
    }
}

fn hash_shape(shape: &[usize], hasher: &mut Hasher) {
    for length in shape {
        hasher.bytes(&length.to_le_bytes());
    }
}

fn hash_table(table: &Array2<f64>, hasher: &mut Hasher) {
    hash_shape(table.shape(), hasher);
    hasher.f64s(&table.iter().copied().collect::<Vec<_>>());
}

fn hash_grid(grid: &Grid, hasher: &mut Hasher) {
    for axis in &grid.axes {
        hasher.f64s(&axis.edges);
        for boundary in axis.boundaries {
            match boundary {
                Boundary::Periodic => hasher.text("periodic"),
                Boundary::Open => hasher.text("open"),
                Boundary::Axis => hasher.text("axis"),
                Boundary::Wall { velocity } => hasher.text("wall").f64s(&velocity),
            };
        }
    }
}
