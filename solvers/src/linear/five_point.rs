//! Symmetric five-point systems.

use crate::staggered::{StaggeredArray, inner, inner_mut};

/// The matrix A of a symmetric system in which every unknown couples to its four neighbours.
///
/// ```text
/// (A v)ᵢⱼ = dᵢⱼ vᵢⱼ − xᵢⱼ vᵢ₋₁ⱼ − xᵢ₊₁ⱼ vᵢ₊₁ⱼ − yᵢⱼ vᵢⱼ₋₁ − yᵢⱼ₊₁ vᵢⱼ₊₁
/// ```
///
/// Ghosts of v hold given values beyond the domain. Cells with d = 0 hold no unknown.
#[derive(Debug, Clone)]
pub(crate) struct FivePoint {
    /// Cells along x and y.
    pub(crate) cells: [usize; 2],
    /// x and y: the coupling of a cell to the neighbour on its low side, and of that to the cell.
    pub(crate) links: [StaggeredArray; 2],
    /// d
    pub(crate) diagonal: StaggeredArray,
}

impl FivePoint {
    /// Without couplings.
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let plane = || StaggeredArray::zeros(cells);
        Self { cells, links: [plane(), plane()], diagonal: plane() }
    }

    /// Calls `at(j, (A v)ᵢⱼ)` for every cell of line `i`; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn image(&self, v: &StaggeredArray, i: usize, mut at: impl FnMut(usize, f64)) {
        let n = self.cells[1];
        let [x, y] = &self.links;
        let (west, east) = (inner(v.line(i - 1), n), inner(v.line(i + 1), n));
        let (south, here, north) =
            (v.shifted(i, 1, -1, n), inner(v.line(i), n), v.shifted(i, 1, 1, n));
        let (x_low, x_high) = (inner(x.line(i), n), inner(x.line(i + 1), n));
        let (y_low, y_high) = (inner(y.line(i), n), y.shifted(i, 1, 1, n));
        let diagonal = inner(self.diagonal.line(i), n);
        for j in 0..n {
            let across = x_low[j] * west[j] + x_high[j] * east[j];
            let along = y_low[j] * south[j] + y_high[j] * north[j];
            at(j, diagonal[j] * here[j] - (across + along));
        }
    }
}

/// An approximation of A⁻¹ that is symmetric and positive definite, up to round-off.
pub(crate) trait Preconditioner {
    /// Writes the approximation of A⁻¹ `residual` into `estimate`.
    fn apply(&mut self, residual: &StaggeredArray, estimate: &mut StaggeredArray);
}

/// The Jacobi preconditioner: division by the diagonal.
pub(crate) struct Diagonal<'a>(pub(crate) &'a FivePoint);

impl Preconditioner for Diagonal<'_> {
    fn apply(&mut self, residual: &StaggeredArray, estimate: &mut StaggeredArray) {
        let FivePoint { cells: [_, n], diagonal, .. } = self.0;
        estimate.update(estimate.inner(), |i, line| {
            let values = inner(residual.line(i), *n).iter().zip(inner(diagonal.line(i), *n));
            for (estimate, (r, d)) in inner_mut(line, *n).iter_mut().zip(values) {
                *estimate = r / d;
            }
        });
    }
}
