//! Problems, and the solvers that compute them.

use crate::{SolverError, Stopwatch};
use data::{Field, Grid, Parameter, State, Stop};
use rand_chacha::ChaCha12Rng;

/// Equations with fixed parameters: *what* is solved.
pub trait Problem: Send + Sync {
    /// The saved fields, in the order of channels.
    fn fields(&self) -> Vec<Field>;

    /// The parameters of the flow with their values, on which operators are conditioned.
    fn parameters(&self) -> Vec<(Parameter, f64)>;

    /// Scalars of the whole flow that are saved besides the fields, such as drag and lift.
    fn monitors(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The characteristic time of the flow in s, such as L/U.
    fn time_scale(&self) -> f64;

    /// The numbers of space dimensions of the grids that the problem accepts: 2 for one cell along z, 3 for
    /// more.
    fn dimensions(&self) -> &'static [usize] {
        &[2]
    }

    /// The axes x, y, z along which the statistics of the flow do not vary: the flow is averaged along them. A flow without
    /// any, or whose statistics are of no interest, has no climate, and is judged state by state only.
    fn homogeneous(&self) -> [bool; 3] {
        [false; 3]
    }

    /// Whether [`Solver::load`] of a state that [`Solver::store`] wrote gives the solver's state back to round-off, so
    /// that a computation can be continued from it.
    fn is_continued_exactly(&self) -> bool {
        false
    }

    /// The domain with its boundaries, divided into `cells` along x, y, z.
    ///
    /// Errors: too few cells, or a number of dimensions that the problem does not have.
    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError>;

    /// A numerical method for `grid`.
    ///
    /// Errors: a grid that the method cannot use.
    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError>;

    /// Cell averages at time 0. With equal random numbers the flow is the same on every grid.
    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State;

    /// The exact cell averages at `time` in s, if known. The contract test of the order uses them.
    fn exact(&self, _grid: &Grid, _time: f64) -> Option<State> {
        None
    }
}

/// A numerical method for one grid, with its current state: *how* a problem is solved.
pub trait Solver: Send {
    /// Sets the state to cell averages `[channel, x, y, z]`, at time 0.
    ///
    /// Errors: a state of another shape, or one that is not finite.
    fn load(&mut self, state: &State) -> Result<(), SolverError>;

    /// Gives it the request to stop, at which [`Solver::advance`] looks before every step.
    fn stop_on(&mut self, stop: &Stop);

    /// Advances by exactly `interval` s, in as many stable steps as that takes.
    ///
    /// Errors: a blow-up, steps too small to reach the end, or [`SolverError::Stopped`].
    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError>;

    /// Writes the current cell averages `[channel, x, y, z]`.
    fn store(&self, state: &mut State);

    /// Writes the current values of [`Problem::monitors`], in their order.
    fn monitor(&self, _values: &mut [f64]) {}

    /// The wall time spent on each part of the work since the solver was made.
    fn stopwatch(&self) -> &Stopwatch;

    /// Formal order of accuracy for smooth solutions. A contract test measures it.
    fn order(&self) -> u32;
}

/// The cost and accuracy of an advance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Steps taken.
    pub steps: usize,
    /// The largest |∇·u| over the largest |u|/dx + |v|/dy after any projection; 0 for methods without one.
    pub divergence: f64,
}
