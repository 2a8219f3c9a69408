//! The two-phase solver.

use super::domain::Domain;
use super::flow::{Flow, rate};
use super::fluids::Fluids;
use super::geometry::Geometry;
use super::pressure::divergence;
use crate::linear::Convergence;
use crate::staggered::{GHOSTS, inner};
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Field, Grid, Parameter, State, Stop};

/// Plane flow of two immiscible incompressible fluids.
///
/// Staggered finite volumes; geometric volume of fluid with mass-consistent momentum advection; implicit viscous step;
/// surface tension from height functions; projection with variable density by multigrid-preconditioned conjugate
/// gradients.
///
/// Channels are u, v in m/s, p in Pa, the volume fraction f of water, and with an obstacle the mask (1 in fluid cells).
/// With an open boundary p is relative to air at rest at the upper end of the domain. In a closed domain the mean of p
/// less the hydrostatic pressure of air is 0.
pub struct TwoPhase {
    flow: Flow,
    has_mask: bool,
    height: f64,
    time: f64,
    divergence: f64,
    /// How the last pressure solve converged.
    convergence: Convergence,
    /// The largest speed in m/s before the last step, and its cell.
    fastest_before: (f64, [usize; 2]),
    stop: Stop,
}

/// Largest sum of the Courant numbers along x and y. Advection of the interface alone is stable up to 1; its coupling
/// to momentum and pressure is not.
const COURANT: f64 = 0.5;
/// The step that initializes the pressure of a loaded state, relative to the stable one.
const PRESSURE_STEP: f64 = 1e-3;

impl TwoPhase {
    /// Air at rest in `domain`.
    pub fn new(grid: &Grid, domain: &Domain, fluids: Fluids) -> Result<Self, SolverError> {
        let geometry = Geometry::new(grid, domain)?;
        Ok(Self {
            flow: Flow::new(geometry, fluids),
            has_mask: domain.obstacle.is_some(),
            height: grid.axes[1].length(),
            time: 0.0,
            divergence: 0.0,
            convergence: Convergence::default(),
            fastest_before: (0.0, [0; 2]),
            stop: Stop::default(),
        })
    }

    /// Uses the uniform curvature κ in 1/m instead of the computed one.
    pub(crate) fn with_curvature(mut self, curvature: f64) -> Self {
        self.flow.tension.prescribed = Some(curvature);
        self
    }

    /// The fields of its states, with an obstacle or without.
    pub fn fields(has_obstacle: bool) -> Vec<Field> {
        let mut fields = vec![
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
            Field::scalar("volume-fraction", "f", ""),
        ];
        if has_obstacle {
            fields.push(Field::scalar("mask", "m", "").constant());
        }
        fields
    }

    /// Its monitors: the volume of water and the clipped volume, both per unit depth.
    pub fn monitors() -> Vec<Parameter> {
        vec![Parameter::new("water", "V", "m²"), Parameter::new("clipped", "ΔV", "m²")]
    }

    /// Errors: fewer than 4 cells along x or y, more than 1 along z.
    pub fn check_cells(cells: [usize; 3]) -> Result<(), SolverError> {
        Geometry::check_cells(cells)
    }

    /// Cell averages of a box of water in air, projected onto the boundary conditions.
    ///
    /// `water` holds the low and high ends of the box along x and y in m. `velocity` in m/s is that of both fluids
    /// before the projection.
    pub fn fill(&mut self, water: [[f64; 2]; 2], velocity: [f64; 2]) -> State {
        let Geometry { cells: [nx, ny], spacing, .. } = self.flow.geometry;
        let part = |[low, high]: [f64; 2], cell: usize, h: f64| {
            let (start, end) = (cell as f64 * h, (cell + 1) as f64 * h);
            ((high.min(end) - low.max(start)) / h).clamp(0.0, 1.0)
        };
        let channels = 4 + usize::from(self.has_mask);
        let mut state =
            State::from_shape_fn((channels, nx, ny, 1), |(channel, i, j, _)| match channel {
                0 | 1 => velocity[channel],
                3 => part(water[0], i, spacing[0]) * part(water[1], j, spacing[1]),
                _ => 0.0,
            });
        self.load(&state).expect("the state was made for this solver, and is finite");
        self.store(&mut state);
        state
    }

