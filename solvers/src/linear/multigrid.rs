//! Geometric multigrid preconditioner.

use super::cholesky::Cholesky;
use super::five_point::{FivePoint, Preconditioner};
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// One V-cycle in single precision for −∇·(β∇p) on cells, as a preconditioner.
///
/// Cells are merged in pairs along the axis of the stronger coupling, or along both axes where the couplings
/// are similar. The coefficient β of a coarse face is the mean over its fine faces. The smoother is two
/// Jacobi sweeps with the weights of the Chebyshev polynomial of degree two on the upper half of the
/// spectrum, before and after each coarse-grid correction. The coarsest level is solved directly.
///
/// Source: Trottenberg, Oosterlee & Schüller (2001), Multigrid, §§ 2.8 and 5.1.
pub(crate) struct Multigrid {
    /// From fine to coarse.
    levels: Vec<Level>,
    coarsest: Cholesky,
    /// Right-hand side, then solution of the coarsest level.
    values: Vec<f64>,
}

/// Levels are added until one has at most this many cells.
const COARSEST: usize = 64;
/// The part of the spectrum of D⁻¹A that the smoother damps; the largest eigenvalue is below 2.
const SMOOTHED: [f64; 2] = [0.5, 2.0];

/// One grid of the hierarchy.
struct Level {
    cells: [usize; 2],
    /// The axes along which the next coarser level merges pairs of cells.
    merges: [bool; 2],
    /// The couplings across x and y, as in [`FivePoint`].
    links: [StaggeredArray<f32>; 2],
    /// 1/d; 0 in cells without an unknown.
    inverse: StaggeredArray<f32>,
    b: StaggeredArray<f32>,
    x: StaggeredArray<f32>,
    /// The next x of a sweep, or the residual.
    y: StaggeredArray<f32>,
}

impl Multigrid {
    /// Levels for `cells` of size `spacing` in m.
    pub(crate) fn new(cells: [usize; 2], spacing: [f64; 2]) -> Self {
        let mut levels = vec![Level::new(cells)];
        let (mut cells, mut spacing) = (cells, spacing);
        while cells[0] * cells[1] > COARSEST {
            let merges = merges(cells, spacing);
            for axis in 0..2 {
                if merges[axis] {
                    cells[axis] = cells[axis].div_ceil(2);
                    spacing[axis] *= 2.0;
                }
            }
            levels.last_mut().expect("there is a finest level").merges = merges;
            levels.push(Level::new(cells));
        }
        let unknowns = cells[0] * cells[1];
        Self { levels, coarsest: Cholesky::new(unknowns), values: vec![0.0; unknowns] }
    }

    /// Computes the couplings of all levels from those of `system`.
    pub(crate) fn set(&mut self, system: &FivePoint) {
        let finest = &mut self.levels[0];
        for (links, from) in finest.links.iter_mut().zip(&system.links) {
            links.update(0..from.inner().end + GHOSTS, |i, line| {
                line.iter_mut().zip(from.line(i)).for_each(|(to, from)| *to = *from as f32);
            });
        }
        finest.invert();
        for fine in 1..self.levels.len() {
            let (finer, coarser) = self.levels.split_at_mut(fine);
            coarser[0].merge_links(&finer[fine - 1]);
            coarser[0].invert();
        }
        let level = self.levels.last().expect("there is a coarsest level");
        self.coarsest.factor(|row, column| level.entry(row, column));
    }

    /// One V-cycle from level `depth` on, for x with A x ≈ b, starting from zero.
    fn cycle(&mut self, depth: usize) {
        if depth + 1 == self.levels.len() {
            return self.solve_coarsest();
        }
        let [first, second] = weights();
        self.levels[depth].start(first);
        self.levels[depth].sweep(second);
        self.levels[depth].measure_residual();
        let (finer, coarser) = self.levels.split_at_mut(depth + 1);
        coarser[0].restrict(&finer[depth]);
        self.cycle(depth + 1);
        let (finer, coarser) = self.levels.split_at_mut(depth + 1);
        finer[depth].correct(&coarser[0]);
        self.levels[depth].sweep(second);
        self.levels[depth].sweep(first);
    }

    fn solve_coarsest(&mut self) {
        let level = self.levels.last_mut().expect("there is a coarsest level");
        let n = level.cells[1];
        for (i, values) in self.values.chunks_exact_mut(n).enumerate() {
            let line = inner(level.b.line(GHOSTS + i), n);
            values.iter_mut().zip(line).for_each(|(value, b)| *value = f64::from(*b));
        }
        self.coarsest.solve(&mut self.values);
        for (i, values) in self.values.chunks_exact(n).enumerate() {
            let line = inner_mut(level.x.line_mut(GHOSTS + i), n);
            line.iter_mut().zip(values).for_each(|(x, value)| *x = *value as f32);
        }
    }
}

