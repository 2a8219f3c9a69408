//! What is solved, and by what.

use crate::{SolverError, Stopwatch};
use data::{Field, Grid, Parameter, State};
use rand_chacha::ChaCha12Rng;

/// The equations with their parameters fixed: *what* is solved.
pub trait Problem: Send + Sync {
    /// The saved quantities, in channel order.
    fn fields(&self) -> Vec<Field>;

    /// The numbers the flow depends on, with their values: what operators are conditioned on.
    fn parameters(&self) -> Vec<(Parameter, f64)>;

    /// What the solver tells of the whole flow at every saved time besides its fields, such as drag and lift.
    fn monitors(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// The flow's own unit of time in s, such as L/U.
    fn time_scale(&self) -> f64;

    /// The domain cut into `cells` along x, y, z; boundaries belong to the problem.
    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError>;

    /// A numerical method bound to `grid`.
    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError>;

    /// Cell averages at time 0. A seeded sample is the same flow on every grid.
    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State;

    /// The exact cell averages at `time`, where they are known; the order contract uses them.
    fn exact(&self, _grid: &Grid, _time: f64) -> Option<State> {
        None
    }
}

/// A numerical method bound to one grid, with a flow inside: *how* it is solved.
pub trait Solver: Send {
    /// Starts anew from cell averages `[channel, x, y, z]`.
    fn load(&mut self, state: &State) -> Result<(), SolverError>;

    /// Advances by exactly `interval` s, in as many stable steps as that takes.
    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError>;

    /// Writes the cell averages `[channel, x, y, z]` of now.
    fn store(&self, state: &mut State);

    /// Writes the values of [`Problem::monitors`] of now, in their order.
    fn monitor(&self, _values: &mut [f64]) {}

    /// What its time was spent on since it was made.
    fn stopwatch(&self) -> &Stopwatch;

    /// Formal order of accuracy on smooth solutions; the order contract measures it.
    fn order(&self) -> u32;
}

/// What an advance took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Steps taken.
    pub steps: usize,
    /// The largest |∇·u| h / U after any projection; 0 for methods without one.
    pub divergence: f64,
}
