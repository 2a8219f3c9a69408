//! Transforms of planes parallel to the walls.

use super::lanes::LANES;
use super::layout::Layout;
use rustfft::num_complex::Complex64 as C64;
use rustfft::{Fft, FftPlanner};
use std::ops::Range;
use std::sync::Arc;

/// Row pairs that are transformed together.
const PAIRS: usize = 4;

/// Transforms of real fields between coefficients and points of a plane, which may be more than its cells.
///
/// Values at points are `[x/2, z, 2]`: two neighbouring rows x are the real and the imaginary part of one complex row,
/// whose transform along z yields those of both. Coefficients between the transforms along x and z are *lines*
/// `[kz, x]`, of the wavenumbers kz of the layout alone.
pub(super) struct Plane {
    /// Cells along x.
    cells: usize,
    /// The number of wavenumbers kz.
    lines: usize,
    /// Columns of each kz.
    columns: usize,
    /// Points along x and z.
    points: [usize; 2],
    x: Plans,
    z: Plans,
}

/// The plans of both directions along one axis.
struct Plans {
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

impl Plans {
    fn new(points: usize) -> Self {
        let mut planner = FftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(points),
            inverse: planner.plan_fft_inverse(points),
        }
    }

    fn scratch(&self) -> usize {
        self.forward.get_inplace_scratch_len().max(self.inverse.get_inplace_scratch_len())
    }
}

/// Buffers of one thread.
pub(super) struct Buffers {
    /// A few complex rows `[pair, z]`.
    rows: Vec<C64>,
    scratch: Vec<C64>,
}

impl Plane {
    /// Transforms to `points` along x and z; the first is even.
    pub(super) fn new(layout: &Layout, points: [usize; 2]) -> Self {
        Self {
            cells: layout.cells[0],
            lines: layout.kz.len(),
            columns: layout.columns,
            points,
            x: Plans::new(points[0]),
            z: Plans::new(points[1]),
        }
    }

    /// Transforms to the points on which products of two fields are free of aliasing: 3/2 as many as cells.
    pub(super) fn dealiased(layout: &Layout) -> Self {
        let [nx, nz] = layout.cells;
        Self::new(layout, [(3 * nx / 2).next_multiple_of(2), 3 * nz / 2])
    }

    /// Buffers for one thread.
    pub(super) fn buffers(&self) -> Buffers {
        Buffers {
            rows: vec![C64::default(); PAIRS * self.points[1]],
            scratch: vec![C64::default(); self.x.scratch().max(self.z.scratch())],
        }
    }

    /// The number of values at points.
    pub(super) fn len(&self) -> usize {
        self.points[0] * self.points[1]
    }

    /// Points along x and z.
    pub(super) fn points(&self) -> [usize; 2] {
        self.points
    }

    /// Zero lines.
    pub(super) fn lines(&self) -> Vec<C64> {
        vec![C64::default(); self.lines * self.points[0]]
    }

    /// The position in values at points of a point (x, z).
    pub(super) fn at(&self, x: usize, z: usize) -> usize {
        ((x / 2) * self.points[1] + z) * 2 + x % 2
    }

    /// Fills lines with the coefficients that `mode(column)` returns, and transforms them to points.
    ///
    /// Of the coefficients with kz = 0, those with kx < 0 are replaced by the conjugates of those with kx > 0: round-off
    /// cannot make the field complex.
    #[inline(always)]
    pub(super) fn to_points(
        &self,
        mode: impl Fn(usize) -> super::lanes::Mode,
        lines: &mut [C64],
        buffers: &mut Buffers,
        out: &mut [f64],
    ) {
        let (mx, half) = (self.points[0], self.cells / 2);
        for (line, row) in lines.chunks_exact_mut(mx).enumerate() {
            for column in 0..self.columns {
                let mode = mode(line * self.columns + column);
                for (lanes, to) in self.pieces(column) {
                    let modes = mode.re.0[lanes.clone()].iter().zip(&mode.im.0[lanes]);
                    for (out, (re, im)) in row[to].iter_mut().zip(modes) {
                        *out = C64::new(*re, *im);
                    }
                }
            }
            row[half..=mx - half].fill(C64::default());
        }
        let mean = &mut lines[..mx];
        mean[0].im = 0.0;
        for i in 1..half {
            mean[mx - i] = mean[i].conj();
        }
        self.x.inverse.process_with_scratch(lines, &mut buffers.scratch);
        self.lines_to_points(lines, buffers, out);
    }

