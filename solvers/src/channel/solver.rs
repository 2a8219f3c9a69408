//! The solver of flow between two walls.

use super::advection::{Advection, Fastest, Tendency};
use super::cells::Cells;
use super::closure::Closure;
use super::column::{Buffers, Explicit, Sweeps, wavenumbers};
use super::drive::Drive;
use super::faces::faces;
use super::lanes::{LANES, Lanes, Mode};
use super::layout::{Layout, Row};
use super::potential::potential;
use super::runge_kutta::{STABLE, SUBSTEPS};
use super::viscous::viscous;
use super::walls::{WallCondition, Walls};
use crate::time::{StepLimit, TimeStepper, check_finite, march};
use crate::{Progress, Solver, SolverError, Stopwatch, Work};
use data::{Boundary, Grid, State, Stop};
use rayon::prelude::*;
use std::sync::Arc;

/// Incompressible flow between two parallel walls at rest, periodic along them.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ − G x̂ + ν ∇²u,   ∇·u = 0
/// ```
///
/// Fourier modes along x and z, free of aliasing; finite volumes of second order across, on a staggered and possibly
/// stretched axis. Runge–Kutta steps of third order for advection, of second order for viscosity, which is implicit;
/// after every substep, the velocity is projected exactly. The pressure gradient G is constant, or keeps the flow rate
/// constant.
///
/// Channels: u, v, w in m/s and p in Pa of zero mean. `store` writes the mean of v over the two faces of a cell; `load`
/// finds the velocity without divergence that has these averages, or is next to them, and computes the pressure.
pub struct Channel {
    pub(super) layout: Arc<Layout>,
    pub(super) walls: Arc<Walls>,
    pub(super) advection: Advection,
    sweeps: Sweeps,
    pub(super) drive: Drive,
    cells: Cells,
    /// Kinematic viscosity ν in m²/s.
    pub(super) nu: f64,
    /// Density ρ in kg/m³.
    density: f64,
    /// The state, `[column, y]`.
    pub(super) rows: Vec<Row>,
    /// N of the present substep, `[y, column]`.
    tendency: Tendency,
    /// N of the substep before.
    before: Tendency,
    /// One per kz.
    buffers: Vec<Buffers>,
    /// What limits the step, if `tendency` is that of the present state.
    fastest: Option<Fastest>,
    /// The same before the last step.
    fastest_before: Fastest,
    /// Coefficients of u² at the centres of cells, `[y, column]`.
    square: Vec<Mode>,
    /// Cell averages at the last saved time.
    averages: State,
    /// Time in s since `load`.
    time: f64,
    /// Steps since `load`.
    steps: usize,
    stopwatch: Stopwatch,
    stop: Stop,
}

impl Channel {
    /// A flow at rest of `density` ρ in kg/m³ and kinematic viscosity `nu` ν in m²/s, both > 0.
    ///
    /// Errors: fewer than 8 cells along an axis, an odd number along x or z, stretched cells along x or z, boundaries
    /// that are not periodic there, or not walls at rest along y.
    pub fn new(
        grid: &Grid,
        density: f64,
        nu: f64,
        drive: Drive,
        condition: WallCondition,
    ) -> Result<Self, SolverError> {
        let layout = Arc::new(Layout::new(grid)?);
        let axis = &grid.axes[1];
        if axis.boundaries != [Boundary::REST; 2] {
            return Err(SolverError::Boundaries { axis: 1, found: axis.boundaries });
        }
        let walls = Arc::new(Walls::new(axis, condition));
        let ([nx, ny, nz], count) = (grid.cells(), layout.len() * walls.cells());
        Ok(Self {
            advection: Advection::new(layout.clone(), walls.clone()),
            sweeps: Sweeps::new(&walls),
            drive,
            cells: Cells::new(layout.clone()),
            nu,
            density,
            rows: vec![Row::default(); count],
            tendency: Tendency::new(&layout, &walls),
            before: Tendency::new(&layout, &walls),
            buffers: layout.kz.iter().map(|_| Buffers::new(&walls)).collect(),
            fastest: None,
            fastest_before: Fastest::default(),
            square: vec![Mode::default(); count],
            averages: State::zeros((CHANNELS, nx, ny, nz)),
            time: 0.0,
            steps: 0,
            stopwatch: Stopwatch::new(),
            stop: Stop::default(),
            walls,
            layout,
        })
    }

