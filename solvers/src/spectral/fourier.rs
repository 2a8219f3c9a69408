//! Fourier transforms of two real fields at once.

use super::lattice::Lattice;
use super::modes::C64;
use rayon::prelude::*;
use rustfft::{Fft, FftPlanner};
use std::ops::Range;
use std::sync::Arc;

/// Transforms between coefficients of two real fields a and b and the complex field a + i b at points, which
/// may be more than the cells (zero padding).
///
/// Along x only lines with nonzero coefficients are transformed, a and b separately. Along y the two are one
/// complex transform. Each of the two buffers is gathered from the other in blocks of lines, so that threads
/// write to disjoint memory.
pub(crate) struct Fourier {
    /// Points along x and y.
    points: [usize; 2],
    /// Index along kx of the unused highest wavenumber: nx/2.
    half: usize,
    x: Plans,
    y: Plans,
    /// Half spectra of both fields over ky, `[ky, field, kx or x]`.
    columns: Vec<C64>,
    /// Both fields, `[x, ky or y]`.
    plane: Vec<C64>,
    /// FFT scratch memory, one per block of lines.
    scratch: Vec<Vec<C64>>,
}

/// The plans of both directions along one axis.
struct Plans {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

/// Lines that are gathered together: their values in a column fill two cache lines.
const BLOCK: usize = 8;
/// Fewer points are processed by one thread, since starting more costs more than it saves.
const PARALLEL: usize = 64 * 1024;

impl Fourier {
    /// For the wavenumbers of `lattice`, on `points` along x and y, no fewer than its cells.
    pub(crate) fn new(lattice: &Lattice, points: [usize; 2]) -> Self {
        let mut planner = FftPlanner::new();
        let mut plans = |n| Plans {
            forward: planner.plan_fft_forward(n),
            inverse: planner.plan_fft_inverse(n),
        };
        let (x, y, [mx, my], lines) =
            (plans(points[0]), plans(points[1]), points, lattice.ky.len());
        let all = [&x.forward, &x.inverse, &y.forward, &y.inverse];
        let length = all.map(|plan| plan.get_inplace_scratch_len()).into_iter().max().unwrap_or(0);
        let blocks = mx.max(lines).div_ceil(BLOCK);
        Self {
            points,
            half: lattice.cells[0] / 2,
            columns: vec![C64::default(); lines * 2 * mx],
            plane: vec![C64::default(); mx * my],
            scratch: vec![vec![C64::default(); length]; blocks],
            x,
            y,
        }
    }

    /// From coefficients to points, which are then in [`Fourier::row`].
    ///
    /// `fill(line, range, a, b)` writes the coefficients of line ky of both fields for a range of indices along
    /// kx; it is called twice per line, for kx ≥ 0 and kx < 0.
    pub(crate) fn synthesize(
        &mut self,
        fill: impl Fn(usize, Range<usize>, &mut [C64], &mut [C64]) + Sync,
    ) {
        self.transform_columns(fill);
        self.each_block(Buffer::Points, |this, x, rows, scratch| {
            this.gather_rows(x, rows);
            this.y.inverse.process_with_scratch(rows, scratch);
            0.0
        });
    }

    /// From points to coefficients, which are then in [`Fourier::pairs`].
    ///
    /// `fill(i, values)` writes a + i b along y at point `i` of x.
    pub(crate) fn analyse(&mut self, fill: impl Fn(usize, &mut [C64]) + Sync) {
        let stride = self.points[1];
        self.each_block(Buffer::Points, |this, x, rows, scratch| {
            rows.chunks_exact_mut(stride).enumerate().for_each(|(i, row)| fill(x + i, row));
            this.y.forward.process_with_scratch(rows, scratch);
            0.0
        });
        self.collect_columns();
    }

    /// From coefficients to points and back, to [`Fourier::pairs`].
    ///
    /// At the points `map` rerange values of a + i b by others. Returns the largest of its results.
    pub(crate) fn map(
        &mut self,
        fill: impl Fn(usize, Range<usize>, &mut [C64], &mut [C64]) + Sync,
        map: impl Fn(&mut [C64]) -> f64 + Sync,
    ) -> f64 {
        self.transform_columns(fill);
        let largest = self.each_block(Buffer::Points, |this, x, rows, scratch| {
            this.gather_rows(x, rows);
            this.y.inverse.process_with_scratch(rows, scratch);
            let largest = map(rows);
            this.y.forward.process_with_scratch(rows, scratch);
            largest
        });
        self.collect_columns();
        largest
    }

    /// The number of points along x and y.
    pub(crate) fn points(&self) -> [usize; 2] {
        self.points
    }

    /// a + i b along y at point `x`, after [`Fourier::synthesize`].
    pub(crate) fn row(&self, x: usize) -> &[C64] {
        &self.plane[x * self.points[1]..][..self.points[1]]
    }

