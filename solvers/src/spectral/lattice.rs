//! The wavenumbers of a periodic grid.

use crate::SolverError;
use data::Grid;
use std::f64::consts::TAU;

/// Wavenumbers |kx| < π/dx and 0 ≤ ky < π/dy of a periodic grid with an even number of cells.
///
/// Real fields have conjugate values at opposite wavenumbers, so that half of them suffice. The
/// highest one of an axis, π/dx, cannot tell the sine from its negative and is left out. Lines run
/// along kx in the order of fast transforms: 0, 1, …, (unused), …, −2, −1 times 2π/Lx.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    /// Cells along x and y.
    pub(crate) cells: [usize; 2],
    /// Their size in m.
    pub(crate) spacing: [f64; 2],
    /// kx in 1/m, in the order of a line; 0 in the unused place.
    pub(crate) kx: Vec<f64>,
    /// ky in 1/m, one a line.
    pub(crate) ky: Vec<f64>,
    /// 1/(kx² + ky²) in m², `[ky, kx]`; 0 at the origin, for what has no mean.
    inverse_square: Vec<f64>,
}

/// Fewest cells along an axis.
const LEAST_CELLS: usize = 8;

impl Lattice {
    /// Reads a grid; refuses odd or few cells, depth, and ends that do not repeat.
    pub(crate) fn new(grid: &Grid) -> Result<Self, SolverError> {
        check_cells(grid.cells())?;
        for (axis, ends) in grid.axes[..2].iter().enumerate() {
            if !ends.is_periodic() {
                return Err(SolverError::Boundaries { axis, found: ends.boundaries });
            }
        }
        let [nx, ny, _] = grid.cells();
        let lengths = [grid.axes[0].length(), grid.axes[1].length()];
        let kx: Vec<f64> = (0..nx).map(|i| TAU / lengths[0] * wavenumber(i, nx) as f64).collect();
        let ky: Vec<f64> = (0..ny / 2).map(|j| TAU / lengths[1] * j as f64).collect();
        let square = ky.iter().flat_map(|ky| kx.iter().map(move |kx| kx * kx + ky * ky));
        let inverse_square = square.map(|k| if k > 0.0 { 1.0 / k } else { 0.0 }).collect();
        let spacing = [grid.axes[0].spacing(), grid.axes[1].spacing()];
        Ok(Self { cells: [nx, ny], spacing, kx, ky, inverse_square })
    }

    /// 1/(kx² + ky²) along a line.
    #[inline]
    pub(crate) fn inverse_square(&self, line: usize) -> &[f64] {
        &self.inverse_square[line * self.kx.len()..][..self.kx.len()]
    }

    /// Whole numbers (kx Lx/2π, ky Ly/2π) at a place of a line; none in the unused place.
    pub(crate) fn index(&self, line: usize, place: usize) -> Option<[i64; 2]> {
        let [nx, _] = self.cells;
        (place != nx / 2).then(|| [wavenumber(place, nx), line.cast_signed() as i64])
    }
}

/// The whole number at a place of a line of `n`; 0 in the unused place.
fn wavenumber(place: usize, n: usize) -> i64 {
    let (place, n) = (place.cast_signed() as i64, n.cast_signed() as i64);
    match place {
        _ if 2 * place < n => place,
        _ if 2 * place == n => 0,
        _ => place - n,
    }
}

/// Refuses cells that the method cannot have.
pub(crate) fn check_cells(cells: [usize; 3]) -> Result<(), SolverError> {
    for axis in 0..2 {
        let count = cells[axis];
        if count < LEAST_CELLS || !count.is_multiple_of(2) {
            let expected = "the spectral method needs an even number, at least 8";
            return Err(SolverError::Grid { axis, cells: count, expected });
        }
    }
    if cells[2] != 1 {
        return Err(SolverError::Grid { axis: 2, cells: cells[2], expected: "plane flow has 1" });
    }
    Ok(())
}
