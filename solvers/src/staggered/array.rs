//! Arrays of a staggered grid.

use rayon::prelude::*;
use std::ops::{Index, IndexMut, Range};

/// Layers of ghost cells on every side: the stencils are five points wide.
pub(crate) const GHOSTS: usize = 2;

/// Arrays with fewer values are processed by one thread, since starting more costs more than it saves.
pub(crate) const PARALLEL: usize = 128 * 1024;

/// One quantity at the cell centres of a plane grid, or on the faces across one axis, with ghosts.
///
/// Shape: `[x, y]` with [`GHOSTS`] ghosts on every side; lines run along y and are contiguous.
/// Cell 0 of an axis has index [`GHOSTS`]. A face has the index of the cell on its high side: cell `i`
/// lies between faces `i` and `i + 1`.
#[derive(Debug, Clone)]
pub(crate) struct StaggeredArray<T = f64> {
    values: Vec<T>,
    stride: usize,
}

impl<T: Copy + Default + Send + Sync> StaggeredArray<T> {
    /// Zeros for `nx` × `ny` cells and their ghosts.
    pub(crate) fn zeros([nx, ny]: [usize; 2]) -> Self {
        let stride = ny + 2 * GHOSTS;
        Self { values: vec![T::default(); (nx + 2 * GHOSTS) * stride], stride }
    }

    /// The indices along x that are not ghosts.
    pub(crate) fn inner(&self) -> Range<usize> {
        GHOSTS..self.values.len() / self.stride - GHOSTS
    }

    /// The values along y at index `i` of x, ghosts included.
    #[inline]
    pub(crate) fn line(&self, i: usize) -> &[T] {
        &self.values[i * self.stride..][..self.stride]
    }

    /// The same, mutable.
    #[inline]
    pub(crate) fn line_mut(&mut self, i: usize) -> &mut [T] {
        &mut self.values[i * self.stride..][..self.stride]
    }

    /// All values, ghosts included.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The first `n` inner values of line `i`, shifted by `by` cells along `axis`.
    #[inline]
    pub(crate) fn shifted(&self, i: usize, axis: usize, by: isize, n: usize) -> &[T] {
        let step = if axis == 0 { self.stride.cast_signed() } else { 1 };
        let first = (i * self.stride + GHOSTS).checked_add_signed(by * step);
        &self.values[first.expect("shifts stay within the ghosts")..][..n]
    }

    /// Copies line `from` to line `to`.
    pub(crate) fn copy_line(&mut self, from: usize, to: usize) {
        self.values.copy_within(from * self.stride..(from + 1) * self.stride, to * self.stride);
    }

    /// Calls `update(i, line)` for every line of `range`, in parallel on large arrays.
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

    /// Calls `update(i, line, line of other)` for every inner line of two arrays of the same shape.
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

/// The `n` values of a line from N cells after its first inner one.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the length")]
pub(crate) fn ahead<const N: isize>(line: &[f64], n: usize) -> &[f64] {
    let first = const { GHOSTS.checked_add_signed(N).expect("stencils stay within the ghosts") };
    &line[first..first + n]
}

/// The `n` inner values of a line.
#[inline]
pub(crate) fn inner<T>(line: &[T], n: usize) -> &[T] {
    &line[GHOSTS..GHOSTS + n]
}

/// The same, mutable.
#[inline]
pub(crate) fn inner_mut<T>(line: &mut [T], n: usize) -> &mut [T] {
    &mut line[GHOSTS..GHOSTS + n]
}
