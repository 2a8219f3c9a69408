//! The weights of the cells.

use data::{Channel, Grid, Sample};
use ndarray::{Array3, Axis, Zip};

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
    weights: Option<Array3<f64>>,
}

impl Weights {
    /// The name of the constant field with the fluid fraction of every cell, from 0 to 1.
    const MASK: &'static str = "mask";

    /// The weights of a grid without bodies.
    pub(in crate::metrics) fn of_grid(grid: &Grid) -> Self {
        Self { mask: None, weights: grid.relative_volumes() }
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
        Self { mask, weights }
    }

    /// The weighted mean of values in the order of the cells; 0 where no cell has a weight.
    pub fn mean(&self, values: impl ExactSizeIterator<Item = f64>) -> f64 {
        let cells = values.len() as f64;
        match &self.weights {
            None => values.sum::<f64>() / cells,
            Some(weights) if weights.sum() == 0.0 => 0.0,
            // A value in a cell without fluid has no weight, even if it is infinite.
            Some(weights) => {
                let weighted = values.zip(weights).filter(|(_, weight)| **weight > 0.0);
                weighted.map(|(value, weight)| value * weight).sum::<f64>() / weights.sum()
            }
        }
    }

    /// Values times the roots of their weights: the sum of their squares is weighted.
    pub(in crate::metrics) fn rooted(&self, mut values: Array3<f64>) -> Array3<f64> {
        if let Some(weights) = &self.weights {
            Zip::from(&mut values).and(weights).for_each(|value, weight| {
                *value = if *weight > 0.0 { *value * weight.sqrt() } else { 0.0 };
            });
        }
        values
    }

    /// The sum of all weights among `cells` cells.
    pub(in crate::metrics) fn total(&self, cells: usize) -> f64 {
        self.weights.as_ref().map_or(cells as f64, |weights| weights.sum())
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