    /// With a subgrid closure: a large-eddy simulation.
    #[must_use]
    pub fn with_closure(mut self, closure: Closure) -> Self {
        self.advection = self.advection.with_closure(closure);
        self
    }

    /// Sets time 0 and the coefficients of u and w at the centres of cells, and of v on their lower faces:
    /// `coefficients([m, n], j)` are those of the modes exp(2πi (m x/Lx + n z/Lz)) in plane j, with n > 0, or n = 0 and
    /// m ≥ 0; those of opposite modes are conjugate. The origin is the corner of the grid. Then projects.
    pub fn start(&mut self, coefficients: impl Fn([i64; 2], usize) -> [[f64; 2]; 3]) {
        let [hx, hz] = self.layout.spacing.map(|h| 0.5 * h);
        let cells = self.walls.cells();
        for (column, rows) in self.rows.chunks_exact_mut(cells).enumerate() {
            let (line, column) = (column / self.layout.columns, column % self.layout.columns);
            for lane in 0..LANES {
                let Some([m, n]) = self.layout.index(line, column * LANES + lane) else { continue };
                let is_opposite = n == 0 && m < 0;
                let (index, sign) = if is_opposite { ([-m, n], -1.0) } else { ([m, n], 1.0) };
                let phase = self.layout.kx[column].0[lane] * hx + self.layout.kz[line] * hz;
                let (sin, cos) = phase.sin_cos();
                for (j, row) in rows.iter_mut().enumerate() {
                    let parts = [&mut row.u, &mut row.v, &mut row.w];
                    for (mode, [re, im]) in parts.into_iter().zip(coefficients(index, j)) {
                        let im = sign * im;
                        mode.re.0[lane] = re * cos - im * sin;
                        mode.im.0[lane] = re * sin + im * cos;
                    }
                }
            }
        }
        self.restart();
    }

    fn restart(&mut self) {
        (self.time, self.steps) = (0.0, 0);
        self.project();
        self.finish();
    }

    /// Removes the divergence of the velocity.
    fn project(&mut self) {
        let (walls, layout) = (&*self.walls, &*self.layout);
        let cells = walls.cells();
        let (mut phi, mut factors) = (vec![Mode::default(); cells], vec![Lanes::default(); cells]);
        for (column, rows) in self.rows.chunks_exact_mut(cells).enumerate() {
            let k = wavenumbers(layout, column);
            for (j, row) in rows.iter_mut().enumerate() {
                let is_inner = if j == 0 { Lanes::default() } else { k.varies };
                row.v = row.v * is_inner;
            }
            let field = |j: usize| [rows[j].u, rows[j].v, rows[j].w];
            potential(walls, k, field, &mut phi, &mut factors);
            for (j, row) in rows.iter_mut().enumerate() {
                row.u -= phi[j].times_i(k.kx);
                row.w -= phi[j].times_i(k.kz);
                if j > 0 {
                    row.v -= (phi[j] - phi[j - 1]) * k.varies * (1.0 / walls.distances[j]);
                }
            }
        }
    }

    /// Computes N, the pressure of the instant and the cell averages of the present state.
    fn finish(&mut self) {
        self.fastest = Some(self.advection.tendency(&self.rows, true, &mut self.tendency));
        self.instant_pressure();
        self.average();
    }

