//! The weights of the cells.

use data::{Channel, Grid, Sample};
use ndarray::{Array3, ArrayView3, Axis, Zip};

/// The weights of the cells in a mean over them: the fluid fraction, where a sample has a mask, times the relative
/// volume, where the grid is stretched.
///
/// ```text
/// ⟨φ⟩ = Σ w φ / Σ w
/// ```
///
/// Cells inside a body have no weight, and a cell that its surface cuts has that of its fluid part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    /// The fluid fraction of every cell; `None` without a body.
    mask: Option<Array3<f64>>,
    /// `None` where all are equal.
    of_cells: Option<Array3<f64>>,
    /// The sum of `of_cells`.
    sum: f64,
}

impl Weights {
    /// The name of the constant field with the fluid fraction of every cell, from 0 to 1.
    const MASK: &'static str = "mask";

    /// The weights of a grid without bodies.
    pub(in crate::metrics) fn of_grid(grid: &Grid) -> Self {
        Self::new(None, grid.relative_volumes())
    }

    /// The weights of a sample, with its field `mask` if it has one.
    pub(in crate::metrics) fn of(sample: &Sample, channels: &[Channel]) -> Self {
        let is_mask = |channel: &Channel| channel.constant && channel.field == Self::MASK;
        let position = channels.iter().position(is_mask);
        let state = sample.trajectory.state(0);
        let mask = position.map(|position| state.index_axis(Axis(0), position).to_owned());
        let weights = match (&mask, sample.grid.relative_volumes()) {
            (Some(mask), Some(volumes)) => Some(mask * volumes),
            (Some(mask), None) => Some(mask.clone()),
            (None, volumes) => volumes,
        };
        Self::new(mask, weights)
    }

    fn new(mask: Option<Array3<f64>>, weights: Option<Array3<f64>>) -> Self {
        let weights = weights.map(|weights| weights.as_standard_layout().into_owned());
        let sum = weights.as_ref().map_or(0.0, |weights| weights.sum());
        Self { mask, of_cells: weights, sum }
    }

    /// The weighted mean ⟨f(y)⟩ of a function of one field; 0 where no cell has a weight.
    pub fn mean(&self, y: ArrayView3<'_, f64>, f: impl Fn(f64) -> f64) -> f64 {
        self.mean_of_pairs(y, y, |y, _| f(y))
    }

    /// The weighted mean ⟨f(p, y)⟩ of a function of two fields of equal shape; 0 where no cell has a weight.
    pub fn mean_of_pairs(
        &self,
        p: ArrayView3<'_, f64>,
        y: ArrayView3<'_, f64>,
        f: impl Fn(f64, f64) -> f64,
    ) -> f64 {
        let [p, y] = [&p, &y].map(|field| field.as_standard_layout());
        let [p, y] = [&p, &y].map(|field| field.as_slice().expect("it is in standard layout"));
        match &self.of_cells {
            None => sum([p, y], |[p, y]| f(p, y)) / y.len() as f64,
            Some(_) if self.sum == 0.0 => 0.0,
            Some(weights) => {
                let weights = weights.as_slice().expect("they are in standard layout");
                // A value in a cell without fluid has no weight, even if it is infinite.
                let weighted =
                    |[p, y, weight]: [f64; 3]| if weight > 0.0 { f(p, y) * weight } else { 0.0 };
                sum([p, y, weights], weighted) / self.sum
            }
        }
    }

    /// Values times the roots of their weights: the sum of their squares is weighted.
    pub(in crate::metrics) fn rooted(&self, mut values: Array3<f64>) -> Array3<f64> {
        if let Some(weights) = &self.of_cells {
            Zip::from(&mut values).and(weights).for_each(|value, weight| {
                *value = if *weight > 0.0 { *value * weight.sqrt() } else { 0.0 };
            });
        }
        values
    }

    /// The sum of all weights among `cells` cells.
    pub(in crate::metrics) fn total(&self, cells: usize) -> f64 {
        if self.of_cells.is_some() { self.sum } else { cells as f64 }
    }

    /// Which of `cells` hold fluid.
    pub(in crate::metrics) fn fluid(&self, cells: (usize, usize, usize)) -> Array3<bool> {
        let all = || Array3::from_elem(cells, true);
        self.mask.as_ref().map_or_else(all, |mask| mask.mapv(|share| share > 0.0))
    }

    /// Which of `cells` hold nothing but fluid.
    pub(in crate::metrics) fn whole(&self, cells: (usize, usize, usize)) -> Array3<bool> {
        let all = || Array3::from_elem(cells, true);
        self.mask.as_ref().map_or_else(all, |mask| mask.mapv(|share| share >= 1.0))
    }
}

/// The sum of a term over the cells of `N` fields, in partial sums that processors add at once.
fn sum<const N: usize>(fields: [&[f64]; N], term: impl Fn([f64; N]) -> f64) -> f64 {
    const LANES: usize = 8;
    let pieces = fields.map(<[f64]>::as_chunks::<LANES>);
    let mut partial = [0.0; LANES];
    for index in 0..pieces[0].0.len() {
        let chunks = pieces.map(|(chunks, _)| &chunks[index]);
        for (lane, sum) in partial.iter_mut().enumerate() {
            *sum += term(chunks.map(|chunk| chunk[lane]));
        }
    }
    let rest = (0..pieces[0].1.len()).map(|cell| term(pieces.map(|(_, rest)| rest[cell])));
    partial.iter().sum::<f64>() + rest.sum::<f64>()
}
