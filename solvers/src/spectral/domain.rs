//! What all problems of this method share.

use super::Spectral;
use super::lattice::check_cells;
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, State};

/// What is saved: u, v, p, ω.
pub(crate) fn fields() -> Vec<Field> {
    vec![
        Field::vector("velocity", &["u", "v"], "m/s"),
        Field::scalar("pressure", "p", "Pa"),
        Field::scalar("vorticity", "ω", "1/s"),
    ]
}

/// A periodic box of `cells` with sides `lengths` in m from the origin.
pub(crate) fn periodic(cells: [usize; 3], lengths: [f64; 2]) -> Result<Grid, SolverError> {
    check_cells(cells)?;
    let axis =
        |axis: usize| Axis::uniform(cells[axis], 0.0, lengths[axis], [Boundary::Periodic; 2]);
    Ok(Grid::plane(axis(0), axis(1)))
}

/// Cell averages of a flow without wind, of the vorticity that [`Spectral::start`] takes, on a grid
/// made by [`periodic`].
pub(crate) fn start(grid: &Grid, density: f64, vorticity: impl Fn([i64; 2]) -> [f64; 2]) -> State {
    // A start does not depend on the viscosity.
    let mut flow =
        Spectral::new(grid, density, 1.0).expect("the grid was checked when it was made");
    flow.start([0.0; 2], vorticity);
    let [nx, ny, nz] = grid.cells();
    let mut state = State::zeros((super::solver::CHANNELS, nx, ny, nz));
    flow.store(&mut state);
    state
}
