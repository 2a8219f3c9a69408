//! Values of a staggered grid.

use rayon::prelude::*;

/// Below so many values a loop runs on one thread: forking costs more than it saves.
const PARALLEL: usize = 128 * 1024;

/// One quantity on the cells (or the low faces of the cells) of a plane grid, with a layer of
/// ghosts all round.
///
/// Lines run along y and are contiguous. Cells are `1..=nx` and `1..=ny`; ghosts have index 0 and
/// `n + 1`. A face has the index of the cell above it, so that cell `i` lies between the faces
/// `i` and `i + 1`, and face `n + 1` is the high end of the domain.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    values: Vec<f64>,
    stride: usize,
}

impl Plane {
    /// Zeros for `nx` × `ny` cells.
    pub(crate) fn zeros([nx, ny]: [usize; 2]) -> Self {
        let stride = ny + 2;
        Self { values: vec![0.0; (nx + 2) * stride], stride }
    }

    /// The values over y at `i`.
    pub(crate) fn line(&self, i: usize) -> &[f64] {
        &self.values[i * self.stride..][..self.stride]
    }

    /// The values over y at `i`.
    pub(crate) fn line_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.stride..][..self.stride]
    }

    /// Copies the line `from` over the line `to`.
    pub(crate) fn copy_line(&mut self, from: usize, to: usize) {
        self.values.copy_within(from * self.stride..(from + 1) * self.stride, to * self.stride);
    }

    /// Calls `update(i, line)` for every `i` of `range`, in parallel where it pays.
    pub(crate) fn update(
        &mut self,
        range: std::ops::Range<usize>,
        update: impl Fn(usize, &mut [f64]) + Sync,
    ) {
        let (parallel, stride, first) = (self.values.len() >= PARALLEL, self.stride, range.start);
        let values = &mut self.values[range.start * stride..range.end * stride];
        if parallel {
            let lines = values.par_chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(first + i, line));
        } else {
            let lines = values.chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(first + i, line));
        }
    }

    /// The same for the lines of two planes at once.
    pub(crate) fn update_pair(
        &mut self,
        other: &mut Self,
        range: std::ops::Range<usize>,
        update: impl Fn(usize, &mut [f64], &mut [f64]) + Sync,
    ) {
        let (parallel, stride, first) = (self.values.len() >= PARALLEL, self.stride, range.start);
        let window = range.start * stride..range.end * stride;
        let (a, b) = (&mut self.values[window.clone()], &mut other.values[window]);
        if parallel {
            let lines = a.par_chunks_exact_mut(stride).zip(b.par_chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(first + i, a, b));
        } else {
            let lines = a.chunks_exact_mut(stride).zip(b.chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(first + i, a, b));
        }
    }
}
