//! Taylor–Green vortices on the staggered grid.

use crate::incompressible::Incompressible;
use crate::problems::TaylorGreen;
use crate::{Problem, Solver, SolverError, spectral};
use data::{Field, Grid, Parameter, State};
use ndarray::s;
use rand_chacha::ChaCha12Rng;

/// [`TaylorGreen`] solved by [`Incompressible`], to measure its order in a periodic domain. Channels are u, v, p.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Staggered(pub TaylorGreen);

fn without_vorticity(state: &State) -> State {
    state.slice(s![..3, .., .., ..]).to_owned()
}

impl Problem for Staggered {
    fn fields(&self) -> Vec<Field> {
        self.0.fields().into_iter().filter(|field| field.name != "vorticity").collect()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        self.0.parameters()
    }

    fn time_scale(&self) -> f64 {
        self.0.time_scale()
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        self.0.grid(cells)
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        let viscosity = spectral::PeriodicFlow::square(&self.0).kinematic_viscosity;
        Ok(Box::new(Incompressible::new(grid, self.0.density, viscosity)?))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        without_vorticity(&self.0.initial(grid, rng))
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        self.0.exact(grid, time).map(|state| without_vorticity(&state))
    }
}
