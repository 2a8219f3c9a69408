//! The transpose of a grid's values.

use crate::staggered::PARALLEL;
use rayon::prelude::*;

/// Values `[line, unknown]` whose columns a solver reads as its lines, so that x and y are exchanged.
pub(crate) struct Transpose {
    values: Vec<f64>,
    /// Unknowns per line.
    length: usize,
    /// Distance of two lines in `values`, at least `length`.
    stride: usize,
}

/// Values per cache line.
const CACHE_LINE: usize = 8;

impl Transpose {
    /// `lines` of `length` unknowns each, all zero.
    pub(crate) fn new(lines: usize, length: usize) -> Self {
        // With an odd number of cache lines per line the values of a column map to different cache sets.
        let stride = (length.div_ceil(CACHE_LINE) | 1) * CACHE_LINE;
        Self { values: vec![0.0; lines * stride], length, stride }
    }

    /// The number of lines.
    pub(crate) fn lines(&self) -> usize {
        self.values.len() / self.stride
    }

    /// The unknowns of line `i`.
    pub(crate) fn line(&self, i: usize) -> &[f64] {
        &self.values[i * self.stride..][..self.length]
    }

    /// Calls `fill(i, line)` for every line, in parallel on large grids.
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

    /// Copies unknown `j` of every line into `column`.
    pub(crate) fn column(&self, j: usize, column: &mut [f64]) {
        let values = self.values[j..].iter().step_by(self.stride);
        column.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
    }
}
