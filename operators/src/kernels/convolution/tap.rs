//! One tap of a stencil: gathers, and their adjoints.

use crate::kernels::slices::sum_of;
use std::ops::Range;

/// The input cell that one tap reads, for every output cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tap {
    cells: Vec<Option<usize>>,
    /// The longest run of consecutive output cells that read consecutive input cells, and the first of
    /// those input cells.
    run: (Range<usize>, usize),
    /// `cells` in compact form, with `u32::MAX` where the tap reads no cell.
    indices: Vec<u32>,
}

impl Tap {
    pub(in crate::kernels) fn new(cells: Vec<Option<usize>>) -> Self {
        let index = |cell: &Option<usize>| cell.map_or(u32::MAX, |cell| cell as u32);
        Self { run: longest_run(&cells), indices: cells.iter().map(index).collect(), cells }
    }

    /// The input cells of all output cells; `None` stands for a zero.
    pub(in crate::kernels) fn cells(&self) -> &[Option<usize>] {
        &self.cells
    }

    /// The input cell of an output cell.
    pub(in crate::kernels) fn cell(&self, output: usize) -> Option<usize> {
        self.cells[output]
    }

    /// `y(j) ← x(cell(j))` for a row of cells.
    pub(in crate::kernels) fn gather(&self, x: &[f32], y: &mut [f32]) {
        let (run, first) = &self.run;
        y[run.clone()].copy_from_slice(&x[*first..first + run.len()]);
        for outside in [0..run.start, run.end..y.len()] {
            for (y, cell) in y[outside.clone()].iter_mut().zip(&self.indices[outside]) {
                *y = x.get(*cell as usize).copied().unwrap_or_default();
            }
        }
    }

    /// The adjoint of [`Self::gather`]: `x(cell(j)) ← x(cell(j)) + y(j)`.
    pub(in crate::kernels) fn scatter(&self, y: &[f32], x: &mut [f32]) {
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

    /// `y(j) ← y(j) + factor x(cell(j))`
    pub(in crate::kernels) fn gather_times(&self, factor: f32, x: &[f32], y: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &x[*first..first + run.len()];
        y[run.clone()].iter_mut().zip(cells).for_each(|(y, x)| *y += factor * x);
        for (j, cell) in self.outside_of_run() {
            y[j] += factor * x[cell];
        }
    }

    /// The adjoint of [`Self::gather_times`].
    pub(in crate::kernels) fn scatter_times(&self, factor: f32, y: &[f32], x: &mut [f32]) {
        let (run, first) = &self.run;
        let cells = &mut x[*first..first + run.len()];
        cells.iter_mut().zip(&y[run.clone()]).for_each(|(x, y)| *x += factor * y);
        for (j, cell) in self.outside_of_run() {
            x[cell] += factor * y[j];
        }
    }

    /// `Σ_j y(j) x(cell(j))`
    pub(in crate::kernels) fn dot(&self, x: &[f32], y: &[f32]) -> f32 {
        let (run, first) = &self.run;
        let (x_run, y_run) = (&x[*first..first + run.len()], &y[run.clone()]);
        let rest: f32 = self.outside_of_run().map(|(j, cell)| y[j] * x[cell]).sum();
        sum_of(y_run, x_run, |y, x| y * x) + rest
    }

    /// The output cells outside of the run that read an input cell, and that cell.
    fn outside_of_run(&self) -> impl Iterator<Item = (usize, usize)> {
        let run = &self.run.0;
        let outside = (0..run.start).chain(run.end..self.cells.len());
        outside.filter_map(|j| Some((j, self.cells[j]?)))
    }
}

/// See [`Tap::run`](Tap).
fn longest_run(cells: &[Option<usize>]) -> (Range<usize>, usize) {
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
    use super::super::stencil::{Padding, Stencil};
    use super::*;

    #[test]
    fn the_longest_run_is_found() {
        let stencil = Stencil::same(5, Padding::Circular);
        let [left, right] = [0, 2].map(|tap| stencil.tap(tap).cells());
        assert_eq!(longest_run(left), (1..5, 0));
        assert_eq!(longest_run(right), (0..4, 1));
        assert_eq!(longest_run(&[None, None]), (0..0, 0));
    }
}
