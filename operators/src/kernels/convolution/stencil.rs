//! Which cells a convolution looks at along one axis.

use crate::kernels::slices::sum_of;
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

/// The cells under the taps of a convolution along one axis, for every cell that it computes.
///
/// Changing the resolution is a matter of the table: no finer or coarser state is ever stored for
/// a convolution to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Stencil {
    inputs: usize,
    taps: Vec<Tap>,
}

/// A stencil without taps that find nothing, and with one tap for those that always find the same.
pub(crate) struct Merged {
    pub(crate) stencil: Stencil,
    /// The taps that each stands for.
    pub(crate) members: Vec<Vec<usize>>,
    /// 2 if even and odd computed cells have taps of their own, which find nothing for the others;
    /// 1 if all are alike.
    pub(crate) kinds: usize,
}

impl Merged {
    /// Taps of the kind that has the most.
    fn most(&self) -> usize {
        let finds =
            |tap: &&Tap, kind| tap.cells.iter().skip(kind).step_by(self.kinds).any(Option::is_some);
        let of = |kind| self.stencil.taps.iter().filter(|tap| finds(tap, kind)).count();
        (0..self.kinds).map(of).max().unwrap_or(0)
    }
}

/// The cell under one tap of every computed cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tap {
    cells: Vec<Option<usize>>,
    /// The longest run of computed cells in which the cell under the tap goes up by one, and the
    /// first of those.
    run: (Range<usize>, usize),
    /// The cells once more in fewer bytes, `u32::MAX` where there is none.
    indices: Vec<u32>,
}

impl Stencil {
    /// Every cell and its two neighbours.
    pub fn same(cells: usize, beyond: Beyond) -> Self {
        Self::dilated(cells, 1, beyond)
    }

    /// Every cell and the two that are `dilation` cells away.
    pub fn dilated(cells: usize, dilation: usize, beyond: Beyond) -> Self {
        Self::spaced(cells, 3, dilation, beyond)
    }

    /// Every cell and its neighbours, an odd number of `taps` in all.
    pub fn wide(cells: usize, taps: usize, beyond: Beyond) -> Self {
        Self::spaced(cells, taps, 1, beyond)
    }

    /// Every other cell and its two neighbours: `n` cells to `⌈n/2⌉`.
    pub fn halving(cells: usize, beyond: Beyond) -> Self {
        Self::new(cells, cells.div_ceil(2), 3, |output, tap| {
            beyond.cell((2 * output + tap).cast_signed() - 1, cells)
        })
    }

    /// Every cell and its two neighbours, after each of `⌈n/2⌉` cells was doubled to make `n`.
    pub fn doubling(cells: usize, beyond: Beyond) -> Self {
        Self::new(cells.div_ceil(2), cells, 3, |output, tap| {
            beyond.cell((output + tap).cast_signed() - 1, cells).map(|cell| cell / 2)
        })
    }

    /// Pairs of cells: `n` cells to `⌈n/2⌉`.
    pub fn pairing(cells: usize, beyond: Beyond) -> Self {
        Self::new(cells, cells.div_ceil(2), 2, |output, tap| {
            beyond.cell((2 * output + tap).cast_signed(), cells)
        })
    }

    /// The adjoint of [`Self::pairing`]: each of `⌈n/2⌉` cells makes two, by a tap of its own each.
    ///
    /// PyTorch's transposed convolution with two taps and stride 2.
    pub fn parting(cells: usize) -> Self {
        Self::new(cells.div_ceil(2), cells, 2, |output, tap| {
            (output % 2 == tap).then_some(output / 2)
        })
    }

    /// Four taps, of which every cell of `n` sees the two that meet one of `⌈n/2⌉` cells:
    /// `y(j) = Σ_k w(k) x((j + 1 − k)/2)`.
    ///
    /// PyTorch's transposed convolution with four taps, stride 2 and padding 1.
    pub fn spreading(cells: usize, beyond: Beyond) -> Self {
        let half = cells.div_ceil(2);
        Self::new(half, cells, 4, |output, tap| {
            let twice = (output + 1).cast_signed() - tap.cast_signed();
            if twice % 2 == 0 { beyond.cell(twice / 2, half) } else { None }
        })
    }

    fn spaced(cells: usize, taps: usize, spacing: usize, beyond: Beyond) -> Self {
        assert!(taps % 2 == 1, "a cell has as many neighbours on either side");
        Self::new(cells, cells, taps, |output, tap| {
            let position = output + tap * spacing;
            beyond.cell(position.cast_signed() - (taps / 2 * spacing).cast_signed(), cells)
        })
    }

