//! Which cells a convolution looks at along one axis.

use candle_core::{Device, Result, Tensor};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a convolution finds beyond the ends of an axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// Nothing: zeros.
    #[default]
    Zeros,
    /// The last cell again.
    Nearest,
    /// The cells of the other end.
    Around,
}

impl Beyond {
    /// The cell at a position that may lie outside of `0..cells`.
    fn cell(self, position: isize, cells: usize) -> Option<usize> {
        let count = cells.cast_signed();
        match self {
            Self::Zeros => (0..count).contains(&position).then(|| position.cast_unsigned()),
            Self::Nearest => Some(position.clamp(0, count - 1).cast_unsigned()),
            Self::Around => Some(position.rem_euclid(count).cast_unsigned()),
        }
    }
}

/// The cells under the three taps of a convolution along one axis, for every cell that it computes.
///
/// Changing the resolution is a matter of the table: no finer or coarser state is ever stored for
/// a convolution to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Stencil {
    inputs: usize,
    taps: [Tap; Self::TAPS],
}

/// The cell under one tap of every computed cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tap {
    cells: Vec<Option<usize>>,
    /// The longest run of computed cells in which the cell under the tap goes up by one, and the
    /// first of those.
    run: (Range<usize>, usize),
}

impl Stencil {
    /// Cells under a convolution.
    pub const TAPS: usize = 3;

    /// Every cell and its two neighbours.
    pub fn same(cells: usize, beyond: Beyond) -> Self {
        Self::new(cells, cells, |position| beyond.cell(position, cells), 1)
    }

    /// Every other cell and its two neighbours: `n` cells to `⌈n/2⌉`.
    pub fn halving(cells: usize, beyond: Beyond) -> Self {
        Self::new(cells, cells.div_ceil(2), |position| beyond.cell(position, cells), 2)
    }

    /// Every cell and its two neighbours, after each of `⌈n/2⌉` cells was doubled to make `n`.
    pub fn doubling(cells: usize, beyond: Beyond) -> Self {
        let half = |position| beyond.cell(position, cells).map(|cell| cell / 2);
        Self::new(cells.div_ceil(2), cells, half, 1)
    }

    fn new(
        inputs: usize,
        outputs: usize,
        cell: impl Fn(isize) -> Option<usize>,
        stride: usize,
    ) -> Self {
        let position = |tap: usize, output: usize| (output * stride + tap).cast_signed() - 1;
        let cells = |tap| (0..outputs).map(|output| cell(position(tap, output))).collect();
        Self { inputs, taps: [0, 1, 2].map(|tap| Tap::new(cells(tap))) }
    }

    /// How many cells it reads.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many cells it computes.
    pub fn outputs(&self) -> usize {
        self.taps[0].cells.len()
    }

    /// One of the three.
    pub(super) fn tap(&self, tap: usize) -> &Tap {
        &self.taps[tap]
    }

    /// `[3 outputs]`, the taps of a cell side by side; `inputs` where there is no cell.
    pub(super) fn indices(&self, device: &Device) -> Result<Tensor> {
        let index =
            |output: usize, tap: usize| self.taps[tap].cells[output].unwrap_or(self.inputs) as u32;
        let indices =
            (0..self.outputs()).flat_map(|output| [0, 1, 2].map(|tap| index(output, tap)));
        Tensor::from_iter(indices, device)
    }
}

impl Tap {
    fn new(cells: Vec<Option<usize>>) -> Self {
        Self { run: straight_run(&cells), cells }
    }

    /// The cell under the tap of a computed cell.
    pub(super) fn cell(&self, output: usize) -> Option<usize> {
        self.cells[output]
    }

    /// Copies what the tap finds in a row of cells.
    pub(super) fn gather(&self, x: &[f32], y: &mut [f32]) {
        let (run, first) = &self.run;
        y[run.clone()].copy_from_slice(&x[*first..first + run.len()]);
        for j in (0..run.start).chain(run.end..y.len()) {
            y[j] = self.cells[j].map_or(0.0, |cell| x[cell]);
        }
    }

    /// The adjoint of [`Self::gather`]: adds every value to the cell that it was copied from.
    pub(super) fn scatter(&self, y: &[f32], x: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &mut x[*first..first + run.len()];
        cells.iter_mut().zip(&y[run.clone()]).for_each(|(x, y)| *x += y);
        for j in (0..run.start).chain(run.end..y.len()) {
            if let Some(cell) = self.cells[j] {
                x[cell] += y[j];
            }
        }
    }
}

fn straight_run(cells: &[Option<usize>]) -> (Range<usize>, usize) {
    let mut best = (0..0, 0);
    let mut start = 0;
    for end in 1..=cells.len() {
        let next = cells[start].map(|first| first + end - start);
        if end < cells.len() && next.is_some() && cells[end] == next {
            continue;
        }
        if let (Some(first), true) = (cells[start], end - start > best.0.len()) {
            best = (start..end, first);
        }
        start = end;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taps(stencil: &Stencil) -> [Vec<Option<usize>>; 3] {
        stencil.taps.clone().map(|tap| tap.cells)
    }

    #[test]
    fn neighbours_beyond_the_ends() {
        let (none, cell) = (None, Some);
        let [left, centre, right] = taps(&Stencil::same(3, Beyond::Zeros));
        assert_eq!((left, right), (vec![none, cell(0), cell(1)], vec![cell(1), cell(2), none]));
        assert_eq!(centre, [cell(0), cell(1), cell(2)]);
        let [left, _, right] = taps(&Stencil::same(3, Beyond::Nearest));
        assert_eq!((left[0], right[2]), (cell(0), cell(2)));
        let [left, _, right] = taps(&Stencil::same(3, Beyond::Around));
        assert_eq!((left[0], right[2]), (cell(2), cell(0)));
    }

    #[test]
    fn halving_and_doubling_fit_together_for_even_and_odd_cells() {
        for cells in 1..9 {
            let (down, up) =
                (Stencil::halving(cells, Beyond::Zeros), Stencil::doubling(cells, Beyond::Zeros));
            assert_eq!((down.inputs(), down.outputs()), (up.outputs(), up.inputs()));
            let [_, centre, _] = taps(&down);
            assert!(centre.iter().enumerate().all(|(i, cell)| *cell == Some(2 * i)));
            let [_, centre, _] = taps(&up);
            assert!(centre.iter().enumerate().all(|(i, cell)| *cell == Some(i / 2)));
        }
    }

    #[test]
    fn the_straight_run_is_the_longest() {
        let [left, _, right] = taps(&Stencil::same(5, Beyond::Around));
        assert_eq!(straight_run(&left), (1..5, 0));
        assert_eq!(straight_run(&right), (0..4, 1));
        assert_eq!(straight_run(&[None, None]), (0..0, 0));
    }
}
