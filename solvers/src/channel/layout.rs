//! Wavenumbers along the walls, and where coefficients lie in memory.

use super::lanes::{LANES, Lanes, Mode};
use crate::SolverError;
use data::Grid;
use std::f64::consts::TAU;

/// Wavenumbers |kx| < π/dx and 0 ≤ kz < π/dz of planes parallel to the walls.
///
/// Coefficients of real fields at opposite wavenumbers are conjugate, so that half of them suffice. The highest
/// wavenumber of an axis, π/dx, does not determine the phase of a mode: its coefficients are 0.
///
/// Coefficients of one kz and eight neighbouring kx form a *column* across the channel. Columns are ordered by kz, then
/// by kx in the order of the FFT: 0, 1, …, (unused), …, −2, −1 times 2π/Lx, filled up with zeros to a multiple of eight.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Cells along x and z, even.
    pub(super) cells: [usize; 2],
    /// Their widths in m.
    pub(super) spacing: [f64; 2],
    /// Columns of each kz.
    pub(super) columns: usize,
    /// kx in 1/m, by column and lane; 0 at unused places.
    pub(super) kx: Vec<Lanes>,
    /// kz in 1/m.
    pub(super) kz: Vec<f64>,
}

/// Fewest cells along an axis.
const LEAST_CELLS: usize = 8;

impl Layout {
    /// The wavenumbers of a grid that is periodic along x and z.
    pub(super) fn new(grid: &Grid) -> Result<Self, SolverError> {
        check_cells(grid.cells())?;
        let spacing = |axis: usize| {
            let ends = &grid.axes[axis];
            if !ends.is_periodic() {
                return Err(SolverError::Boundaries { axis, found: ends.boundaries });
            }
            ends.uniform_spacing().ok_or(SolverError::Stretched { axis })
        };
        let (spacing, [nx, _, nz]) = ([spacing(0)?, spacing(2)?], grid.cells());
        let columns = nx.div_ceil(LANES);
        let step = |axis: usize| TAU / grid.axes[axis].length();
        let lane = |i: usize| step(0) * wavenumber(i, nx) as f64;
        let kx = |column: usize| Lanes(std::array::from_fn(|l| lane(column * LANES + l)));
        Ok(Self {
            cells: [nx, nz],
            spacing,
            columns,
            kx: (0..columns).map(kx).collect(),
            kz: (0..nz / 2).map(|k| step(2) * k as f64).collect(),
        })
    }

    /// The number of columns of all kz.
    pub(super) fn len(&self) -> usize {
        self.kz.len() * self.columns
    }

    /// The number of opposite wavenumbers that a mode of a column stands for in sums over all: with kz = 0, both are held.
    pub(super) fn weight(&self, column: usize) -> f64 {
        if column < self.columns { 1.0 } else { 2.0 }
    }

    /// kx² + kz² of a column, by lane.
    #[inline(always)]
    pub(super) fn square(&self, line: usize, column: usize) -> Lanes {
        let (kx, kz) = (self.kx[column], self.kz[line]);
        kx * kx + Lanes::splat(kz * kz)
    }

    /// Column and lane of the integers (kx Lx/2π ≥ 0, kz Lz/2π), if the grid has them.
    pub(super) fn place(&self, index: [i64; 2]) -> Option<(usize, usize)> {
        let [nx, nz] = self.cells.map(|n| n.cast_signed() as i64);
        let is_held = 2 * index[0].abs() < nx && (0..nz / 2).contains(&index[1]);
        let i = index[0].rem_euclid(nx) as usize;
        is_held.then(|| (index[1] as usize * self.columns + i / LANES, i % LANES))
    }

    /// The integers (kx Lx/2π, kz Lz/2π) of a line and a place along kx; `None` at unused places.
    pub(super) fn index(&self, line: usize, i: usize) -> Option<[i64; 2]> {
        let [nx, _] = self.cells;
        let is_held = i < nx && 2 * i != nx;
        is_held.then(|| [wavenumber(i, nx), line.cast_signed() as i64])
    }
}

/// The integer wavenumber at place `i` of a line of `n`; 0 at unused places.
fn wavenumber(i: usize, n: usize) -> i64 {
    let (i, n) = (i.cast_signed() as i64, n.cast_signed() as i64);
    match i {
        _ if 2 * i < n => i,
        _ if 2 * i == n || i >= n => 0,
        _ => i - n,
    }
}

/// Refuses numbers of cells that the method cannot use.
pub(crate) fn check_cells(cells: [usize; 3]) -> Result<(), SolverError> {
    for axis in [0, 2] {
        let count = cells[axis];
        if count < LEAST_CELLS || !count.is_multiple_of(2) {
            let expected = "the channel's Fourier method needs an even number, at least 8";
            return Err(SolverError::Grid { axis, cells: count, expected });
        }
    }
    if cells[1] < LEAST_CELLS {
        let expected = "the channel needs at least 8 between its walls";
        return Err(SolverError::Grid { axis: 1, cells: cells[1], expected });
    }
    Ok(())
}

/// The coefficients at one height of one column: u, w, p at the centre of a cell, v at its lower face.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    /// Velocity along x in m/s.
    pub(super) u: Mode,
    /// Velocity along y in m/s.
    pub(super) v: Mode,
    /// Velocity along z in m/s.
    pub(super) w: Mode,
    /// Kinematic pressure in m²/s², plus the square of u: see [`super::advection`].
    pub(super) p: Mode,
}
