//! Fourier coefficients of a real field.

use super::lattice::Lattice;
use rayon::prelude::*;
use realfft::num_complex::Complex;

/// A complex number.
pub(crate) type C64 = Complex<f64>;

/// Fewer coefficients are processed by one thread, since starting more costs more than it saves.
const PARALLEL: usize = 32 * 1024;

/// Coefficients of a real field on a [`Lattice`]: φ(x) = Σ φ̂(k) exp(i k·x).
///
/// Shape: `[ky, kx]`, lines along kx, ky ≥ 0. The origin of x is the centre of the first cell.
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    values: Vec<C64>,
    stride: usize,
}

impl Modes {
    /// The zero field.
    pub(crate) fn zeros(lattice: &Lattice) -> Self {
        let [stride, lines] = [lattice.kx.len(), lattice.ky.len()];
        Self { values: vec![C64::default(); stride * lines], stride }
    }

    /// The coefficients along kx of one ky.
    #[inline]
    pub(crate) fn line(&self, line: usize) -> &[C64] {
        &self.values[line * self.stride..][..self.stride]
    }

    /// The same, mutable.
    #[inline]
    pub(crate) fn line_mut(&mut self, line: usize) -> &mut [C64] {
        &mut self.values[line * self.stride..][..self.stride]
    }

    /// All lines in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[C64]> {
        self.values.chunks_exact(self.stride)
    }

    /// Calls `update(index, line)` for every line, in parallel on large arrays.
    pub(crate) fn update(&mut self, update: impl Fn(usize, &mut [C64]) + Sync) {
        let stride = self.stride;
        if self.values.len() >= PARALLEL {
            let lines = self.values.par_chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(i, line));
        } else {
            let lines = self.values.chunks_exact_mut(stride).enumerate();
            lines.for_each(|(i, line)| update(i, line));
        }
    }

    /// Calls `update(index, line, line of other)` for every line of two fields.
    pub(crate) fn update_pair(
        &mut self,
        other: &mut Self,
        update: impl Fn(usize, &mut [C64], &mut [C64]) + Sync,
    ) {
        let stride = self.stride;
        let (a, b) = (&mut self.values, &mut other.values);
        if a.len() >= PARALLEL {
            let lines = a.par_chunks_exact_mut(stride).zip(b.par_chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(i, a, b));
        } else {
            let lines = a.chunks_exact_mut(stride).zip(b.chunks_exact_mut(stride));
            lines.enumerate().for_each(|(i, (a, b))| update(i, a, b));
        }
    }
}
