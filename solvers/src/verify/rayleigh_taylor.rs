//! The Rayleigh–Taylor instability.

use crate::two_phase::{BoundaryCondition, Domain, Fluid, Fluids, Side, TwoPhase};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid, State};
use std::f64::consts::TAU;

/// Heavy over light fluid in a box of width W and height 4W, with an interface perturbed by a wave of wavelength W.
///
/// Atwood number ½, Re = W √(W g)/ν = 256 with the same ν in both fluids, amplitude W/10. Free-slip sides are
/// equivalent to periodic ones for this wave; floor and ceiling are no-slip.
///
/// Source: He, Chen & Zhang (1999), J. Comput. Phys. 152, 642, §4.
pub(super) struct RayleighTaylor {
    solver: TwoPhase,
    state: State,
}

const WIDTH: f64 = 0.25;
const GRAVITY: f64 = 9.81;
const REYNOLDS: f64 = 256.0;

impl RayleighTaylor {
    /// On `cells` cells over the height of 1 m.
    pub(super) fn new(cells: usize) -> Result<Self, SolverError> {
        let axis = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::REST; 2]);
        let grid = Grid::plane(axis(cells / 4, WIDTH), axis(cells, 1.0));
        let slip = || Side::uniform(BoundaryCondition::FreeSlip);
        let domain =
            Domain { sides: [[slip(), slip()], Domain::closed().sides[1].clone()], obstacle: None };
        let kinematic_viscosity = WIDTH * (WIDTH * GRAVITY).sqrt() / REYNOLDS;
        let fluid = |density| Fluid { density, dynamic_viscosity: density * kinematic_viscosity };
        let fluids =
            Fluids { water: fluid(3.0), air: fluid(1.0), gravity: GRAVITY, surface_tension: 0.0 };
        let mut solver = TwoPhase::new(&grid, &domain, fluids)?;
        let h = 1.0 / cells as f64;
        let state = State::from_shape_fn((4, cells / 4, cells, 1), |(channel, i, j, _)| {
            if channel == 3 { heavy(i, j, h) } else { 0.0 }
        });
        solver.load(&state)?;
        Ok(Self { solver, state })
    }

    /// √(W/g) in s, the unit of time.
    pub(super) fn unit() -> f64 {
        (WIDTH / GRAVITY).sqrt()
    }

    /// Advances by `duration` in s; returns the heights of bubble and spike in m.
    pub(super) fn advance(&mut self, duration: f64) -> Result<[f64; 2], SolverError> {
        self.solver.advance(duration)?;
        self.solver.store(&mut self.state);
        let [_, nx, ny, _] = [0, 1, 2, 3].map(|axis| self.state.shape()[axis]);
        let heavy = |i: usize| -> f64 {
            (0..ny).map(|j| self.state[[3, i, j, 0]]).sum::<f64>() / ny as f64
        };
        // The columns at the side and in the middle contain no rolled-up interface.
        Ok([1.0 - heavy(0), 1.0 - 0.5 * (heavy(nx / 2 - 1) + heavy(nx / 2))])
    }
}

/// The part of a cell above the perturbed interface, by quadrature over columns.
fn heavy(i: usize, j: usize, h: f64) -> f64 {
    const COLUMNS: usize = 16;
    let column = |k: usize| {
        let x = (i as f64 + (k as f64 + 0.5) / COLUMNS as f64) * h;
        let surface = 0.5 + 0.1 * WIDTH * (TAU * x / WIDTH).cos();
        (j as f64 + 1.0 - surface / h).clamp(0.0, 1.0)
    };
    (0..COLUMNS).map(column).sum::<f64>() / COLUMNS as f64
}
