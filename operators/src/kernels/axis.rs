//! The axes of cells that lie in a row.

/// An axis of `[…, cells, …]`: how many cells it has, and how many values each of them is.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub(crate) cells: usize,
    pub(crate) after: usize,
}

impl Axis {
    /// Those of the cells of a channel.
    pub(crate) fn all(cells: &[usize]) -> Vec<Self> {
        let after = |place: usize| cells[place + 1..].iter().product();
        (0..cells.len()).map(|place| Self { cells: cells[place], after: after(place) }).collect()
    }
}
