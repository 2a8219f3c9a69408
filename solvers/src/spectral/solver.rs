//! The pseudo-spectral solver of periodic flow.

use super::budget::Budget;
use super::cells::Cells;
use super::etdrk4::Etdrk4;
use super::lattice::Lattice;
use super::modes::{C64, Modes};
use super::vorticity::Vorticity;
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Grid, State, Stop};
use std::sync::Arc;

/// Plane incompressible flow, periodic in x and y, in vorticity form.
///
/// ```text
/// ∂ω/∂t + ∇·(u ω) = ν ∇²ω − α ω + ∇×f,   ω = ∂v/∂x − ∂u/∂y,   ∇·u = 0
/// ```
///
/// Fourier pseudo-spectral in space, fully dealiased. In time viscosity ν and linear drag α are exact, and
/// advection is of fourth order ([`Etdrk4`]).
///
/// Channels: u, v in m/s, p in Pa of zero mean, and ω in 1/s. `load` reads ω and the means of u and v. The mean
/// velocity decays by the drag alone.
pub struct Spectral {
    lattice: Arc<Lattice>,
    equation: Vorticity,
    integrator: Etdrk4,
    cells: Cells,
    /// Kinematic viscosity ν in m²/s.
    nu: f64,
    /// Density ρ in kg/m³.
    density: f64,
    /// Linear drag α in 1/s.
    drag: f64,
    /// ω̂ at the current time.
    omega: Modes,
    /// p̂ at the last saved time.
    pressure: Modes,
    /// The mean velocity in m/s at time 0.
    mean_velocity: [f64; 2],
    /// Cell averages at the last saved time.
    averages: State,
    /// Time in s since `load`.
    time: f64,
    /// Steps since `load`.
    steps: usize,
    stopwatch: Stopwatch,
    stop: Stop,
}

/// Largest Courant number (|u|/dx + |v|/dy) Δt. The largest eigenvalue of advection times Δt is π times as much,
/// and the classical Runge–Kutta scheme, to which ETDRK4 reduces without viscosity, is stable up to 2.83/π = 0.9.
/// Steps are chosen for 0.9 of this number, 0.54 (see `time::Steps`), and kept until they exceed it.
const COURANT: f64 = 0.6;
/// The number of channels: u, v, p, ω.
pub(super) const CHANNELS: usize = 4;

impl Spectral {
    /// A flow at rest of `density` ρ in kg/m³ and kinematic viscosity `nu` ν in m²/s, both > 0.
    ///
    /// Errors: an odd number of cells or fewer than 8 along x or y, depth, a stretched axis, or boundaries that
    /// are not periodic.
    pub fn new(grid: &Grid, density: f64, nu: f64) -> Result<Self, SolverError> {
        let lattice = Arc::new(Lattice::new(grid)?);
        let [nx, ny] = lattice.cells;
        Ok(Self {
            integrator: Etdrk4::new(&lattice, |kx, ky| -nu * (kx * kx + ky * ky)),
            cells: Cells::new(lattice.clone()),
            nu,
            density,
            drag: 0.0,
            omega: Modes::zeros(&lattice),
            pressure: Modes::zeros(&lattice),
            mean_velocity: [0.0; 2],
            averages: State::zeros((CHANNELS, nx, ny, 1)),
            time: 0.0,
            steps: 0,
            stopwatch: Stopwatch::new(),
            stop: Stop::default(),
            equation: Vorticity::new(lattice.clone()),
            lattice,
        })
    }

    /// Adds linear `drag` α in 1/s, ≥ 0.
    #[must_use]
    pub fn with_drag(mut self, drag: f64) -> Self {
        let nu = self.nu;
        let rate = |kx: f64, ky: f64| -nu * (kx * kx + ky * ky) - drag;
        self.integrator = Etdrk4::new(&self.lattice, rate);
        self.drag = drag;
        self
    }

    /// Adds a steady body force of zero divergence and mean. `curl([m, n])` is the coefficient of its curl in
    /// 1/s², real and imaginary part, at the mode exp(2πi (m x/Lx + n y/Ly)).
    #[must_use]
    pub fn with_force(mut self, curl: impl Fn([i64; 2]) -> [f64; 2]) -> Self {
        let force = self.modes(curl);
        self.equation.set_force(force);
        self
    }

    /// Sets time 0, the mean velocity in m/s and the Fourier coefficients of vorticity in 1/s, in the form of
    /// [`Spectral::with_force`]. Modes beyond the wavenumbers of the grid are dropped.
    pub fn start(&mut self, mean_velocity: [f64; 2], vorticity: impl Fn([i64; 2]) -> [f64; 2]) {
        self.omega = self.modes(vorticity);
        self.restart(mean_velocity);
    }