    /// The pressure whose gradient makes the tendency free of divergence.
    fn instant_pressure(&mut self) {
        let Self { walls, layout, rows, tendency, buffers, nu, .. } = self;
        let (cells, stride, nu) = (walls.cells(), layout.len(), *nu);
        let per_kz = layout.columns * cells;
        let run = |(line, (rows, buffers)): (usize, (&mut [Row], &mut Buffers))| {
            for (i, rows) in rows.chunks_exact_mut(cells).enumerate() {
                let column = line * layout.columns + i;
                let k = wavenumbers(layout, column);
                let field = |j: usize| {
                    let at = j * stride + column;
                    let [u, v, w] = viscous(walls, k, rows, j);
                    [tendency.u[at] + u * nu, tendency.v[at] + v * nu, tendency.w[at] + w * nu]
                };
                potential(walls, k, field, &mut buffers.phi, &mut buffers.along);
                for (row, p) in rows.iter_mut().zip(&buffers.phi) {
                    row.p = *p;
                }
            }
        };
        rows.par_chunks_mut(per_kz).zip(buffers.par_iter_mut()).enumerate().for_each(run);
    }

    /// Writes the cell averages.
    fn average(&mut self) {
        let cells = self.walls.cells();
        self.advection.square_of_u(&self.rows, &mut self.square);
        let Self { rows, square, averages, layout, density, .. } = self;
        let row = |column: usize, j: usize| rows[column * cells + j];
        // The mean of p over the channel is 0.
        let square_at = |column: usize, j: usize| square[j * layout.len() + column];
        let pressure = |j: usize| row(0, j).p.re.0[0] - square_at(0, j).re.0[0];
        let mean = self.walls.mean((0..cells).map(pressure));
        for j in 0..cells {
            let v_above =
                |column| if j + 1 < cells { row(column, j + 1).v } else { Mode::default() };
            self.cells.store(|column| row(column, j).u, 1.0, [0, j], averages);
            self.cells.store(|column| row(column, j).v + v_above(column), 0.5, [1, j], averages);
            self.cells.store(|column| row(column, j).w, 1.0, [2, j], averages);
            let pressure = |column: usize| {
                let mut p = row(column, j).p - square_at(column, j);
                if column == 0 {
                    p.re.0[0] -= mean;
                }
                p
            };
            self.cells.store(pressure, *density, [3, j], averages);
        }
    }

    /// The largest |∇·u| at the centres of cells over the largest rate of advection.
    fn divergence(&mut self) -> f64 {
        let (walls, layout, rows) = (&*self.walls, &*self.layout, &self.rows);
        let cells = walls.cells();
        let mut largest = 0.0_f64;
        for j in 0..cells {
            largest = largest.max(self.cells.largest(|column| {
                let (row, k) = (&rows[column * cells + j], wavenumbers(layout, column));
                let above =
                    if j + 1 < cells { rows[column * cells + j + 1].v } else { Mode::default() };
                let across = (above - row.v) * (1.0 / walls.heights[j]);
                row.u.times_i(k.kx) + row.w.times_i(k.kz) + across
            }));
        }
        let rate = self.fastest.unwrap_or(self.fastest_before).rate;
        if largest == 0.0 { 0.0 } else { largest / rate }
    }
}

/// The number of channels: u, v, w, p.
const CHANNELS: usize = 4;

/// Advances all columns of one kz by a substep.
#[inline(always)]
fn advance_columns(
    sweeps: &Sweeps,
    layout: &Layout,
    explicit: Explicit<'_>,
    rows: &mut [Row],
    buffers: &mut Buffers,
) {
    let cells = rows.len() / layout.columns;
    for (column, rows) in (explicit.column..).zip(rows.chunks_exact_mut(cells)) {
        sweeps.advance(wavenumbers(layout, column), rows, explicit.of(column), buffers);
    }
}

impl TimeStepper for Channel {
    /// Computes N of the present state too, that of the first substep.
    fn limit(&mut self, _time: f64) -> StepLimit {
        let fastest = match self.fastest {
            Some(fastest) => fastest,
            None => self.advection.tendency(&self.rows, true, &mut self.tendency),
        };
        self.fastest = Some(fastest);
        self.stopwatch.lap(Work::Advection);
        StepLimit::stable(STABLE / fastest.rate)
    }

