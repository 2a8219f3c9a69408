//! The solver of incompressible flow on a staggered grid.

use super::cylinder::{Disk, traction};
use super::flow::{Diagnostics, Flow, Forcing};
use super::sbdf2::Sbdf2;
use super::ssprk3::SspRk3;
use crate::staggered::{
    GHOSTS, Mesh, Sides, StaggeredArray, Velocity, load_pressure, load_velocity, store_pressure,
    store_velocity,
};
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Grid, State, Stop};

/// Incompressible flow of constant density and viscosity, plane or axisymmetric, on a uniform grid.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + ν ∇²u + f,   ∇·u = 0
/// ```
///
/// Boundary conditions along either axis: periodic, or no-slip walls that may slide. Along x also inflow and
/// outflow; along y also free-slip walls, or the axis and the wall of a pipe.
///
/// Staggered finite volumes with central differences, of second order in space, and direct Poisson solves. Two
/// integrators are available: explicit [`SspRk3`] of third order, and [`Sbdf2`] of second order with implicit
/// diffusion. An interval is advanced with the current integrator unless the stable step of the other is [`SWITCH`]
/// times longer. Flow past a cylinder is always advanced with [`SspRk3`].
///
/// Channels: u, v in m/s, p in Pa. The mean of p is zero over the domain, or over the outlet if there is one.
/// p is computed from the velocity at the saved time.
pub struct Incompressible {
    flow: Flow,
    /// p/ρ at the current time.
    pressure: StaggeredArray,
    /// The force on the cylinder per depth in N/m at the current time.
    force: [f64; 2],
    density: f64,
    explicit: SspRk3,
    implicit: Sbdf2,
    is_implicit: bool,
    diagnostics: Diagnostics,
    /// Time in s since `load`.
    time: f64,
    /// Steps since `load`.
    steps: usize,
    stop: Stop,
}

/// Fewest cells along an axis.
const LEAST_CELLS: usize = 4;
/// Switches to the other integrator where its stable step is longer by this factor; a switch costs a
/// restart of the multistep method.
const SWITCH: f64 = 1.5;

impl Incompressible {
    /// A flow at rest of `density` ρ in kg/m³ and kinematic viscosity `nu` ν in m²/s, both > 0.
    ///
    /// Errors: a grid with fewer than 4 cells along x or y, with more than one along z, with a stretched axis, or with
    /// boundaries other than the above.
    pub fn new(grid: &Grid, density: f64, nu: f64) -> Result<Self, SolverError> {
        let mesh = Mesh::new(grid, LEAST_CELLS)?;
        let flow = Flow::new(mesh, nu);
        let diagnostics = flow.diagnose();
        Ok(Self {
            pressure: StaggeredArray::zeros(mesh.cells),
            force: [0.0; 2],
            density,
            explicit: SspRk3::new(mesh.cells),
            implicit: Sbdf2::new(&flow),
            is_implicit: false,
            diagnostics,
            time: 0.0,
            steps: 0,
            stop: Stop::default(),
            flow,
        })
    }

    /// Adds a body force.
    #[must_use]
    pub fn with_forcing(mut self, forcing: Forcing) -> Self {
        self.flow.forcing = Some(forcing);
        self
    }

    /// Sets the inlet velocity to `inflow(y)` in m/s, y in m from the low corner. No effect unless x is open.
    #[must_use]
    pub fn with_inflow(mut self, inflow: impl Fn(f64) -> f64) -> Self {
        self.flow.set_inflow(&inflow);
        self
    }

    /// Replaces the boundaries along y by free-slip walls.
    #[must_use]
    pub fn with_free_slip_walls(mut self) -> Self {
        self.flow.mesh.sides[1] = Sides::Slip;
        self.implicit = Sbdf2::new(&self.flow);
        self
    }

    /// Adds a cylinder at rest with a no-slip surface.
    ///
    /// Errors: a pipe, or fewer than 3 cells between the cylinder and an end of the domain.
    pub fn with_cylinder(mut self, disk: Disk) -> Result<Self, SolverError> {
        self.flow.add_cylinder(disk)?;
        Ok(self)
    }

    /// The force on the cylinder per depth in N/m at the current time, from the momentum balance.
    pub fn force(&self) -> [f64; 2] {
        self.force
    }

    /// The force on the cylinder `disk` per depth in N/m, from pressure and viscous stress on its surface.
    pub(crate) fn traction(&self, disk: Disk) -> [f64; 2] {
        let Flow { mesh, velocity, nu, .. } = &self.flow;
        let force = traction(disk, mesh.spacing, velocity, &self.pressure, *nu);
        force.map(|force| self.density * force)
    }

