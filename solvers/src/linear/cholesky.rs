//! Dense Cholesky factorization.

/// A dense symmetric positive semidefinite system, factored as L D Lᵀ.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cholesky {
    unknowns: usize,
    /// `[row, column]`, of which the lower triangle is used: D on the diagonal, L below it.
    values: Vec<f64>,
}

/// A pivot below this part of its diagonal entry counts as round-off of zero. Its unknown is set to zero:
/// the system is singular, and the others determine it up to the kernel.
const SINGULAR: f64 = 1e-10;

impl Cholesky {
    /// A system of `unknowns`, to be factored.
    pub(crate) fn new(unknowns: usize) -> Self {
        Self { unknowns, values: vec![0.0; unknowns * unknowns] }
    }

    /// Factors the matrix with entries `entry(row, column)`, called for column ≤ row.
    pub(crate) fn factor(&mut self, entry: impl Fn(usize, usize) -> f64) {
        let n = self.unknowns;
        for row in 0..n {
            for column in 0..=row {
                let (above, rest) = self.values.split_at_mut(row * n);
                let mut value = entry(row, column);
                for k in 0..column {
                    let other = if column == row { rest[k] } else { above[column * n + k] };
                    let pivot = above[k * n + k];
                    value -= rest[k] * other * pivot;
                }
                rest[column] = if column == row {
                    if value > SINGULAR * entry(row, row) { value } else { 0.0 }
                } else {
                    let pivot = above[column * n + column];
                    if pivot > 0.0 { value / pivot } else { 0.0 }
                };
            }
        }
    }

    /// Replaces the right-hand side in `values` by the solution.
    pub(crate) fn solve(&self, values: &mut [f64]) {
        let n = self.unknowns;
        for row in 0..n {
            let lower = &self.values[row * n..][..row];
            let sum: f64 = lower.iter().zip(&*values).map(|(l, v)| l * v).sum();
            values[row] -= sum;
        }
        for (row, value) in values.iter_mut().enumerate() {
            let pivot = self.values[row * n + row];
            *value = if pivot > 0.0 { *value / pivot } else { 0.0 };
        }
        for row in (0..n).rev() {
            let (before, rest) = values.split_at_mut(row);
            let lower = &self.values[row * n..][..row];
            before.iter_mut().zip(lower).for_each(|(v, l)| *v -= l * rest[0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_and_singular_systems_are_solved() {
        // Second differences of five values with two Dirichlet ends, then with two Neumann ends.
        for (ends, mean) in [(2.0, None), (1.0, Some(0.0))] {
            let entry = |i: usize, j: usize| match i - j {
                0 if i == 0 || i == 4 => ends,
                0 => 2.0,
                1 => -1.0,
                _ => 0.0,
            };
            let at = |i: usize, j: usize| entry(i.max(j), i.min(j));
            let mut b = [3.0, -1.0, 0.5, 2.0, -4.5];
            let wanted = b;
            assert!(mean.is_none_or(|mean| b.iter().sum::<f64>() == mean));
            let mut system = Cholesky::new(5);
            system.factor(entry);
            system.solve(&mut b);
            for i in 0..5 {
                let image: f64 = (0..5).map(|j| at(i, j) * b[j]).sum();
                assert!((image - wanted[i]).abs() < 1e-13, "{image} for {}", wanted[i]);
            }
        }
    }
}
