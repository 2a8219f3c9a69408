//! The preconditioned conjugate-gradient method.

use super::five_point::{FivePoint, Preconditioner};
use crate::staggered::{GHOSTS, PARALLEL, StaggeredArray, inner, inner_mut};
use rayon::prelude::*;

/// Preconditioned conjugate gradients for a [`FivePoint`] system, with their workspace.
///
/// With the preconditioner M⁻¹, z = M⁻¹ r, the search direction d and q = A d:
///
/// ```text
/// β = z·(r − r_before)/(z·r)_before,   d ← z + β d,   α = z·r/d·q,   x ← x + α d,   r ← r − α q
/// ```
///
/// This β (Polak–Ribière, "flexible" conjugate gradients) tolerates a preconditioner in single precision,
/// which is not exactly symmetric.
///
/// Source: Golub & Ye (1999), SIAM J. Sci. Comput. 21, 1305, §2.
#[derive(Debug, Clone)]
pub(crate) struct ConjugateGradient {
    /// r
    residual: StaggeredArray,
    /// z
    estimate: StaggeredArray,
    /// d
    direction: StaggeredArray,
    /// q
    image: StaggeredArray,
    /// Partial sums, one per line, which are added in the order of lines for any number of threads.
    sums: Vec<[f64; 2]>,
}

/// The outcome of a solve.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Convergence {
    /// Iterations made.
    pub(crate) iterations: usize,
    /// The largest remaining |r|; NaN if any is.
    pub(crate) residual: f64,
}

/// Limit on the iterations of a solve.
const MAX_ITERATIONS: usize = 500;

impl ConjugateGradient {
    /// The workspace for `cells`.
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let [residual, estimate, direction, image] = [0; 4].map(|_| StaggeredArray::zeros(cells));
        let lines = residual.inner().len();
        Self { residual, estimate, direction, image, sums: vec![[0.0; 2]; lines] }
    }

    /// Iterates from the values in `solution` until every |b − A x| ≤ `tolerance`, or the limit on the
    /// iterations is reached.
    ///
    /// `b(i, line)` writes line `i` of the right-hand side, without ghosts.
    pub(crate) fn solve(
        &mut self,
        system: &FivePoint,
        preconditioner: &mut impl Preconditioner,
        solution: &mut StaggeredArray,
        tolerance: f64,
        b: impl Fn(usize, &mut [f64]) + Sync,
    ) -> Convergence {
        let n = system.cells[1];
        self.residual.update(self.residual.inner(), |i, line| {
            let line = inner_mut(line, n);
            b(i, line);
            system.image(solution, i, |j, value| line[j] -= value);
        });
        let mut solved = Convergence { iterations: 0, residual: self.largest_residual(n) };
        let (mut last, mut step) = (0.0, 0.0);
        while solved.residual > tolerance && solved.iterations < MAX_ITERATIONS {
            preconditioner.apply(&self.residual, &mut self.estimate);
            let [product, along] = self.products(n);
            // r has changed by −α q, so that z·(r − r_before) = −α z·q.
            let beta = if solved.iterations == 0 { 0.0 } else { -step * along / last };
            (last, step) = (product, product / self.update_direction(system, beta));
            self.update_solution(n, solution, step);
            solved.iterations += 1;
            solved.residual = self.largest_residual(n);
        }
        solved
    }

    /// z·r and z·q.
    fn products(&mut self, n: usize) -> [f64; 2] {
        let Self { residual, estimate, image, sums, .. } = self;
        sum(sums, |i| {
            let z = inner(estimate.line(i), n);
            [dot(z, inner(residual.line(i), n)), dot(z, inner(image.line(i), n))]
        })
    }

    /// d ← z + β d and q = A d; returns d·q.
    fn update_direction(&mut self, system: &FivePoint, beta: f64) -> f64 {
        let n = system.cells[1];
        let Self { estimate, direction, image, sums, .. } = self;
        direction.update(direction.inner(), |i, line| {
            for (d, z) in inner_mut(line, n).iter_mut().zip(inner(estimate.line(i), n)) {
                *d = z + beta * *d;
            }
        });
        image.update(image.inner(), |i, line| {
            let line = inner_mut(line, n);
            system.image(direction, i, |j, value| line[j] = value);
        });
        sum(sums, |i| [dot(inner(direction.line(i), n), inner(image.line(i), n)), 0.0])[0]
    }

    /// x ← x + α d and r ← r − α q.
    fn update_solution(&mut self, n: usize, solution: &mut StaggeredArray, step: f64) {
        let Self { residual, direction, image, .. } = self;
        solution.update_pair(residual, |i, x, r| {
            let (x, r) = (inner_mut(x, n), inner_mut(r, n));
            let (d, q) = (inner(direction.line(i), n), inner(image.line(i), n));
            for j in 0..n {
                x[j] += step * d[j];
                r[j] -= step * q[j];
            }
        });
    }

    /// The largest |r|; NaN if any is.
    fn largest_residual(&self, n: usize) -> f64 {
        let lines = self.residual.inner().map(|i| largest(inner(self.residual.line(i), n)));
        lines.fold(0.0, |most, value| if value > most || value.is_nan() { value } else { most })
    }
}

/// The largest magnitude, NaN if any value is; in lanes, so that it vectorizes.
#[inline]
fn largest(values: &[f64]) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let (chunks, mut most) = (values.chunks_exact(LANES), 0.0_f64);
    let more = |most: f64, value: f64| {
        if value.abs() > most || value.is_nan() { value.abs() } else { most }
    };
    for value in chunks.remainder() {
        most = more(most, *value);
    }
    for chunk in chunks {
        for k in 0..LANES {
            lanes[k] = more(lanes[k], chunk[k]);
        }
    }
    lanes.into_iter().fold(most, more)
}

/// Values per vector operation.
const LANES: usize = 8;

/// The sum of `of_line` over all lines, in the order of lines.
fn sum(sums: &mut [[f64; 2]], of_line: impl Fn(usize) -> [f64; 2] + Sync) -> [f64; 2] {
    // The square of the number of lines estimates the number of cells.
    if sums.len() * sums.len() >= PARALLEL {
        sums.par_iter_mut().enumerate().for_each(|(i, sum)| *sum = of_line(GHOSTS + i));
    } else {
        sums.iter_mut().enumerate().for_each(|(i, sum)| *sum = of_line(GHOSTS + i));
    }
    sums.iter().fold([0.0; 2], |[a, b], [x, y]| [a + x, b + y])
}

/// Σ ab; in lanes, so that it vectorizes.
#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for k in 0..LANES {
            lanes[k] += a[k] * b[k];
        }
    }
    lanes.iter().fold(rest, |sum, lane| sum + lane)
}