    /// p in Pa of cell (i, j), counted from 0, at the current time.
    pub fn pressure(&self, [i, j]: [usize; 2]) -> f64 {
        self.density * self.pressure.line(GHOSTS + i)[GHOSTS + j]
    }

    /// Chooses the integrator of an interval.
    fn choose_integrator(&mut self) {
        if self.flow.body.is_some() {
            return; // implicit diffusion has no direct solver around a body
        }
        let explicit = SspRk3::stable_step(&self.flow, self.diagnostics);
        let implicit = Sbdf2::stable_step(self.diagnostics);
        let wanted = if self.is_implicit {
            SWITCH * implicit > explicit
        } else {
            implicit > SWITCH * explicit
        };
        if wanted != self.is_implicit {
            self.is_implicit = wanted;
            self.implicit.restart(&self.flow, &self.pressure);
        }
    }

    fn check_shape(&self, state: &State) -> Result<(), SolverError> {
        let [nx, ny] = self.flow.mesh.cells;
        let expected = vec![3, nx, ny, 1];
        if state.shape() == expected {
            return Ok(());
        }
        Err(SolverError::Shape { found: state.shape().into(), expected })
    }
}

impl TimeStepper for Incompressible {
    fn limit(&mut self, _time: f64) -> StepLimit {
        if self.is_implicit {
            let stable = Sbdf2::stable_step(self.diagnostics);
            StepLimit { stable, growth: self.implicit.growth_limit(stable) }
        } else {
            StepLimit::stable(SspRk3::stable_step(&self.flow, self.diagnostics))
        }
    }

    fn step(&mut self, time: f64, dt: f64) {
        if self.is_implicit {
            self.implicit.step(&mut self.flow, time, dt);
        } else {
            self.explicit.step(&mut self.flow, time, dt);
        }
        self.steps += 1;
        self.diagnostics = self.flow.diagnose();
        self.flow.stopwatch.lap(Work::Rest);
    }

    fn stop(&self) -> &Stop {
        &self.stop
    }

    fn steps(&self) -> usize {
        self.steps
    }

    /// The projection is global: one non-finite value makes all values non-finite.
    fn is_finite(&self) -> bool {
        self.flow.velocity.u.line(GHOSTS + 1)[GHOSTS].is_finite()
    }

    fn fastest_before(&mut self, _time: f64) -> (f64, [usize; 2]) {
        let previous =
            if self.is_implicit { self.implicit.previous() } else { self.explicit.previous() };
        previous.fastest()
    }

    fn divergence(&self) -> f64 {
        self.diagnostics.divergence
    }
}

impl Solver for Incompressible {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        self.flow.stopwatch.start();
        self.check_shape(state)?;
        let mesh = self.flow.mesh;
        let mut velocity = Velocity::zeros(mesh.cells);
        load_velocity(state, &mesh, &mut velocity);
        self.flow.apply_boundaries(&mut velocity);
        // The potential of this projection is no pressure: no time has passed.
        self.flow.project(&mut velocity, f64::INFINITY);
        self.flow.velocity = velocity;
        load_pressure(state, self.density, &mesh, &mut self.pressure);
        self.implicit.restart(&self.flow, &self.pressure);
        (self.time, self.steps) = (0.0, 0);
        check_finite(self, 0.0)?;
        self.diagnostics = self.flow.diagnose();
        Ok(())
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.flow.stopwatch.start();
        self.choose_integrator();
        let before = self.diagnostics.divergence;
        let progress = march(self, self.time, interval)?;
        self.time += interval;
        let workspace = self.explicit.workspace();
        let force = self.flow.diagnose_pressure(self.time, workspace, &mut self.pressure);
        self.force = force.map(|force| self.density * force);
        self.flow.stopwatch.lap(Work::Output);
        Ok(Progress { divergence: progress.divergence.max(before), ..progress })
    }

    fn store(&self, state: &mut State) {
        let mesh = &self.flow.mesh;
        store_velocity(&self.flow.velocity, mesh, state);
        if let Some(body) = &self.flow.body {
            body.store_velocity(&self.flow.velocity, state);
        }
        store_pressure(&self.pressure, self.density, mesh, state);
    }

    fn stopwatch(&self) -> &Stopwatch {
        &self.flow.stopwatch
    }

    fn order(&self) -> u32 {
        2
    }
}
