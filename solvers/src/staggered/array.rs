//! Values of a staggered grid.

use rayon::prelude::*;
use std::ops::{Index, IndexMut, Range};

/// Layers of ghosts on every side: the stencils reach two cells far.
pub(crate) const GHOSTS: usize = 2;

/// Below so many values a loop runs on one thread: forking costs more than it saves.
pub(crate) const PARALLEL: usize = 128 * 1024;

/// One quantity on the cells of a plane grid, or on their low faces, with ghosts all round.
///
/// Lines run along y and are contiguous. Cell 0 of an axis has index [`GHOSTS`]. A face has the
/// index of the cell above it: cell `i` lies between the faces `i` and `i + 1`.
#[derive(Debug, Clone)]
pub(crate) struct StaggeredArray<T = f64> {
    values: Vec<T>,
    stride: usize,
}

impl<T: Copy + Default + Send + Sync> StaggeredArray<T> {
    /// Zeros for `nx` × `ny` cells.
    pub(crate) fn zeros([nx, ny]: [usize; 2]) -> Self {
        let stride = ny + 2 * GHOSTS;
        Self { values: vec![T::default(); (nx + 2 * GHOSTS) * stride], stride }
    }

    /// The indices of the lines that are not ghosts.
    pub(crate) fn inner(&self) -> Range<usize> {
        GHOSTS..self.values.len() / self.stride - GHOSTS
    }

    /// The values over y at `i`.
    #[inline]
    pub(crate) fn line(&self, i: usize) -> &[T] {
        &self.values[i * self.stride..][..self.stride]
    }

    /// The values over y at `i`.
    #[inline]
    pub(crate) fn line_mut(&mut self, i: usize) -> &mut [T] {
        &mut self.values[i * self.stride..][..self.stride]
    }

    /// All values, ghosts included.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// `n` values over y at `i`, as seen `by` cells further along `axis`.
    #[inline]
    pub(crate) fn shifted(&self, i: usize, axis: usize, by: isize, n: usize) -> &[T] {
        let step = if axis == 0 { self.stride.cast_signed() } else { 1 };
        let first = (i * self.stride + GHOSTS).checked_add_signed(by * step);
        &self.values[first.expect("shifts reach no further than the ghosts")..][..n]
    }

    /// Copies the line `from` over the line `to`.
    pub(crate) fn copy_line(&mut self, from: usize, to: usize) {
        self.values.copy_within(from * self.stride..(from + 1) * self.stride, to * self.stride);
    }

    /// Calls `update(i, line)` for every `i` of `range`, in parallel where it pays.
    pub(crate) fn update(&mut self, range: Range<usize>, update: impl Fn(usize, &mut [T]) + Sync) {
        let (stride, first) = (self.stride, range.start);
        let is_parallel = self.values.len() >= PARALLEL;
        let values = &mut self.values[range.start * stride..range.end * stride];
        if is_parallel {
            let lines = values.par_chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(first + i, line));
        } else {
            let lines = values.chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(first + i, line));
        }
    }

    /// The same for the inner lines of two planes at once.
    pub(crate) fn update_pair(
        &mut self,
        other: &mut Self,
        update: impl Fn(usize, &mut [T], &mut [T]) + Sync,
    ) {
        let (stride, inner) = (self.stride, self.inner());
        let is_parallel = self.values.len() >= PARALLEL;
        let window = inner.start * stride..inner.end * stride;
        let (a, b) = (&mut self.values[window.clone()], &mut other.values[window]);
        if is_parallel {
            let lines = a.par_chunks_exact_mut(stride).zip(b.par_chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(inner.start + i, a, b));
        } else {
            let lines = a.chunks_exact_mut(stride).zip(b.chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(inner.start + i, a, b));
        }
    }
}

impl<T> Index<[usize; 2]> for StaggeredArray<T> {
    type Output = T;

    #[inline]
    fn index(&self, [i, j]: [usize; 2]) -> &T {
        &self.values[i * self.stride + j]
    }
}

impl<T> IndexMut<[usize; 2]> for StaggeredArray<T> {
    #[inline]
    fn index_mut(&mut self, [i, j]: [usize; 2]) -> &mut T {
        &mut self.values[i * self.stride + j]
    }
}

/// The `n` values of a line as seen `ahead` cells further, without its ghosts.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the length")]
pub(crate) fn ahead<const N: isize>(line: &[f64], n: usize) -> &[f64] {
    let first =
        const { GHOSTS.checked_add_signed(N).expect("stencils reach no further than the ghosts") };
    &line[first..first + n]
}

/// The `n` values of a line that are not ghosts.
#[inline]
pub(crate) fn inner<T>(line: &[T], n: usize) -> &[T] {
    &line[GHOSTS..GHOSTS + n]
}

/// The same, mutable.
#[inline]
pub(crate) fn inner_mut<T>(line: &mut [T], n: usize) -> &mut [T] {
    &mut line[GHOSTS..GHOSTS + n]
}