    /// The lanes of a column with kx ≥ 0 and kx < 0, and their places in a line.
    #[inline(always)]
    fn pieces(&self, column: usize) -> [(Range<usize>, Range<usize>); 2] {
        let (first, half) = (column * LANES, self.cells / 2);
        let end = (first + LANES).min(self.cells);
        let piece = |from: usize, to: usize, shift: usize| {
            let (from, to) = (from.max(first), to.min(end));
            let to = to.max(from);
            if from == to {
                (0..0, 0..0)
            } else {
                (from - first..to - first, from + shift..to + shift)
            }
        };
        [piece(0, half, 0), piece(half + 1, self.cells, self.points[0] - self.cells)]
    }

    /// The transform along z of lines, to points.
    #[inline(always)]
    fn lines_to_points(&self, lines: &[C64], buffers: &mut Buffers, out: &mut [f64]) {
        let [mx, mz] = self.points;
        for (block, out) in out.chunks_mut(2 * PAIRS * mz).enumerate() {
            let rows = &mut buffers.rows[..out.len() / 2];
            for (pair, row) in rows.chunks_exact_mut(mz).enumerate() {
                row[self.lines..=mz - self.lines].fill(C64::default());
                let x = 2 * (block * PAIRS + pair);
                for (kz, line) in lines.chunks_exact(mx).enumerate() {
                    let (a, b) = (line[x], line[x + 1]);
                    if kz > 0 {
                        row[mz - kz] = C64::new(a.re + b.im, b.re - a.im);
                    }
                    row[kz] = C64::new(a.re - b.im, a.im + b.re);
                }
            }
            self.z.inverse.process_with_scratch(rows, &mut buffers.scratch);
            for (out, value) in out.chunks_exact_mut(2).zip(rows.iter()) {
                (out[0], out[1]) = (value.re, value.im);
            }
        }
    }

    /// The transform along z of values at points, over the number of points; `emit(index, kz, value)` receives the
    /// lines.
    ///
    /// `fill(range)` writes the values at a range of points.
    #[inline(always)]
    pub(super) fn to_lines(
        &self,
        fill: impl Fn(Range<usize>, &mut [C64]),
        buffers: &mut Buffers,
        mut emit: impl FnMut(usize, usize, C64),
    ) {
        let [mx, mz] = self.points;
        let scale = 0.5 / (mx * mz) as f64;
        for block in 0..(mx / 2).div_ceil(PAIRS) {
            let first = block * PAIRS;
            let count = PAIRS.min(mx / 2 - first);
            let rows = &mut buffers.rows[..count * mz];
            fill(2 * first * mz..2 * (first + count) * mz, rows);
            self.z.forward.process_with_scratch(rows, &mut buffers.scratch);
            for kz in 0..self.lines {
                for (pair, row) in rows.chunks_exact(mz).enumerate() {
                    let (p, q) = (row[kz], row[if kz == 0 { 0 } else { mz - kz }]);
                    let at = kz * mx + 2 * (first + pair);
                    emit(at, kz, C64::new(p.re + q.re, p.im - q.im) * scale);
                    emit(at + 1, kz, C64::new(p.im + q.im, q.re - p.re) * scale);
                }
            }
        }
    }

    /// The transform along x of lines.
    pub(super) fn along_x(&self, lines: &mut [C64], buffers: &mut Buffers) {
        self.x.forward.process_with_scratch(lines, &mut buffers.scratch);
    }

    /// Removes from values at points the upper half of the wavenumbers along x and z.
    pub(super) fn halve(&self, values: &mut [f64], lines: &mut [C64], buffers: &mut Buffers) {
        let (mx, keep_x, keep_z) = (self.points[0], self.cells / 4, self.lines / 2);
        let fill = |range: Range<usize>, rows: &mut [C64]| {
            for (row, pair) in rows.iter_mut().zip(values[range].chunks_exact(2)) {
                *row = C64::new(pair[0], pair[1]);
            }
        };
        self.to_lines(fill, buffers, |at, _, value| lines[at] = value);
        self.along_x(lines, buffers);
        for (kz, line) in lines.chunks_exact_mut(mx).enumerate() {
            if kz < keep_z {
                line[keep_x..=mx - keep_x].fill(C64::default());
            } else {
                line.fill(C64::default());
            }
        }
        self.x.inverse.process_with_scratch(lines, &mut buffers.scratch);
        self.lines_to_points(lines, buffers, values);
    }

    /// The coefficients of a column, after [`Plane::along_x`]; 0 at unused places.
    #[inline(always)]
    pub(super) fn column(&self, lines: &[C64], column: usize) -> super::lanes::Mode {
        let line = &lines[column / self.columns * self.points[0]..][..self.points[0]];
        let mut mode = super::lanes::Mode::default();
        for (lanes, from) in self.pieces(column % self.columns) {
            let modes = mode.re.0[lanes.clone()].iter_mut().zip(&mut mode.im.0[lanes]);
            for ((re, im), value) in modes.zip(&line[from]) {
                (*re, *im) = (value.re, value.im);
            }
        }
        mode
    }
}