impl Preconditioner for Multigrid {
    fn apply(&mut self, residual: &StaggeredArray, estimate: &mut StaggeredArray) {
        let finest = &mut self.levels[0];
        let n = finest.cells[1];
        finest.b.update(residual.inner(), |i, line| {
            let values = inner_mut(line, n).iter_mut().zip(inner(residual.line(i), n));
            values.for_each(|(b, r)| *b = *r as f32);
        });
        self.cycle(0);
        let x = &self.levels[0].x;
        estimate.update(residual.inner(), |i, line| {
            let values = inner_mut(line, n).iter_mut().zip(inner(x.line(i), n));
            values.for_each(|(z, x)| *z = f64::from(*x));
        });
    }
}

/// The axes to merge. Merging an axis divides its couplings by four; both axes are merged where their
/// couplings differ by less than a factor of two.
fn merges(cells: [usize; 2], spacing: [f64; 2]) -> [bool; 2] {
    let ratio = (spacing[0] / spacing[1]).powi(2);
    let wanted = [ratio < 2.0, ratio > 0.5];
    let can = cells.map(|n| n > 1);
    if wanted[0] && can[0] || wanted[1] && can[1] {
        [wanted[0] && can[0], wanted[1] && can[1]]
    } else {
        can
    }
}

/// Jacobi weights: the reciprocal roots of the Chebyshev polynomial of degree two on [`SMOOTHED`].
fn weights() -> [f32; 2] {
    let [low, high] = SMOOTHED;
    let root = 0.5 * (high - low) * std::f64::consts::FRAC_1_SQRT_2;
    [1.0, -1.0].map(|sign| (1.0 / (0.5 * (low + high) + sign * root)) as f32)
}

impl Level {
    fn new(cells: [usize; 2]) -> Self {
        let plane = || StaggeredArray::zeros(cells);
        Self {
            cells,
            merges: [false; 2],
            links: [plane(), plane()],
            inverse: plane(),
            b: plane(),
            x: plane(),
            y: plane(),
        }
    }

    /// Computes 1/d from the couplings.
    fn invert(&mut self) {
        let (n, [x, y]) = (self.cells[1], &self.links);
        self.inverse.update(self.inverse.inner(), |i, line| {
            let (x_low, x_high) = (inner(x.line(i), n), inner(x.line(i + 1), n));
            let [y_low, y_high] = [0, 1].map(|by| y.shifted(i, 1, by, n));
            for (j, inverse) in inner_mut(line, n).iter_mut().enumerate() {
                let diagonal = (x_low[j] + x_high[j]) + (y_low[j] + y_high[j]);
                *inverse = if diagonal > 0.0 { 1.0 / diagonal } else { 0.0 };
            }
        });
    }

    /// The couplings of merged cells: the mean over the fine faces, over the distance squared.
    fn merge_links(&mut self, fine: &Self) {
        let steps = fine.merges.map(|merges| 1 + usize::from(merges));
        for axis in 0..2 {
            let along = 1 - axis;
            let scale = 1.0 / (steps[along] * steps[axis] * steps[axis]) as f32;
            let of = &fine.links[axis];
            let [nx, ny] = self.cells;
            let last = [nx + usize::from(axis == 0), ny + usize::from(axis == 1)];
            self.links[axis].update(GHOSTS..GHOSTS + last[0], |i, line| {
                let i = GHOSTS + (i - GHOSTS) * steps[0];
                for (j, link) in line[GHOSTS..GHOSTS + last[1]].iter_mut().enumerate() {
                    let first = [i, GHOSTS + j * steps[1]];
                    let mut sum = of[first];
                    if steps[along] == 2 {
                        let mut second = first;
                        second[along] += 1;
                        sum += of[second];
                    }
                    *link = scale * sum;
                }
            });
        }
    }

    /// The matrix of all cells, numbered line by line.
    fn entry(&self, row: usize, column: usize) -> f64 {
        let n = self.cells[1];
        let at = [GHOSTS + row / n, GHOSTS + row % n];
        let [x, y] = &self.links;
        if row == column {
            // Summed in double precision, so that a problem without given pressures is singular to round-off.
            let [i, j] = at;
            return [x[at], x[[i + 1, j]], y[at], y[[i, j + 1]]].into_iter().map(f64::from).sum();
        }
        if column + n == row {
            return -f64::from(x[at]);
        }
        let is_next = column + 1 == row && !row.is_multiple_of(n);
        if is_next { -f64::from(y[at]) } else { 0.0 }
    }