    /// The coefficients of a and b on a line ky, for kx ≥ 0 and kx < 0: `(range along kx, a, b)`.
    pub(crate) fn pairs(&self, line: usize) -> [(Range<usize>, &[C64], &[C64]); 2] {
        let mx = self.points[0];
        let (a, b) = self.columns[line * 2 * mx..][..2 * mx].split_at(mx);
        pieces(self.half, mx).map(|(range, points)| (range, &a[points.clone()], &b[points]))
    }

    /// Coefficients, written by `fill` and padded with zeros, to columns `[ky, field, x]`.
    fn transform_columns(
        &mut self,
        fill: impl Fn(usize, Range<usize>, &mut [C64], &mut [C64]) + Sync,
    ) {
        let (mx, half) = (self.points[0], self.half);
        self.each_block(Buffer::Columns, |this, first, columns, scratch| {
            for (i, pair) in columns.chunks_exact_mut(2 * mx).enumerate() {
                let (a, b) = pair.split_at_mut(mx);
                for (range, points) in pieces(half, mx) {
                    fill(first + i, range, &mut a[points.clone()], &mut b[points]);
                }
                let unused = half..mx + 1 - half;
                a[unused.clone()].fill(C64::default());
                b[unused].fill(C64::default());
            }
            this.x.inverse.process_with_scratch(columns, scratch);
            0.0
        });
    }

    /// Rows `[x, ky]` to coefficients `[ky, field, kx]`.
    fn collect_columns(&mut self) {
        self.each_block(Buffer::Columns, |this, first, columns, scratch| {
            this.gather_columns(first, columns);
            this.x.forward.process_with_scratch(columns, scratch);
            0.0
        });
    }

    /// Coefficients over ky of a + i b, of which those at −ky follow from conjugate symmetry.
    fn gather_rows(&self, x: usize, rows: &mut [C64]) {
        let [mx, my] = self.points;
        let lines = self.columns.len() / (2 * mx);
        rows.chunks_exact_mut(my).for_each(|row| row[lines..=my - lines].fill(C64::default()));
        for (line, pair) in self.columns.chunks_exact(2 * mx).enumerate() {
            let opposite = (my - line) % my;
            let (a, b) = (&pair[x..], &pair[mx + x..]);
            for (row, (a, b)) in rows.chunks_exact_mut(my).zip(a.iter().zip(b)) {
                row[opposite] = C64::new(a.re + b.im, b.re - a.im);
                row[line] = C64::new(a.re - b.im, a.im + b.re);
            }
        }
    }

    /// The inverse of [`Fourier::gather_rows`]: a = (c(ky) + c*(−ky))/2, b = (c(ky) − c*(−ky))/2i.
    fn gather_columns(&self, first: usize, columns: &mut [C64]) {
        let [mx, my] = self.points;
        let (scale, count) = (0.5 / (mx * my) as f64, columns.len() / (2 * mx));
        for (x, row) in self.plane.chunks_exact(my).enumerate() {
            for i in 0..count {
                let (p, q) = (row[first + i], row[(my - first - i) % my]);
                columns[2 * i * mx + x] = scale * C64::new(p.re + q.re, p.im - q.im);
                columns[(2 * i + 1) * mx + x] = scale * C64::new(p.im + q.im, q.re - p.re);
            }
        }
    }

    /// Calls `run(self without that buffer, first line, lines, scratch)` for all blocks of lines of one buffer.
    /// Returns the largest of its results.
    fn each_block(
        &mut self,
        buffer: Buffer,
        run: impl Fn(&Self, usize, &mut [C64], &mut [C64]) -> f64 + Sync,
    ) -> f64 {
        let (taken, stride) = match buffer {
            Buffer::Columns => (&mut self.columns, 2 * self.points[0]),
            Buffer::Points => (&mut self.plane, self.points[1]),
        };
        let (mut values, mut scratch) = (std::mem::take(taken), std::mem::take(&mut self.scratch));
        let this = &*self;
        let block = |(i, (lines, scratch)): (usize, (&mut [C64], &mut Vec<C64>))| {
            run(this, i * BLOCK, lines, scratch)
        };
        let largest = if self.points[0] * self.points[1] >= PARALLEL {
            let blocks = values.par_chunks_mut(BLOCK * stride).zip(scratch.par_iter_mut());
            blocks.enumerate().map(block).reduce(|| 0.0, f64::max)
        } else {
            let blocks = values.chunks_mut(BLOCK * stride).enumerate();
            blocks.map(|(i, lines)| block((i, (lines, &mut scratch[0])))).fold(0.0, f64::max)
        };
        self.scratch = scratch;
        match buffer {
            Buffer::Columns => self.columns = values,
            Buffer::Points => self.plane = values,
        }
        largest
    }
}

/// One of the two buffers.
#[derive(Clone, Copy)]
enum Buffer {
    Columns,
    Points,
}

/// Ranges along kx of a line of coefficients and of a line of `points`, for kx ≥ 0 and kx < 0.
fn pieces(half: usize, points: usize) -> [(Range<usize>, Range<usize>); 2] {
    [(0..half, 0..half), (half + 1..2 * half, points + 1 - half..points)]
}
