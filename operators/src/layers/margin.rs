//! Cells of zeros around a box.

use candle_core::{Result, Tensor};

/// Zeros beyond the end of every axis, so many cells of them.
#[derive(Debug, Clone)]
pub struct Margin(pub Vec<usize>);

impl Margin {
    /// The cells with the margin.
    pub fn around(&self, cells: &[usize]) -> Vec<usize> {
        cells.iter().zip(&self.0).map(|(cells, margin)| cells + margin).collect()
    }

    /// Appends it: `[batch, channel, …cells]`.
    pub fn add(&self, x: &Tensor) -> Result<Tensor> {
        self.wide().try_fold(x.clone(), |x, (axis, width)| x.pad_with_zeros(axis, 0, width))
    }

    /// Cuts it off again.
    pub fn cut(&self, x: &Tensor) -> Result<Tensor> {
        self.wide().try_fold(x.clone(), |x, (axis, width)| x.narrow(axis, 0, x.dim(axis)? - width))
    }

    /// The tensor's axes that have one.
    fn wide(&self) -> impl Iterator<Item = (usize, usize)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, width)| **width > 0)
            .map(|(axis, width)| (2 + axis, *width))
    }
}
