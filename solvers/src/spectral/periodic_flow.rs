//! What problems of periodic flow share.

use super::{Spectral, domain, monitors};
use crate::{Problem, Solver, SolverError};
use data::{Field, Grid, Parameter, State};
use rand_chacha::ChaCha12Rng;

/// A periodic square of fluid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    /// Side L in m, > 0.
    pub length: f64,
    /// Density ρ in kg/m³, > 0.
    pub density: f64,
    /// Kinematic viscosity ν in m²/s, > 0.
    pub kinematic_viscosity: f64,
}

impl Square {
    /// Its parameters for [`Problem::parameters`]: L, ρ, ν.
    pub fn parameters(&self) -> [(Parameter, f64); 3] {
        [
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.kinematic_viscosity),
        ]
    }

    /// The flow without drag and force on `grid`.
    pub fn flow(&self, grid: &Grid) -> Result<Spectral, SolverError> {
        Spectral::new(grid, self.density, self.kinematic_viscosity)
    }
}

/// A problem in a periodic square that [`Spectral`] solves.
///
/// Implementing it implements [`Problem`], with the fields u, v, p, ω.
pub trait PeriodicFlow: Send + Sync {
    /// Whether a force acts: its power is then a monitor.
    const IS_FORCED: bool = false;

    /// Domain and fluid.
    fn square(&self) -> Square;

    /// As [`Problem::parameters`].
    fn parameters(&self) -> Vec<(Parameter, f64)>;

    /// As [`Problem::time_scale`].
    fn time_scale(&self) -> f64;

    /// As [`Problem::homogeneous`].
    fn homogeneous(&self) -> [bool; 3] {
        [false; 3]
    }

    /// The solver on `grid`, with the forces of the problem.
    fn flow(&self, grid: &Grid) -> Result<Spectral, SolverError> {
        self.square().flow(grid)
    }

    /// As [`Problem::initial`].
    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State;

    /// As [`Problem::exact`].
    fn exact(&self, _grid: &Grid, _time: f64) -> Option<State> {
        None
    }
}

impl<P: PeriodicFlow> Problem for P {
    fn fields(&self) -> Vec<Field> {
        domain::fields()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        PeriodicFlow::parameters(self)
    }

    fn monitors(&self) -> Vec<Parameter> {
        monitors(P::IS_FORCED)
    }

    fn time_scale(&self) -> f64 {
        PeriodicFlow::time_scale(self)
    }

    fn homogeneous(&self) -> [bool; 3] {
        PeriodicFlow::homogeneous(self)
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        domain::periodic(cells, [self.square().length; 2])
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.flow(grid)?))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        PeriodicFlow::initial(self, grid, rng)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        PeriodicFlow::exact(self, grid, time)
    }
}
