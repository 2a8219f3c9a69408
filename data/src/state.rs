//! Cell values at one instant, and in time.

use ndarray::{Array4, Array5, ArrayView4, Axis};

/// Cell averages at one instant, `[channel, x, y, z]`, in SI units.
pub type State = Array4<f64>;

/// States at increasing times.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Times in s.
    pub times: Vec<f64>,
    /// `[time, channel, x, y, z]`.
    pub values: Array5<f64>,
}

impl Trajectory {
    /// The state number `step`.
    pub fn state(&self, step: usize) -> ArrayView4<'_, f64> {
        self.values.index_axis(Axis(0), step)
    }

    /// The number of states.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no state at all.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The states of `range`, copied.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        Self {
            times: self.times[range.clone()].to_vec(),
            values: self.values.slice_axis(Axis(0), range.into()).to_owned(),
        }
    }

    /// Whether every value is finite.
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }
}