    /// The volume by which volume fractions outside [0, 1] were clipped since `load`, in m².
    pub fn clipped(&self) -> f64 {
        let [dx, dy] = self.flow.geometry.spacing;
        self.flow.interface.clipped * dx * dy
    }

    /// Iterations of the viscous step and of the projection since `load`.
    pub fn iterations(&self) -> [usize; 2] {
        self.flow.iterations
    }

    /// The longest stable step in s: the Courant number stays within [`COURANT`], acceleration by gravity during the
    /// step included, and the shortest capillary wave is resolved.
    fn stable_step(&self) -> f64 {
        let rate = rate(&self.flow.velocity, &self.flow.geometry);
        let fall = self.flow.gravity_rate(1.0);
        let step = 2.0 * COURANT / (rate + (rate * rate + 4.0 * COURANT * fall).sqrt());
        let Flow { tension, fluids, geometry, .. } = &self.flow;
        step.min(tension.stable_step(fluids.water.density + fluids.air.density, geometry))
    }

    /// The largest |∇·u| over the largest |u|/dx + |v|/dy, contributions of gravity and surface force included.
    fn measure_divergence(&self) -> f64 {
        let Flow { velocity, geometry, scale, .. } = &self.flow;
        let scale = scale.max(rate(velocity, geometry));
        let mut largest = 0.0_f64;
        for i in velocity[0].inner() {
            let of_line = divergence(velocity, geometry, i);
            let fluid = inner(geometry.fluid.line(i), geometry.cells[1]);
            largest =
                (0..fluid.len()).fold(largest, |most, j| most.max(fluid[j] * of_line(j).abs()));
        }
        if scale > 0.0 { largest / scale } else { 0.0 }
    }

    /// The largest speed in m/s and the index of its cell, counted from 0.
    fn fastest(&self) -> (f64, [usize; 2]) {
        let ([u, v], mut fastest) = (&self.flow.velocity, (0.0, [0, 0]));
        for i in u.inner() {
            let ny = self.flow.geometry.cells[1];
            for (j, (u, v)) in inner(u.line(i), ny).iter().zip(inner(v.line(i), ny)).enumerate() {
                let speed = u.hypot(*v);
                if speed > fastest.0 {
                    fastest = (speed, [i - GHOSTS, j]);
                }
            }
        }
        fastest
    }

    fn check_shape(&self, state: &State) -> Result<(), SolverError> {
        let [nx, ny] = self.flow.geometry.cells;
        let expected = vec![4 + usize::from(self.has_mask), nx, ny, 1];
        if state.shape() == expected {
            return Ok(());
        }
        Err(SolverError::Shape { found: state.shape().into(), expected })
    }

    fn check_finite(&self, state: &State) -> Result<(), SolverError> {
        let Some(((_, i, j, _), _)) = state.indexed_iter().find(|(_, value)| !value.is_finite())
        else {
            return Ok(());
        };
        Err(SolverError::BlowUp { time: 0.0, step: 0, i, j, speed: self.fastest().0 })
    }

    /// The hydrostatic pressure of air at the centre of cell `j`, in Pa, relative to the upper end of the domain.
    fn air_above(&self, j: usize) -> f64 {
        let depth = self.height - (j as f64 + 0.5) * self.flow.geometry.spacing[1];
        self.flow.fluids.air.density * self.flow.fluids.gravity * depth
    }

    /// Sets fractions and face velocities from cell averages: the velocity on a face is the mean of its two cells, and
    /// on a boundary face that of its cell.
    fn read(&mut self, state: &State) {
        let Flow { geometry, velocity, interface, .. } = &mut self.flow;
        for ((i, j), f) in state.slice(ndarray::s![3, .., .., 0]).indexed_iter() {
            let at = [GHOSTS + i, GHOSTS + j];
            interface.fraction[at] = f.clamp(0.0, 1.0);
            let (west, south): (usize, usize) =
                (usize::saturating_sub(i, 1), usize::saturating_sub(j, 1));
            velocity[0][at] =
                geometry.free[0][at] * f64::midpoint(state[[0, west, j, 0]], state[[0, i, j, 0]]);
            velocity[1][at] =
                geometry.free[1][at] * f64::midpoint(state[[1, i, south, 0]], state[[1, i, j, 0]]);
        }
        for axis in 0..2 {
            for boundary in geometry.boundary_faces(axis) {
                let inside = [0, 1]
                    .map(|k| (GHOSTS..GHOSTS + geometry.cells[k]).contains(&boundary.cell[k]));
                if inside == [true; 2] {
                    let [i, j] = boundary.cell.map(|k| k - GHOSTS);
                    velocity[axis][boundary.face] = state[[axis, i, j, 0]];
                }
            }
        }
    }