    /// Coefficients relative to the low corner, converted to the centre of the first cell as the origin.
    fn modes(&self, coefficient: impl Fn([i64; 2]) -> [f64; 2]) -> Modes {
        let (lattice, mut modes) = (&self.lattice, Modes::zeros(&self.lattice));
        let [hx, hy] = lattice.spacing.map(|h| 0.5 * h);
        for line in 0..lattice.ky.len() {
            for i in 0..lattice.kx.len() {
                if let Some(index) = lattice.index(line, i).filter(|index| *index != [0, 0]) {
                    let [re, im] = coefficient(index);
                    let phase = lattice.kx[i] * hx + lattice.ky[line] * hy;
                    modes.line_mut(line)[i] = C64::new(re, im) * C64::cis(phase);
                }
            }
        }
        modes
    }

    fn restart(&mut self, mean_velocity: [f64; 2]) {
        (self.mean_velocity, self.time, self.steps) = (mean_velocity, 0.0, 0);
        self.finish();
    }

    /// The mean velocity in m/s at `time`.
    fn mean_velocity_at(&self, time: f64) -> [f64; 2] {
        self.mean_velocity.map(|u| u * (-self.drag * time).exp())
    }

    /// Computes the pressure and the cell averages at the current time.
    fn finish(&mut self) {
        let mean_velocity = self.mean_velocity_at(self.time);
        self.equation.pressure(&self.omega, &mut self.pressure);
        let density = self.density;
        self.pressure.update(|_, line| line.iter_mut().for_each(|p| *p *= density));
        self.cells.store_velocity(&self.omega, mean_velocity, &mut self.averages);
        self.cells.store([&self.pressure, &self.omega], [2, 3], &mut self.averages);
    }
}

impl TimeStepper for Spectral {
    /// Computes N(ωⁿ) too, the first stage of the step to come.
    fn limit(&mut self, time: f64) -> StepLimit {
        let mean_velocity = self.mean_velocity_at(time);
        let rate = self.equation.tendency(&self.omega, mean_velocity, self.integrator.first());
        self.stopwatch.lap(Work::Advection);
        StepLimit::stable(self.equation.courant_step(COURANT, rate))
    }

    fn step(&mut self, time: f64, dt: f64) {
        let (mean_velocity, drag) = (self.mean_velocity_at(time), self.drag);
        let Self { equation, stopwatch, .. } = self;
        self.integrator.step(&mut self.omega, dt, |omega, part, out| {
            stopwatch.lap(Work::Rest);
            equation.tendency(omega, mean_velocity.map(|u| u * (-drag * part * dt).exp()), out);
            stopwatch.lap(Work::Advection);
        });
        stopwatch.lap(Work::Rest);
        self.steps += 1;
    }

    fn stop(&self) -> &Stop {
        &self.stop
    }

    fn steps(&self) -> usize {
        self.steps
    }

    /// Transforms are global: one value that is not finite makes all others so.
    fn is_finite(&self) -> bool {
        self.omega.line(1)[1].is_finite()
    }

    fn fastest_before(&mut self, time: f64) -> (f64, [usize; 2]) {
        let mean_velocity = self.mean_velocity_at(time);
        self.equation.fastest(self.integrator.previous(), mean_velocity)
    }
}

impl Solver for Spectral {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        if state.shape() != self.averages.shape() {
            let [found, expected] = [state, &self.averages].map(|state| state.shape().to_vec());
            return Err(SolverError::Shape { found, expected });
        }
        self.cells.load(state, 3, &mut self.omega);
        let mean = |channel| state.index_axis(ndarray::Axis(0), channel).mean().unwrap_or(0.0);
        self.restart([mean(0), mean(1)]);
        check_finite(self, 0.0)
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.stopwatch.start();
        let progress = march(self, self.time, interval)?;
        self.time += interval;
        self.finish();
        self.stopwatch.lap(Work::Output);
        Ok(progress)
    }

    fn store(&self, state: &mut State) {
        state.assign(&self.averages);
    }

    fn monitor(&self, values: &mut [f64]) {
        let mean_velocity = self.mean_velocity_at(self.time);
        let budget = Budget::new(&self.lattice, &self.omega, self.equation.force(), mean_velocity);
        values.iter_mut().zip(budget.values()).for_each(|(out, value)| *out = value);
    }

    fn stopwatch(&self) -> &Stopwatch {
        &self.stopwatch
    }

    fn order(&self) -> u32 {
        4
    }
}
