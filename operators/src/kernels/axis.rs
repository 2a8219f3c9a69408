//! The axes of contiguous cells.

/// An axis of `[…, cells, …]`.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub(crate) cells: usize,
    /// The stride between neighbouring cells: the product of the sizes of all later axes.
    pub(crate) stride: usize,
}

impl Axis {
    /// The axes of the cells of a channel.
    pub(crate) fn all(cells: &[usize]) -> Vec<Self> {
        let stride = |axis: usize| cells[axis + 1..].iter().product();
        (0..cells.len()).map(|axis| Self { cells: cells[axis], stride: stride(axis) }).collect()
    }
}
