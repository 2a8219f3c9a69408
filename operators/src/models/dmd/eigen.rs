//! Eigenvalues of small symmetric matrices.

use ndarray::{Array1, Array2, Axis};

/// The largest number of sweeps. Convergence is quadratic and needs far fewer.
const SWEEPS: usize = 40;

/// The eigenvalues of a symmetric matrix in descending order, and its eigenvectors as rows.
///
/// The cyclic Jacobi method. It is slow for large matrices, but as accurate as rounding allows.
/// Source: Golub & Van Loan (2013), Matrix Computations, 4th ed., §8.5.
pub(super) fn symmetric_eigen(matrix: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let n = matrix.nrows();
    let (mut a, mut vectors) = (matrix.clone(), Array2::eye(n));
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut a, &mut vectors, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[[j, j]].total_cmp(&a[[i, i]]));
    (order.iter().map(|&i| a[[i, i]]).collect(), vectors.select(Axis(0), &order))
}

/// Sets `a_pq` to 0 by a rotation, unless it is within rounding of 0; returns whether it did.
fn rotate(a: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) -> bool {
    if a[[p, q]].abs() <= f64::EPSILON * (a[[p, p]] * a[[q, q]]).abs().sqrt() {
        return false;
    }
    let tau = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
    let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
    let (c, s) = (1.0 / t.hypot(1.0), t / t.hypot(1.0));
    let rotated = |x: f64, y: f64| (c * x - s * y, s * x + c * y);
    for k in 0..a.nrows() {
        (a[[k, p]], a[[k, q]]) = rotated(a[[k, p]], a[[k, q]]);
    }
    for k in 0..a.nrows() {
        (a[[p, k]], a[[q, k]]) = rotated(a[[p, k]], a[[q, k]]);
        (vectors[[p, k]], vectors[[q, k]]) = rotated(vectors[[p, k]], vectors[[q, k]]);
    }
    true
}