    /// Sets the pressure of the current state by a short step whose other results are discarded.
    fn initialize_pressure(&mut self) -> Result<(), SolverError> {
        let before = (self.flow.velocity.clone(), self.flow.interface.clone());
        let longest = self.stable_step();
        // Without flow and gravity no limit is finite, and any step may be taken.
        let dt = PRESSURE_STEP * if longest.is_finite() { longest } else { 1.0 };
        self.step(0.0, dt);
        check_finite(self, dt)?;
        (self.flow.velocity, self.flow.interface) = before;
        Ok(())
    }
}

impl TimeStepper for TwoPhase {
    fn limit(&mut self, _time: f64) -> StepLimit {
        StepLimit::stable(self.stable_step())
    }

    fn step(&mut self, _time: f64, dt: f64) {
        self.fastest_before = self.fastest();
        self.convergence = self.flow.step(dt);
        self.divergence = self.measure_divergence();
        self.flow.stopwatch.lap(Work::Rest);
    }

    fn stop(&self) -> &Stop {
        &self.stop
    }

    fn steps(&self) -> usize {
        self.flow.steps
    }

    /// The largest residual is NaN if any residual is.
    fn is_finite(&self) -> bool {
        self.convergence.residual.is_finite()
    }

    fn fastest_before(&mut self, _time: f64) -> (f64, [usize; 2]) {
        self.fastest_before
    }

    fn divergence(&self) -> f64 {
        self.divergence
    }
}

impl Solver for TwoPhase {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        self.flow.stopwatch.start();
        self.check_shape(state)?;
        self.check_finite(state)?;
        self.read(state);
        self.time = 0.0;
        self.flow.steps = 0;
        self.convergence = self.flow.project_impulsively();
        self.flow.stopwatch.lap(Work::Pressure);
        self.fastest_before = self.fastest();
        check_finite(self, 0.0)?;
        self.initialize_pressure()?;
        self.flow.steps = 0;
        self.flow.interface.clipped = 0.0;
        self.flow.iterations = [0; 2];
        Ok(())
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.flow.stopwatch.start();
        let progress = march(self, self.time, interval)?;
        self.time += interval;
        Ok(progress)
    }

    fn store(&self, state: &mut State) {
        let Flow { geometry, velocity: [u, v], interface, pressure, .. } = &self.flow;
        let [nx, ny] = geometry.cells;
        for i in 0..nx {
            for j in 0..ny {
                let [x, y] = [GHOSTS + i, GHOSTS + j];
                let fluid = geometry.fluid[[x, y]];
                state[[0, i, j, 0]] = f64::midpoint(u[[x, y]], u[[x + 1, y]]);
                state[[1, i, j, 0]] = f64::midpoint(v[[x, y]], v[[x, y + 1]]);
                state[[2, i, j, 0]] = fluid * (pressure.value[[x, y]] + self.air_above(j));
                state[[3, i, j, 0]] = fluid * interface.fraction[[x, y]];
                if self.has_mask {
                    state[[4, i, j, 0]] = fluid;
                }
            }
        }
    }

    fn monitor(&self, values: &mut [f64]) {
        let Geometry { cells: [_, ny], spacing: [dx, dy], fluid, .. } = &self.flow.geometry;
        let fraction = &self.flow.interface.fraction;
        let of_line = |i: usize| -> f64 {
            inner(fraction.line(i), *ny)
                .iter()
                .zip(inner(fluid.line(i), *ny))
                .map(|(f, w)| f * w)
                .sum()
        };
        values[0] = dx * dy * fraction.inner().map(of_line).sum::<f64>();
        values[1] = self.clipped();
    }

    fn stopwatch(&self) -> &Stopwatch {
        &self.flow.stopwatch
    }

    fn order(&self) -> u32 {
        1
    }
}
