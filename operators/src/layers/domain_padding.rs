//! Domain padding: zeros after the last cell of every axis.

use candle_core::{Result, Tensor};

/// Domain padding, as in FNO: the number of cells of zeros that are appended to each axis, so that
/// the two ends of an axis that is not periodic are not neighbours.
#[derive(Debug, Clone)]
pub struct DomainPadding(pub Vec<usize>);

impl DomainPadding {
    /// The numbers of cells after padding.
    pub fn padded(&self, cells: &[usize]) -> Vec<usize> {
        cells.iter().zip(&self.0).map(|(cells, padding)| cells + padding).collect()
    }

    /// Appends the zeros: `[batch, channel, …cells]` → `[batch, channel, …padded cells]`.
    pub fn pad(&self, x: &Tensor) -> Result<Tensor> {
        self.widths().try_fold(x.clone(), |x, (axis, width)| x.pad_with_zeros(axis, 0, width))
    }

    /// The reverse of [`Self::pad`]: removes the appended cells.
    pub fn crop(&self, x: &Tensor) -> Result<Tensor> {
        self.widths()
            .try_fold(x.clone(), |x, (axis, width)| x.narrow(axis, 0, x.dim(axis)? - width))
    }

    /// The axes of the tensor that are padded, and by how many cells.
    fn widths(&self) -> impl Iterator<Item = (usize, usize)> {
        let widths = self.0.iter().enumerate().filter(|(_, width)| **width > 0);
        widths.map(|(axis, width)| (2 + axis, *width))
    }
}