    /// The first Jacobi sweep, from x = 0.
    fn start(&mut self, weight: f32) {
        let (n, inverse, b) = (self.cells[1], &self.inverse, &self.b);
        self.x.update(self.x.inner(), |i, line| {
            let (inverse, b) = (inner(inverse.line(i), n), inner(b.line(i), n));
            for (j, x) in inner_mut(line, n).iter_mut().enumerate() {
                *x = weight * inverse[j] * b[j];
            }
        });
    }

    /// One Jacobi sweep: x ← x + ω D⁻¹ (b − A x).
    fn sweep(&mut self, weight: f32) {
        let (n, Self { links, inverse, b, x, y, .. }) = (self.cells[1], self);
        y.update(y.inner(), |i, line| {
            let (now, inverse) = (inner(x.line(i), n), inner(inverse.line(i), n));
            let next = inner_mut(line, n);
            residual(links, b, x, i, n, |j, r| next[j] = now[j] + weight * inverse[j] * r);
        });
        std::mem::swap(x, y);
    }

    /// Writes b − A x into y.
    fn measure_residual(&mut self) {
        let (n, Self { links, b, x, y, .. }) = (self.cells[1], self);
        y.update(y.inner(), |i, line| {
            let into = inner_mut(line, n);
            residual(links, b, x, i, n, |j, r| into[j] = r);
        });
    }

    /// b ← the mean of the fine residuals; fine cells beyond the domain count as zero.
    fn restrict(&mut self, fine: &Self) {
        let [sx, sy] = fine.merges.map(|merges| 1 + usize::from(merges));
        let (n, scale) = (self.cells[1], 1.0 / (sx * sy) as f32);
        self.b.update(self.b.inner(), |i, line| {
            let first = GHOSTS + (i - GHOSTS) * sx;
            let [parts, more] =
                [first, first + sx - 1].map(|i| &fine.y.line(i)[GHOSTS..][..sy * n]);
            let line = inner_mut(line, n);
            match (sx, sy) {
                (1, _) => line.iter_mut().zip(parts.chunks_exact(2)).for_each(|(b, part)| {
                    *b = scale * (part[0] + part[1]);
                }),
                (_, 1) => line.iter_mut().zip(parts).zip(more).for_each(|((b, part), more)| {
                    *b = scale * (part + more);
                }),
                _ => {
                    let pairs = parts.chunks_exact(2).zip(more.chunks_exact(2));
                    line.iter_mut().zip(pairs).for_each(|(b, (part, more))| {
                        *b = scale * (part[0] + part[1] + (more[0] + more[1]));
                    });
                }
            }
        });
    }

    /// x ← x + the correction of the coarse cell that contains the fine one.
    fn correct(&mut self, coarse: &Self) {
        let [sx, sy] = self.merges.map(|merges| 1 + usize::from(merges));
        let n = self.cells[1];
        self.x.update(self.x.inner(), |i, line| {
            let coarse = inner(coarse.x.line(GHOSTS + (i - GHOSTS) / sx), n.div_ceil(sy));
            let line = inner_mut(line, n);
            if sy == 1 {
                return line.iter_mut().zip(coarse).for_each(|(x, c)| *x += c);
            }
            let (last, mut pairs) = (coarse[coarse.len() - 1], line.chunks_exact_mut(2));
            for (pair, c) in pairs.by_ref().zip(coarse) {
                pair[0] += c;
                pair[1] += c;
            }
            pairs.into_remainder().iter_mut().for_each(|x| *x += last);
        });
    }
}

/// Calls `at(j, (b − A x)ᵢⱼ)` for every cell of line `i`; `j` counts from 0. Written with differences of
/// x, which lose fewer digits than products with the diagonal.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
fn residual(
    [link_x, link_y]: &[StaggeredArray<f32>; 2],
    b: &StaggeredArray<f32>,
    x: &StaggeredArray<f32>,
    i: usize,
    n: usize,
    mut at: impl FnMut(usize, f32),
) {
    let (west, east) = (inner(x.line(i - 1), n), inner(x.line(i + 1), n));
    let (south, here, north) = (x.shifted(i, 1, -1, n), inner(x.line(i), n), x.shifted(i, 1, 1, n));
    let (x_low, x_high) = (inner(link_x.line(i), n), inner(link_x.line(i + 1), n));
    let (y_low, y_high) = (inner(link_y.line(i), n), link_y.shifted(i, 1, 1, n));
    let b = inner(b.line(i), n);
    for j in 0..n {
        let x = here[j];
        let across = x_low[j] * (west[j] - x) + x_high[j] * (east[j] - x);
        let along = y_low[j] * (south[j] - x) + y_high[j] * (north[j] - x);
        at(j, b[j] + (across + along));
    }
}
