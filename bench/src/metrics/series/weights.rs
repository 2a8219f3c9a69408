//! How much every cell counts.

use data::{Channel, Sample};
use ndarray::{Array3, Axis, Zip};

/// How much every cell counts: by the share of fluid in it, where a sample has a mask, else alike.
///
/// A mean of φ is then Σ m φ / Σ m: what a surrogate says inside a body counts for nothing, and a
/// cell that the body cuts counts by what is left of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights(Option<Array3<f64>>);

impl Weights {
    /// The name of the constant field that says how much of a cell is fluid, from 0 to 1.
    const MASK: &'static str = "mask";

    /// The weights of a sample, from its field `mask` if it has one.
    pub(in crate::metrics) fn of(sample: &Sample, channels: &[Channel]) -> Self {
        let is_mask = |channel: &Channel| channel.constant && channel.field == Self::MASK;
        let position = channels.iter().position(is_mask);
        Self(
            position.map(|position| {
                sample.trajectory.state(0).index_axis(Axis(0), position).to_owned()
            }),
        )
    }

    /// The weighted mean of values in the order of the cells; 0 where no cell counts.
    pub(crate) fn mean(&self, values: impl ExactSizeIterator<Item = f64>) -> f64 {
        let cells = values.len() as f64;
        match &self.0 {
            None => values.sum::<f64>() / cells,
            Some(mask) if mask.sum() == 0.0 => 0.0,
            // What stands in a cell without fluid counts for nothing, not even if it is infinite.
            Some(mask) => {
                let weighted = values.zip(mask).filter(|(_, share)| **share > 0.0);
                weighted.map(|(value, share)| value * share).sum::<f64>() / mask.sum()
            }
        }
    }

    /// Values where there is fluid, times the root of its share: the sum of their squares is weighted.
    pub(in crate::metrics) fn rooted(&self, mut values: Array3<f64>) -> Array3<f64> {
        if let Some(mask) = &self.0 {
            Zip::from(&mut values).and(mask).for_each(|value, share| {
                *value = if *share > 0.0 { *value * share.sqrt() } else { 0.0 };
            });
        }
        values
    }

    /// The sum of all weights among `cells` cells.
    pub(in crate::metrics) fn total(&self, cells: usize) -> f64 {
        self.0.as_ref().map_or(cells as f64, |mask| mask.sum())
    }

    /// Which of `cells` count at all.
    pub(in crate::metrics) fn fluid(&self, cells: (usize, usize, usize)) -> Array3<bool> {
        let all = || Array3::from_elem(cells, true);
        self.0.as_ref().map_or_else(all, |mask| mask.mapv(|share| share > 0.0))
    }

    /// Which of `cells` hold nothing but fluid.
    pub(in crate::metrics) fn whole(&self, cells: (usize, usize, usize)) -> Array3<bool> {
        let all = || Array3::from_elem(cells, true);
        self.0.as_ref().map_or_else(all, |mask| mask.mapv(|share| share >= 1.0))
    }
}
