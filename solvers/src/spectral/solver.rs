//! Advances a flow from one saved time to the next.

use super::budget::Budget;
use super::cells::Cells;
use super::etdrk4::Etdrk4;
use super::lattice::Lattice;
use super::modes::{C64, Modes};
use super::vorticity::Vorticity;
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Grid, State};
use std::sync::Arc;

/// Plane incompressible flow that repeats in x and y, by its vorticity.
///
/// ```text
/// ∂ω/∂t + ∇·(u ω) = ν ∇²ω − α ω + ∇×f,   ω = ∂v/∂x − ∂u/∂y,   ∇·u = 0
/// ```
///
/// Fourier series, exactly dealiased; viscosity ν and drag α exact in time, advection of fourth
/// order. Channels are u, v in m/s, p in Pa of zero mean and ω in 1/s. A state is begun from its ω
/// and the means of u and v, which decay by the drag.
pub struct Spectral {
    lattice: Arc<Lattice>,
    equation: Vorticity,
    integrator: Etdrk4,
    cells: Cells,
    viscosity: f64,
    density: f64,
    drag: f64,
    omega: Modes,
    pressure: Modes,
    /// The mean velocity at time 0.
    wind: [f64; 2],
    /// Cell averages of now.
    averages: State,
    time: f64,
    steps: usize,
    stopwatch: Stopwatch,
}

/// Largest (|u|/dx + |v|/dy) Δt. The fastest wave turns by π as much in a step, and the classical
/// Runge–Kutta scheme, which this one is without viscosity, is stable up to 2.83/π = 0.9.
const COURANT: f64 = 0.6;
/// Channels of u, v, p, ω.
pub(super) const CHANNELS: usize = 4;

impl Spectral {
    /// A flow at rest of `density` ρ in kg/m³ and kinematic `viscosity` ν in m²/s, both > 0.
    pub fn new(grid: &Grid, density: f64, viscosity: f64) -> Result<Self, SolverError> {
        let lattice = Arc::new(Lattice::new(grid)?);
        let [nx, ny] = lattice.cells;
        Ok(Self {
            integrator: Etdrk4::new(&lattice, |kx, ky| -viscosity * (kx * kx + ky * ky)),
            cells: Cells::new(lattice.clone()),
            viscosity,
            density,
            drag: 0.0,
            omega: Modes::zeros(&lattice),
            pressure: Modes::zeros(&lattice),
            wind: [0.0; 2],
            averages: State::zeros((CHANNELS, nx, ny, 1)),
            time: 0.0,
            steps: 0,
            stopwatch: Stopwatch::new(),
            equation: Vorticity::new(lattice.clone()),
            lattice,
        })
    }

    /// The same flow slowed by `drag` α in 1/s, ≥ 0.
    #[must_use]
    pub fn dragged(mut self, drag: f64) -> Self {
        let nu = self.viscosity;
        let rate = |kx: f64, ky: f64| -nu * (kx * kx + ky * ky) - drag;
        self.integrator = Etdrk4::new(&self.lattice, rate);
        self.drag = drag;
        self
    }

    /// The same flow under a steady force without divergence and mean, given by the Fourier
    /// coefficients of its curl in 1/s²: those of exp(2πi (m x/Lx + n y/Ly)) at `[m, n]`.
    #[must_use]
    pub fn forced(mut self, curl: impl Fn([i64; 2]) -> [f64; 2]) -> Self {
        let force = self.modes(curl);
        self.equation.set_force(force);
        self
    }

    /// Starts anew from a mean velocity `wind` in m/s, and the Fourier coefficients of the vorticity
    /// in 1/s, given as for [`Spectral::forced`]. What the grid does not hold is left out.
    pub fn start(&mut self, wind: [f64; 2], vorticity: impl Fn([i64; 2]) -> [f64; 2]) {
        self.omega = self.modes(vorticity);
        self.restart(wind);
    }

    /// Coefficients about the low corner, moved to the centre of the first cell.
    fn modes(&self, coefficient: impl Fn([i64; 2]) -> [f64; 2]) -> Modes {
        let (lattice, mut modes) = (&self.lattice, Modes::zeros(&self.lattice));
        let [hx, hy] = lattice.spacing.map(|h| 0.5 * h);
        for line in 0..lattice.ky.len() {
            for place in 0..lattice.kx.len() {
                if let Some(index) = lattice.index(line, place).filter(|index| *index != [0, 0]) {
                    let [re, im] = coefficient(index);
                    let phase = lattice.kx[place] * hx + lattice.ky[line] * hy;
                    modes.line_mut(line)[place] = C64::new(re, im) * C64::cis(phase);
                }
            }
        }
        modes
    }

    fn restart(&mut self, wind: [f64; 2]) {
        (self.wind, self.time, self.steps) = (wind, 0.0, 0);
        self.finish();
    }

    /// The mean velocity at `time`.
    fn wind_at(&self, time: f64) -> [f64; 2] {
        self.wind.map(|w| w * (-self.drag * time).exp())
    }

    /// Computes pressure and cell averages of now.
    fn finish(&mut self) {
        let wind = self.wind_at(self.time);
        self.equation.pressure(&self.omega, &mut self.pressure);
        let density = self.density;
        self.pressure.update(|_, line| line.iter_mut().for_each(|p| *p *= density));
        self.cells.store_velocity(&self.omega, wind, &mut self.averages);
        self.cells.store([&self.pressure, &self.omega], [2, 3], &mut self.averages);
    }
}

impl TimeStepper for Spectral {
    /// Computes N(ωⁿ) too, the first stage of the step to come.
    fn limit(&mut self, time: f64) -> StepLimit {
        let wind = self.wind_at(time);
        let rate = self.equation.tendency(&self.omega, wind, self.integrator.first());
        self.stopwatch.lap(Work::Advection);
        StepLimit::stable(self.equation.step_of(COURANT, rate))
    }

    fn step(&mut self, time: f64, dt: f64) {
        let (wind, drag) = (self.wind_at(time), self.drag);
        let Self { equation, stopwatch, .. } = self;
        self.integrator.step(&mut self.omega, dt, |omega, part, out| {
            stopwatch.lap(Work::Rest);
            equation.tendency(omega, wind.map(|w| w * (-drag * part * dt).exp()), out);
            stopwatch.lap(Work::Advection);
        });
        stopwatch.lap(Work::Rest);
        self.steps += 1;
    }

    fn steps(&self) -> usize {
        self.steps
    }

    /// Transforms are global: one value that is not finite makes all others so.
    fn is_finite(&self) -> bool {
        self.omega.line(1)[1].is_finite()
    }

    fn fastest_before(&mut self, time: f64) -> (f64, [usize; 2]) {
        let wind = self.wind_at(time);
        self.equation.fastest(self.integrator.before(), wind)
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
        let wind = self.wind_at(self.time);
        let budget = Budget::new(&self.lattice, &self.omega, self.equation.force(), wind);
        values.iter_mut().zip(budget.values()).for_each(|(out, value)| *out = value);
    }

    fn stopwatch(&self) -> &Stopwatch {
        &self.stopwatch
    }

    fn order(&self) -> u32 {
        4
    }
}
