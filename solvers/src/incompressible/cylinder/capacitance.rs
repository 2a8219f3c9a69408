//! The Poisson equation around a body, by the capacitance matrix method.

use crate::linear::Helmholtz;
use std::ops::Range;

/// A cell with cut or closed faces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutCell {
    /// Its indices along x and y, from 0.
    pub(crate) index: [usize; 2],
    /// The open fractions of its faces: low and high along x, low and high along y.
    pub(crate) fractions: [f64; 4],
}

/// The capacitance matrix of a body: sources in the cut cells that turn the solution on the whole domain into
/// the solution around the body.
///
/// Let B = −∇² on the whole domain, for which there is a fast solver, and A the same operator with fluxes weighted by
/// the open fractions of faces. Their rows differ only in the set S of cut cells. The solution of Aψ = f is that of Bψ
/// = f + q, with q nonzero in S only:
///
/// ```text
/// (A B⁻¹ q)_S = (f − A B⁻¹ f)_S
/// ```
///
/// The inverse of the matrix A B⁻¹ on S is computed once, in O(|S|³). Cells inside the body keep the rows of
/// B; the solution outside does not depend on them.
///
/// Source: Buzbee, Dorr, George & Golub (1971), SIAM J. Numer. Anal. 8, 722.
pub(crate) struct Capacitance {
    /// S, line by line.
    cells: Vec<CutCell>,
    /// The cut cells of line `i` are `lines[i]..lines[i + 1]`.
    lines: Vec<usize>,
    /// 1/dx², 1/dy²
    inverse_squares: [f64; 2],
    /// (A B⁻¹)_S⁻¹, `[row, column]`.
    inverse: Vec<f64>,
    /// (f − A B⁻¹ f)_S
    residual: Vec<f64>,
    /// q
    sources: Vec<f64>,
}

impl Capacitance {
    /// For cut cells in the order of lines, on a grid of `lines` lines; `poisson` solves with B.
    pub(crate) fn new(
        cells: Vec<CutCell>,
        lines: usize,
        spacing: [f64; 2],
        poisson: &mut Helmholtz,
    ) -> Self {
        let n = cells.len();
        let mut capacitance = Self {
            lines: (0..=lines).map(|i| cells.partition_point(|cell| cell.index[0] < i)).collect(),
            inverse_squares: spacing.map(|h| 1.0 / (h * h)),
            inverse: Vec::new(),
            residual: vec![0.0; n],
            sources: vec![0.0; n],
            cells,
        };
        let mut matrix = vec![0.0; n * n];
        for column in 0..n {
            let [at, j] = capacitance.cells[column].index;
            poisson.solve(|i, line| {
                line.fill(0.0);
                if i == at {
                    line[j] = 1.0;
                }
            });
            for (row, cell) in capacitance.cells.iter().enumerate() {
                matrix[row * n + column] = capacitance.apply(cell, poisson);
            }
        }
        capacitance.inverse = inverse(matrix, n);
        capacitance
    }

    /// All cut cells.
    pub(crate) fn cells(&self) -> &[CutCell] {
        &self.cells
    }

    /// The cut cells of line `i`.
    pub(crate) fn line(&self, i: usize) -> &[CutCell] {
        &self.cells[self.lines[i]..self.lines[i + 1]]
    }

    /// The range of lines with cut cells, and one more on either side.
    pub(crate) fn extent(&self) -> Range<usize> {
        let line = |cell: Option<&CutCell>| cell.map_or(1, |cell| cell.index[0]);
        line(self.cells.first()) - 1..line(self.cells.last()) + 2
    }

    /// Aψ of a cut cell, with ψ in `poisson`.
    fn apply(&self, cell: &CutCell, poisson: &Helmholtz) -> f64 {
        let ([i, j], [west, east, south, north], [wx, wy]) =
            (cell.index, cell.fractions, self.inverse_squares);
        let [low, line, high] = [i - 1, i, i + 1].map(|i| poisson.line(i));
        wx * (west * (line[j] - low[j]) + east * (line[j] - high[j]))
            + wy * (south * (line[j] - line[j - 1]) + north * (line[j] - line[j + 1]))
    }

    /// Computes q from f in the cut cells and B⁻¹f in `poisson`.
    pub(crate) fn find_sources(&mut self, poisson: &Helmholtz, f: impl Fn(&CutCell) -> f64) {
        for k in 0..self.cells.len() {
            let cell = &self.cells[k];
            self.residual[k] = f(cell) - self.apply(cell, poisson);
        }
        let rows = self.inverse.chunks_exact(self.residual.len().max(1));
        for (source, row) in self.sources.iter_mut().zip(rows) {
            *source = dot(row, &self.residual);
        }
    }

    /// Adds q to the right-hand side of line `i`.
    pub(crate) fn add_sources(&self, i: usize, values: &mut [f64]) {
        for k in self.lines[i]..self.lines[i + 1] {
            values[self.cells[k].index[1]] += self.sources[k];
        }
    }
}

/// The dot product in lanes, so that it vectorizes; the order of summation is fixed.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>();
    sums.iter().sum::<f64>() + rest
}

/// The inverse of an n × n matrix by Gauss–Jordan elimination with partial pivoting.
fn inverse(mut matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; n * n];
    (0..n).for_each(|k| inverse[k * n + k] = 1.0);
    for k in 0..n {
        let pivot = (k..n)
            .max_by(|&a, &b| matrix[a * n + k].abs().total_cmp(&matrix[b * n + k].abs()))
            .expect("rows are left");
        for part in [&mut matrix, &mut inverse] {
            (0..n).for_each(|column| part.swap(k * n + column, pivot * n + column));
        }
        let scale = 1.0 / matrix[k * n + k];
        for part in [&mut matrix, &mut inverse] {
            part[k * n..][..n].iter_mut().for_each(|x| *x *= scale);
        }
        for row in (0..n).filter(|&row| row != k) {
            let factor = matrix[row * n + k];
            if factor != 0.0 {
                subtract_row(&mut matrix, n, row, k, factor);
                subtract_row(&mut inverse, n, row, k, factor);
            }
        }
    }
    inverse
}

/// `row −= factor · other`
fn subtract_row(matrix: &mut [f64], n: usize, row: usize, other: usize, factor: f64) {
    let (low, high) = matrix.split_at_mut(row.max(other) * n);
    let (row, other) = if row < other {
        (&mut low[row * n..][..n], &high[..n])
    } else {
        (&mut high[..n], &low[other * n..][..n])
    };
    row.iter_mut().zip(other).for_each(|(x, y)| *x -= factor * y);
}
