//! Advances a flow from one saved time to the next.

use super::cylinder::{Disk, traction};
use super::flow::{Flow, Forcing, Survey};
use super::sbdf2::Sbdf2;
use super::ssprk3::SspRk3;
use crate::staggered::{
    GHOSTS, Mesh, Sides, StaggeredArray, Velocity, load_pressure, load_velocity, store_pressure,
    store_velocity,
};
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Grid, State};

/// Plane incompressible flow of constant density and viscosity between walls, repeating, or
/// from an inlet to an outlet along x.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + ν ∇²u + f,   ∇·u = 0
/// ```
///
/// Staggered finite volumes, central differences, second order in space and time; a direct
/// projection once a step. Of two integrators the one with the longer stable step runs: explicit
/// [`SspRk3`], or [`Sbdf2`] with implicit diffusion where diffusion would limit the former.
/// Channels are u, v in m/s and p in Pa, of zero mean, or of zero mean over the outlet where there is one; p is recovered from the velocity of now.
pub struct Incompressible {
    flow: Flow,
    /// p/ρ of now.
    pressure: StaggeredArray,
    /// The force on a body per depth, in N/m.
    force: [f64; 2],
    density: f64,
    explicit: SspRk3,
    implicit: Sbdf2,
    is_implicit: bool,
    survey: Survey,
    time: f64,
    steps: usize,
}

/// Fewest cells along an axis.
const LEAST_CELLS: usize = 4;
/// An integrator gives way to the other when that one's step is longer by this factor: changing
/// costs a restart.
const WORTH: f64 = 1.5;

impl Incompressible {
    /// A flow at rest of `density` ρ in kg/m³ and kinematic `viscosity` ν in m²/s, both > 0.
    pub fn new(grid: &Grid, density: f64, viscosity: f64) -> Result<Self, SolverError> {
        let mesh = Mesh::new(grid, LEAST_CELLS)?;
        let flow = Flow::new(mesh, viscosity);
        let survey = flow.survey();
        Ok(Self {
            pressure: StaggeredArray::zeros(mesh.cells),
            force: [0.0; 2],
            density,
            explicit: SspRk3::new(mesh.cells),
            implicit: Sbdf2::new(&flow),
            is_implicit: false,
            survey,
            time: 0.0,
            steps: 0,
            flow,
        })
    }

    /// The same flow under a force.
    #[must_use]
    pub fn forced(mut self, forcing: Forcing) -> Self {
        self.flow.forcing = Some(forcing);
        self
    }

    /// The same flow, fed at the low end of an open x: there `inflow(y)` is the velocity in m/s, and
    /// y is in m from the low corner.
    #[must_use]
    pub fn fed(mut self, inflow: impl Fn(f64) -> f64) -> Self {
        self.flow.open(&inflow);
        self
    }

    /// The same flow between walls without friction at the ends of y.
    #[must_use]
    pub fn slipping(mut self) -> Self {
        self.flow.mesh.sides[1] = Sides::Slip;
        self.implicit = Sbdf2::new(&self.flow);
        self
    }

    /// The same flow around a cylinder at rest, whose surface it sticks to.
    pub fn around(mut self, disk: Disk) -> Result<Self, SolverError> {
        self.flow.surround(disk)?;
        Ok(self)
    }

    /// The force on the cylinder per depth in N/m, at the end of the last advance.
    pub fn force(&self) -> [f64; 2] {
        self.force
    }

    /// The same force on the cylinder `disk`, from pressure and friction on its surface.
    pub(crate) fn traction(&self, disk: Disk) -> [f64; 2] {
        let Flow { mesh, velocity, viscosity, .. } = &self.flow;
        let force = traction(disk, mesh.spacing, velocity, &self.pressure, *viscosity);
        force.map(|force| self.density * force)
    }

    /// p in Pa of cell `i`, `j`, counted from 0, at the end of the last advance.
    pub fn pressure(&self, [i, j]: [usize; 2]) -> f64 {
        self.density * self.pressure.line(GHOSTS + i)[GHOSTS + j]
    }

    fn choose_integrator(&mut self) {
        if self.flow.body.is_some() {
            return; // implicit diffusion has no fast solver around a body
        }
        let explicit = SspRk3::stable_step(&self.flow, self.survey);
        let implicit = Sbdf2::stable_step(self.survey);
        let wanted = if self.is_implicit {
            WORTH * implicit > explicit
        } else {
            implicit > WORTH * explicit
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
            let stable = Sbdf2::stable_step(self.survey);
            StepLimit { stable, growth: self.implicit.next_step(stable) }
        } else {
            StepLimit::stable(SspRk3::stable_step(&self.flow, self.survey))
        }
    }

    fn step(&mut self, time: f64, dt: f64) {
        if self.is_implicit {
            self.implicit.step(&mut self.flow, time, dt);
        } else {
            self.explicit.step(&mut self.flow, time, dt);
        }
        self.steps += 1;
        self.survey = self.flow.survey();
        self.flow.stopwatch.lap(Work::Rest);
    }

    fn steps(&self) -> usize {
        self.steps
    }

    /// The projection is global: one value that is not finite makes all others so.
    fn is_finite(&self) -> bool {
        self.flow.velocity.u.line(GHOSTS + 1)[GHOSTS].is_finite()
    }

    fn fastest_before(&mut self, _time: f64) -> (f64, [usize; 2]) {
        let before = if self.is_implicit { self.implicit.before() } else { self.explicit.before() };
        before.fastest()
    }

    fn divergence(&self) -> f64 {
        self.survey.divergence
    }
}

impl Solver for Incompressible {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        self.flow.stopwatch.start();
        self.check_shape(state)?;
        let mesh = self.flow.mesh;
        let mut velocity = Velocity::zeros(mesh.cells);
        load_velocity(state, &mesh, &mut velocity);
        self.flow.close(&mut velocity);
        // What is projected here has no pressure: it never went without.
        self.flow.project(&mut velocity, f64::INFINITY);
        self.flow.velocity = velocity;
        load_pressure(state, self.density, &mesh, &mut self.pressure);
        self.implicit.restart(&self.flow, &self.pressure);
        (self.time, self.steps) = (0.0, 0);
        check_finite(self, 0.0)?;
        self.survey = self.flow.survey();
        Ok(())
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.flow.stopwatch.start();
        self.choose_integrator();
        let before = self.survey.divergence;
        let progress = march(self, self.time, interval)?;
        self.time += interval;
        let workspace = self.explicit.space();
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
