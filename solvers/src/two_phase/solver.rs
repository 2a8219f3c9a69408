//! Advances two fluids from one saved time to the next.

use super::flow::{Flow, rate};
use super::fluids::Fluids;
use super::geometry::Geometry;
use super::pressure::divergence;
use super::vessel::Vessel;
use crate::linear::Convergence;
use crate::staggered::{GHOSTS, inner};
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Field, Grid, Parameter, State};

/// Plane flow of two immiscible incompressible fluids in a vessel.
///
/// Staggered finite volumes; geometric volume of fluid, momentum carried by the same mass; implicit
/// friction; surface tension by heights; a projection with variable density by conjugate gradients with multigrid. Channels are
/// u, v in m/s, p in Pa, the volume fraction of water, and with an obstacle the fraction of fluid.
/// p is 0 at the upper end of open air, or has zero mean but for the weight of air where the vessel is
/// closed.
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
}

/// Largest sum of both axes' Courant numbers: the interface alone bears one cell a step, momentum
/// and the pressure it is coupled to do not.
const COURANT: f64 = 0.5;
/// The step that finds the pressure of a loaded state, as a part of the stable one.
const GLANCE: f64 = 1e-3;

impl TwoPhase {
    /// Air at rest in `vessel`.
    pub fn new(grid: &Grid, vessel: &Vessel, fluids: Fluids) -> Result<Self, SolverError> {
        let geometry = Geometry::new(grid, vessel)?;
        Ok(Self {
            flow: Flow::new(geometry, fluids),
            has_mask: vessel.obstacle.is_some(),
            height: grid.axes[1].length(),
            time: 0.0,
            divergence: 0.0,
            convergence: Convergence::default(),
            fastest_before: (0.0, [0; 2]),
        })
    }

    /// The same with a curvature κ in 1/m that need not be found.
    pub(crate) fn with_curvature(mut self, curvature: f64) -> Self {
        self.flow.tension.known = Some(curvature);
        self
    }

    /// What its states hold, with an obstacle or without.
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

    /// What it tells of the whole flow.
    pub fn monitors() -> Vec<Parameter> {
        vec![Parameter::new("water", "V", "m²"), Parameter::new("clipped", "ΔV", "m²")]
    }

    /// Refuses cells that do not suit it.
    pub fn check_cells(cells: [usize; 3]) -> Result<(), SolverError> {
        Geometry::check_cells(cells)
    }

    /// A box of water, from its low to its high end along x and y, that moves at `velocity` with all
    /// the air, as far as walls allow.
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

    /// Volume fractions beyond 0 and 1 that were cut off since `load`, in m².
    pub fn clipped(&self) -> f64 {
        let [dx, dy] = self.flow.geometry.spacing;
        self.flow.interface.clipped * dx * dy
    }

    /// Iterations of friction and of pressure since `load`.
    pub fn iterations(&self) -> [usize; 2] {
        self.flow.iterations
    }

    /// The longest step in s within the Courant number, if the flow falls from now on, and within what
    /// the surface allows.
    fn stable_step(&self) -> f64 {
        let rate = rate(&self.flow.velocity, &self.flow.geometry);
        let fall = self.flow.falling_rate(1.0);
        let step = 2.0 * COURANT / (rate + (rate * rate + 4.0 * COURANT * fall).sqrt());
        let Flow { tension, fluids, geometry, .. } = &self.flow;
        step.min(tension.stable_step(fluids.water.density + fluids.air.density, geometry))
    }

    /// The largest |∇·u| over |u|/dx + |v|/dy, what gravity and the surface add included.
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

    /// The largest speed of a face, and its cell counted from 0.
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

    /// The weight of the air above cell `j`, in Pa.
    fn air_above(&self, j: usize) -> f64 {
        let depth = self.height - (j as f64 + 0.5) * self.flow.geometry.spacing[1];
        self.flow.fluids.air.density * self.flow.fluids.gravity * depth
    }

    /// Faces are means of the cells on both sides, where they can move.
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
            for rim in geometry.rims(axis) {
                let inside =
                    [0, 1].map(|k| (GHOSTS..GHOSTS + geometry.cells[k]).contains(&rim.cell[k]));
                if inside == [true; 2] {
                    let [i, j] = rim.cell.map(|k| k - GHOSTS);
                    velocity[axis][rim.face] = state[[axis, i, j, 0]];
                }
            }
        }
    }

    /// Finds the pressure of now by a step that is undone.
    fn glance(&mut self) -> Result<(), SolverError> {
        let before = (self.flow.velocity.clone(), self.flow.interface.clone());
        let longest = self.stable_step();
        // Without flow and gravity any step finds that nothing happens.
        let dt = GLANCE * if longest.is_finite() { longest } else { 1.0 };
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
        self.convergence = self.flow.strike();
        self.flow.stopwatch.lap(Work::Pressure);
        self.fastest_before = self.fastest();
        check_finite(self, 0.0)?;
        self.glance()?;
        self.flow.steps = 0;
        self.flow.interface.clipped = 0.0;
        self.flow.iterations = [0; 2];
        Ok(())
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