    /// The stencil of which `cell(output, tap)` is the table.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        taps: usize,
        cell: impl Fn(usize, usize) -> Option<usize>,
    ) -> Self {
        let cells = |tap| (0..outputs).map(|output| cell(output, tap)).collect();
        Self { inputs, taps: (0..taps).map(|tap| Tap::new(cells(tap))).collect() }
    }

    /// How many cells it reads.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many cells it computes.
    pub fn outputs(&self) -> usize {
        self.taps[0].cells.len()
    }

    /// All taps.
    pub(crate) fn taps(&self) -> &[Tap] {
        &self.taps
    }

    /// The same stencil with the fewest taps for a computed cell.
    pub(crate) fn merged(&self) -> Merged {
        let [alike, turns] = [1, 2].map(|kinds| self.merged_by(kinds));
        if turns.most() < alike.most() { turns } else { alike }
    }

    fn merged_by(&self, kinds: usize) -> Merged {
        let (mut taps, mut members): (Vec<Tap>, Vec<Vec<usize>>) = Default::default();
        for kind in 0..kinds {
            let first = taps.len();
            for (number, tap) in self.taps.iter().enumerate() {
                let of_kind = |(output, cell): (usize, &Option<usize>)| {
                    cell.filter(|_| output % kinds == kind)
                };
                let cells: Vec<_> = tap.cells.iter().enumerate().map(of_kind).collect();
                match taps[first..].iter().position(|found| found.cells == cells) {
                    Some(found) => members[first + found].push(number),
                    None if cells.iter().any(Option::is_some) => {
                        taps.push(Tap::new(cells));
                        members.push(vec![number]);
                    }
                    None => {}
                }
            }
        }
        Merged { stencil: Self { inputs: self.inputs, taps }, members, kinds }
    }

    /// One of the taps.
    pub(crate) fn tap(&self, tap: usize) -> &Tap {
        &self.taps[tap]
    }

    /// `[outputs·taps]`, the taps of a cell side by side; `inputs` where there is no cell.
    pub(crate) fn indices(&self, device: &Device) -> Result<Tensor> {
        let index = |output: usize, tap: &Tap| tap.cell(output).unwrap_or(self.inputs) as u32;
        let of_output = |output| self.taps.iter().map(move |tap| index(output, tap));
        Tensor::from_iter((0..self.outputs()).flat_map(of_output), device)
    }
}

impl Tap {
    pub(crate) fn new(cells: Vec<Option<usize>>) -> Self {
        let index = |cell: &Option<usize>| cell.map_or(u32::MAX, |cell| cell as u32);
        Self { run: straight_run(&cells), indices: cells.iter().map(index).collect(), cells }
    }

    /// The cells under the tap of all computed cells.
    pub(crate) fn cells(&self) -> &[Option<usize>] {
        &self.cells
    }

    /// The cell under the tap of a computed cell.
    pub(crate) fn cell(&self, output: usize) -> Option<usize> {
        self.cells[output]
    }

    /// Copies what the tap finds in a row of cells.
    pub(crate) fn gather(&self, x: &[f32], y: &mut [f32]) {
        let (run, first) = &self.run;
        y[run.clone()].copy_from_slice(&x[*first..first + run.len()]);
        for outside in [0..run.start, run.end..y.len()] {
            for (y, cell) in y[outside.clone()].iter_mut().zip(&self.indices[outside]) {
                *y = x.get(*cell as usize).copied().unwrap_or_default();
            }
        }
    }

    /// The adjoint of [`Self::gather`]: adds every value to the cell that it was copied from.
    pub(crate) fn scatter(&self, y: &[f32], x: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &mut x[*first..first + run.len()];
        cells.iter_mut().zip(&y[run.clone()]).for_each(|(x, y)| *x += y);
        for outside in [0..run.start, run.end..y.len()] {
            for (y, cell) in y[outside.clone()].iter().zip(&self.indices[outside]) {
                if let Some(x) = x.get_mut(*cell as usize) {
                    *x += y;
                }
            }
        }
    }

    /// Adds `factor` times what the tap finds in a row of cells.
    pub(crate) fn gather_times(&self, factor: f32, x: &[f32], y: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &x[*first..first + run.len()];
        y[run.clone()].iter_mut().zip(cells).for_each(|(y, x)| *y += factor * x);
        for (j, cell) in self.strays() {
            y[j] += factor * x[cell];
        }
    }

