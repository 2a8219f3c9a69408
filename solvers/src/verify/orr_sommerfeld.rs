//! Linear stability of laminar channel flow.

use rustfft::num_complex::Complex64 as C64;

/// The least stable mode of U = 1 − y² between the walls y = ±1: v = V(y) exp(iα(x − c t)), V even.
///
/// ```text
/// (U − c)(V″ − α²V) − U″V = (V⁗ − 2α²V″ + α⁴V)/(iα Re),   V = V′ = 0 at y = ±1
/// ```
///
/// V is a sum of (1 − y²)² T₂ₙ(y), which fulfils the conditions at the walls; the equation holds at as many points, and
/// inverse iteration finds the eigenvalue c next to a given one.
pub(super) struct TollmienSchlichting {
    /// α
    pub(super) alpha: f64,
    /// c
    pub(super) speed: C64,
    coefficients: Vec<C64>,
}

/// Functions in the sum. With these, the eigenvalue at Re 7500 has the published digits.
const FUNCTIONS: usize = 40;

impl TollmienSchlichting {
    /// The mode whose c is next to `near`.
    pub(super) fn new(reynolds: f64, alpha: f64, near: C64) -> Self {
        let n = FUNCTIONS;
        let (mut matrix, mut right) = (vec![C64::default(); n * n], vec![C64::default(); n * n]);
        let square = alpha * alpha;
        for i in 0..n {
            let y = (std::f64::consts::PI * (i as f64 + 0.5) / (2.0 * n as f64)).cos();
            for (k, [v, _, v2, _, v4]) in functions(y).into_iter().enumerate() {
                let laplacian = v2 - square * v;
                let viscous = (v4 - 2.0 * square * v2 + square * square * v) / (alpha * reynolds);
                right[i * n + k] = laplacian.into();
                let left = C64::new((1.0 - y * y) * laplacian + 2.0 * v, viscous);
                matrix[i * n + k] = left - near * laplacian;
            }
        }
        let mut coefficients = vec![C64::new(1.0, 0.0); n];
        let mut speed = near;
        // Each iteration reduces the error by the ratio of the distances of `near` from this eigenvalue and the next.
        for _ in 0..5 {
            let times = |row: &[C64]| row.iter().zip(&coefficients).map(|(a, b)| a * b).sum();
            let next = solve(matrix.clone(), right.chunks(n).map(times).collect());
            let largest = (0..n).max_by(|a, b| next[*a].norm().total_cmp(&next[*b].norm()));
            let largest = largest.expect("there are functions");
            speed = near + coefficients[largest] / next[largest];
            coefficients = next.iter().map(|x| x / next[largest]).collect();
        }
        Self { alpha, speed, coefficients }
    }

    /// α Im c
    pub(super) fn growth(&self) -> f64 {
        self.alpha * self.speed.im
    }

    /// The coefficients of u and v at exp(iαx) and a height between −1 and 1: α u = i V′ by continuity.
    pub(super) fn at(&self, y: f64) -> [C64; 2] {
        let mut value = [C64::default(); 2];
        for (a, [v, v1, ..]) in self.coefficients.iter().zip(functions(y)) {
            value[0] += a * C64::new(0.0, v1 / self.alpha);
            value[1] += a * v;
        }
        value
    }
}

/// (1 − y²)² T₂ₙ and its derivatives up to the fourth.
fn functions(y: f64) -> Vec<[f64; 5]> {
    const BINOMIAL: [[f64; 5]; 5] = [
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0, 0.0],
        [1.0, 2.0, 1.0, 0.0, 0.0],
        [1.0, 3.0, 3.0, 1.0, 0.0],
        [1.0, 4.0, 6.0, 4.0, 1.0],
    ];
    let s = y * y;
    let factor = [(1.0 - s) * (1.0 - s), 4.0 * y * (s - 1.0), 12.0 * s - 4.0, 24.0 * y, 24.0];
    let mut out = Vec::with_capacity(FUNCTIONS);
    // Derivatives of T(m − 1) and T(m), from T(m + 1) = 2 y T(m) − T(m − 1) differentiated k times.
    let (mut before, mut now) = ([1.0, 0.0, 0.0, 0.0, 0.0], [y, 1.0, 0.0, 0.0, 0.0]);
    for m in 0..2 * FUNCTIONS {
        if m % 2 == 0 {
            out.push(std::array::from_fn(|k| {
                (0..=k).map(|l| BINOMIAL[k][l] * factor[l] * before[k - l]).sum()
            }));
        }
        let next = std::array::from_fn(|k| {
            let lower = if k == 0 { 0.0 } else { 2.0 * k as f64 * now[k - 1] };
            2.0 * y * now[k] + lower - before[k]
        });
        (before, now) = (now, next);
    }
    out
}

/// The solution of a dense system by elimination with partial pivoting.
fn solve(mut a: Vec<C64>, mut b: Vec<C64>) -> Vec<C64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[i * n + k].norm().total_cmp(&a[j * n + k].norm()));
        let pivot = pivot.expect("there are rows left");
        if pivot != k {
            for j in 0..n {
                a.swap(k * n + j, pivot * n + j);
            }
            b.swap(k, pivot);
        }
        for i in k + 1..n {
            let factor = a[i * n + k] / a[k * n + k];
            for j in k..n {
                let above = a[k * n + j];
                a[i * n + j] -= factor * above;
            }
            let above = b[k];
            b[i] -= factor * above;
        }
    }
    for k in (0..n).rev() {
        let known: C64 = (k + 1..n).map(|j| a[k * n + j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k * n + k];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published: 0.24989154 + 0.00223497i; Malik, Zang & Hussaini (1985), J. Comput. Phys. 61, 64, and others.
    #[test]
    fn the_published_eigenvalue_is_found() {
        let mode = TollmienSchlichting::new(7500.0, 1.0, C64::new(0.25, 0.002));
        assert!(
            (mode.speed - C64::new(0.249_891_54, 0.002_234_97)).norm() < 1e-8,
            "{}",
            mode.speed
        );
        // u and v vanish at the wall.
        assert!(mode.at(1.0).iter().all(|value| value.norm() < 1e-12));
    }
}
