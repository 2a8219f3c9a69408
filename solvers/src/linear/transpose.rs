//! Swapped axes.

use crate::staggered::PARALLEL;
use rayon::prelude::*;

/// Lines along y of what is solved with x and y swapped.
pub(crate) struct Turn {
    values: Vec<f64>,
    /// Unknowns of a line.
    length: usize,
    stride: usize,
}

/// Values of a cache line.
const CACHE_LINE: usize = 8;

impl Turn {
    /// `lines` of `length` unknowns, zero.
    pub(crate) fn new(lines: usize, length: usize) -> Self {
        // An odd number of cache lines apart, a column does not compete for the same few sets.
        let stride = (length.div_ceil(CACHE_LINE) | 1) * CACHE_LINE;
        Self { values: vec![0.0; lines * stride], length, stride }
    }

    /// Lines.
    pub(crate) fn lines(&self) -> usize {
        self.values.len() / self.stride
    }

    /// Line `i`.
    pub(crate) fn line(&self, i: usize) -> &[f64] {
        &self.values[i * self.stride..][..self.length]
    }

    /// Calls `fill(i, line)` for every line, in parallel where it pays.
    pub(crate) fn fill(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let (length, stride) = (self.length, self.stride);
        if self.values.len() >= PARALLEL {
            let lines = self.values.par_chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| fill(i, &mut line[..length]));
        } else {
            let lines = self.values.chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| fill(i, &mut line[..length]));
        }
    }

    /// Copies what is at `j` of every line.
    pub(crate) fn column(&self, j: usize, column: &mut [f64]) {
        let values = self.values[j..].iter().step_by(self.stride);
        column.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
    }
}
