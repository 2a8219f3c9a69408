//! A two-phase problem made definite.

use super::{Domain, Fluids, TwoPhase};
use crate::SolverError;
use data::{Grid, State};

/// Domain, fluids and initial condition of a two-phase problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The domain with its boundary conditions.
    pub domain: Domain,
    /// The two fluids.
    pub fluids: Fluids,
    /// The box that water fills at time 0: its low and high end along x, then along y, in m.
    pub water: [[f64; 2]; 2],
    /// Velocity of both fluids at time 0 in m/s, before it is projected onto the boundary conditions.
    pub velocity: [f64; 2],
}

impl Setup {
    /// The solver on `grid`.
    pub fn solver(&self, grid: &Grid) -> Result<TwoPhase, SolverError> {
        TwoPhase::new(grid, &self.domain, self.fluids)
    }

    /// Cell averages at time 0 on a grid that the solver accepts.
    pub fn initial(&self, grid: &Grid) -> State {
        let mut solver = self.solver(grid).expect("a problem's own grid suits its solver");
        solver.fill(self.water, self.velocity)
    }
}