    fn step(&mut self, _time: f64, dt: f64) {
        if let Some(fastest) = self.fastest.take() {
            self.fastest_before = fastest;
        }
        for (i, substep) in SUBSTEPS.into_iter().enumerate() {
            if i > 0 {
                self.advection.tendency(&self.rows, false, &mut self.tendency);
                self.stopwatch.lap(Work::Advection);
            }
            self.sweeps.set(&self.walls, substep, dt, self.nu);
            let Self { walls, layout, rows, before, tendency, buffers, sweeps, .. } = self;
            let (cells, sweeps, layout) = (walls.cells(), &*sweeps, &**layout);
            let explicit = Explicit { now: tendency, before, stride: layout.len(), column: 0 };
            let lines = rows.par_chunks_mut(layout.columns * cells).zip(buffers.par_iter_mut());
            lines.enumerate().for_each(|(line, (rows, buffers))| {
                let explicit = explicit.of(line * layout.columns);
                advance_columns(sweeps, layout, explicit, rows, buffers);
            });
            std::mem::swap(&mut self.tendency, &mut self.before);
            self.drive.apply(&self.walls, &self.sweeps, &mut self.rows[..self.walls.cells()]);
            self.stopwatch.lap(Work::Pressure);
        }
        self.steps += 1;
    }

    fn stop(&self) -> &Stop {
        &self.stop
    }

    fn steps(&self) -> usize {
        self.steps
    }

    /// Transforms and tridiagonal systems couple all values of a plane and of a column.
    fn is_finite(&self) -> bool {
        let row = &self.rows[self.walls.cells()];
        [row.u, row.v, row.w, row.p, self.rows[0].u]
            .iter()
            .all(|mode| mode.re.0.iter().chain(&mode.im.0).all(|value| value.is_finite()))
    }

    fn fastest_before(&mut self, _time: f64) -> (f64, [usize; 2]) {
        (self.fastest_before.speed, self.fastest_before.cell)
    }
}

impl Solver for Channel {
    fn load(&mut self, state: &State) -> Result<(), SolverError> {
        if state.shape() != self.averages.shape() {
            let [found, expected] = [state, &self.averages].map(|state| state.shape().to_vec());
            return Err(SolverError::Shape { found, expected });
        }
        let cells = self.walls.cells();
        self.rows.fill(Row::default());
        for j in 0..cells {
            let rows = &mut self.rows;
            self.cells.load([0, j], state, |column, mode| rows[column * cells + j].u = mode);
            self.cells.load([1, j], state, |column, mode| rows[column * cells + j].v = mode);
            self.cells.load([2, j], state, |column, mode| rows[column * cells + j].w = mode);
        }
        let mut factors = vec![Lanes::default(); cells];
        for (column, rows) in self.rows.chunks_exact_mut(cells).enumerate() {
            faces(&self.walls, wavenumbers(&self.layout, column), rows, &mut factors);
        }
        self.restart();
        check_finite(self, 0.0)
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn advance(&mut self, interval: f64) -> Result<Progress, SolverError> {
        self.stopwatch.start();
        let mut progress = march(self, self.time, interval)?;
        self.time += interval;
        self.finish();
        progress.divergence = self.divergence();
        self.stopwatch.lap(Work::Output);
        Ok(progress)
    }

    fn store(&self, state: &mut State) {
        state.assign(&self.averages);
    }

    fn monitor(&self, values: &mut [f64]) {
        let [low, high] = self.friction();
        let now = [low, high, self.pressure_gradient(), self.bulk_velocity()];
        values.iter_mut().zip(now).for_each(|(out, value)| *out = value);
    }

    fn stopwatch(&self) -> &Stopwatch {
        &self.stopwatch
    }

    fn order(&self) -> u32 {
        2
    }
}
