//! The wavenumbers of a periodic grid.

use crate::SolverError;
use data::Grid;
use std::f64::consts::TAU;

/// Wavenumbers |kx| < π/dx and 0 ≤ ky < π/dy of a periodic grid with an even number of cells.
///
/// Coefficients of real fields at opposite wavenumbers are conjugate, so that half of them suffice. The highest
/// wavenumber of an axis, π/dx, does not determine the phase of a mode and is unused. Lines run along kx in the
/// order of the FFT: 0, 1, …, (unused), …, −2, −1 times 2π/Lx.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    /// Cells along x and y.
    pub(crate) cells: [usize; 2],
    /// Their width in m.
    pub(crate) spacing: [f64; 2],
    /// kx in 1/m along a line; 0 at the unused index.
    pub(crate) kx: Vec<f64>,
    /// ky in 1/m, one per line.
    pub(crate) ky: Vec<f64>,
    /// 1/(kx² + ky²) in m², `[ky, kx]`; 0 at the origin, for fields of zero mean.
    inverse_square: Vec<f64>,
}

/// Fewest cells along an axis.
const LEAST_CELLS: usize = 8;

impl Lattice {
    /// The wavenumbers of a grid.
    ///
    /// Errors: an odd number of cells or fewer than 8, depth, or boundaries that are not periodic.
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
        let spacing = crate::uniform_spacing(grid)?;
        Ok(Self { cells: [nx, ny], spacing, kx, ky, inverse_square })
    }

    /// 1/(kx² + ky²) in m² along a line.
    #[inline]
    pub(crate) fn inverse_square(&self, line: usize) -> &[f64] {
        &self.inverse_square[line * self.kx.len()..][..self.kx.len()]
    }

    /// The integers (kx Lx/2π, ky Ly/2π) at position `i` of a line; `None` at the unused one.
    pub(crate) fn index(&self, line: usize, i: usize) -> Option<[i64; 2]> {
        let [nx, _] = self.cells;
        (i != nx / 2).then(|| [wavenumber(i, nx), line.cast_signed() as i64])
    }
}

/// The integer wavenumber at position `i` of a line of `n`; 0 at the unused one.
fn wavenumber(i: usize, n: usize) -> i64 {
    let (i, n) = (i.cast_signed() as i64, n.cast_signed() as i64);
    match i {
        _ if 2 * i < n => i,
        _ if 2 * i == n => 0,
        _ => i - n,
    }
}

/// Refuses numbers of cells that the method cannot use.
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