    /// The adjoint of [`Self::gather_times`].
    pub(crate) fn scatter_times(&self, factor: f32, y: &[f32], x: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &mut x[*first..first + run.len()];
        cells.iter_mut().zip(&y[run.clone()]).for_each(|(x, y)| *x += factor * y);
        for (j, cell) in self.strays() {
            x[cell] += factor * y[j];
        }
    }

    /// `Σ_j y(j) x(j')`, where j' is the cell under the tap of j.
    pub(crate) fn dot(&self, x: &[f32], y: &[f32]) -> f32 {
        let (run, first) = &self.run;
        let (x_run, y_run) = (&x[*first..first + run.len()], &y[run.clone()]);
        let strays: f32 = self.strays().map(|(j, cell)| y[j] * x[cell]).sum();
        sum_of(y_run, x_run, |y, x| y * x) + strays
    }

    /// Computed cells outside of the run, and the cells under the tap.
    fn strays(&self) -> impl Iterator<Item = (usize, usize)> {
        let run = &self.run.0;
        let outside = (0..run.start).chain(run.end..self.cells.len());
        outside.filter_map(|j| Some((j, self.cells[j]?)))
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

    fn taps<const N: usize>(stencil: &Stencil) -> [Vec<Option<usize>>; N] {
        let cells: Vec<_> = stencil.taps.iter().map(|tap| tap.cells.clone()).collect();
        cells.try_into().expect("the stencil has as many taps as the test says")
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
    fn doubled_cells_are_seen_by_two_taps_in_place_of_three() {
        let (none, cell) = (None, Some);
        let Merged { stencil, members, kinds } = Stencil::doubling(4, Beyond::Zeros).merged();
        assert_eq!((members, kinds), (vec![vec![0], vec![1, 2], vec![0, 1], vec![2]], 2));
        let [left, even, odd, right] = taps(&stencil);
        assert_eq!(left, [none, none, cell(0), none]);
        assert_eq!(even, [cell(0), none, cell(1), none]);
        assert_eq!(odd, [none, cell(0), none, cell(1)]);
        assert_eq!(right, [none, cell(1), none, none]);
    }

    #[test]
    fn taps_are_merged_only_where_that_saves_some() {
        let taps = |stencil: Stencil| {
            let Merged { stencil, kinds, .. } = stencil.merged();
            (stencil.taps.len(), kinds)
        };
        assert_eq!(taps(Stencil::same(4, Beyond::Around)), (3, 1));
        assert_eq!(taps(Stencil::doubling(5, Beyond::Zeros)), (3, 1));
        assert_eq!(taps(Stencil::spreading(6, Beyond::Zeros)), (4, 2));
        assert_eq!(taps(Stencil::parting(6)), (2, 2));
        // Both outer taps find the cell of the other side, or nothing at all.
        assert_eq!(taps(Stencil::dilated(4, 2, Beyond::Around)), (2, 1));
        assert_eq!(taps(Stencil::dilated(4, 4, Beyond::Zeros)), (1, 1));
    }

    #[test]
    fn dilated_taps_leave_cells_out() {
        let [left, centre, right] = taps(&Stencil::dilated(5, 2, Beyond::Around));
        assert_eq!(left, [3, 4, 0, 1, 2].map(Some));
        assert_eq!(centre, [0, 1, 2, 3, 4].map(Some));
        assert_eq!(right, [2, 3, 4, 0, 1].map(Some));
    }

    /// By hand, for `output = 2 input + tap − padding`, as a transposed convolution spreads it.
    #[test]
    fn transposed_stencils_spread_every_cell() {
        let [first, second] = taps(&Stencil::parting(3));
        assert_eq!(first, [Some(0), None, Some(1)]);
        assert_eq!(second, [None, Some(0), None]);
        let [a, b, c, d] = taps(&Stencil::spreading(4, Beyond::Zeros));
        assert_eq!(a, [None, Some(1), None, None]);
        assert_eq!(b, [Some(0), None, Some(1), None]);
        assert_eq!(c, [None, Some(0), None, Some(1)]);
        assert_eq!(d, [None, None, Some(0), None]);
    }

    #[test]
    fn the_straight_run_is_the_longest() {
        let [left, _, right] = taps(&Stencil::same(5, Beyond::Around));
        assert_eq!(straight_run(&left), (1..5, 0));
        assert_eq!(straight_run(&right), (0..4, 1));
        assert_eq!(straight_run(&[None, None]), (0..0, 0));
    }
}
