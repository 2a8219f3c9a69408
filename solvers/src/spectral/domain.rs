//! Fields, grid and initial state that the problems of this method share.

use super::Spectral;
use super::lattice::check_cells;
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, State};

/// The saved fields: u, v, p, ω.
pub(crate) fn fields() -> Vec<Field> {
    vec![
        Field::vector("velocity", &["u", "v"], "m/s"),
        Field::scalar("pressure", "p", "Pa"),
        Field::scalar("vorticity", "ω", "1/s"),
    ]
}

/// A periodic domain of `cells` with sides `lengths` in m from the origin.
///
/// Errors: numbers of cells that the method cannot use.
pub(crate) fn periodic(cells: [usize; 3], lengths: [f64; 2]) -> Result<Grid, SolverError> {
    check_cells(cells)?;
    let axis =
        |axis: usize| Axis::uniform(cells[axis], 0.0, lengths[axis], [Boundary::Periodic; 2]);
    Ok(Grid::plane(axis(0), axis(1)))
}

/// Cell averages of a flow with zero mean velocity and the given vorticity, on a grid made by [`periodic`];
/// `vorticity` is that of [`Spectral::start`].
pub(crate) fn start(grid: &Grid, density: f64, vorticity: impl Fn([i64; 2]) -> [f64; 2]) -> State {
    // The initial state does not depend on the viscosity.
    let mut flow =
        Spectral::new(grid, density, 1.0).expect("the grid was checked when it was made");
    flow.start([0.0; 2], vorticity);
    let [nx, ny, nz] = grid.cells();
    let mut state = State::zeros((super::solver::CHANNELS, nx, ny, nz));
    flow.store(&mut state);
    state
}
