//! One time step of a two-phase flow.

use super::fluids::Fluids;
use super::geometry::Geometry;
use super::interface::{Interface, Sweep};
use super::momentum::Momentum;
use super::pressure::Pressure;
use super::tension::Tension;
use super::viscosity::Viscosity;
use crate::linear::Convergence;
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};
use crate::{Stopwatch, Work};

/// A two-phase flow: its fields and the operators of one time step.
///
/// ```text
/// ∂f/∂t + ∇·(f u) = 0,   ρ = ρ_air + (ρ_water − ρ_air) f,   ∇·u = 0
/// ∂(ρu)/∂t + ∇·(ρ u u) = −∇p + ∇·(μ (∇u + ∇uᵀ)) + ρ g + σ κ ∇f
/// ```
///
/// A step advects f and ρu along one axis and then along the other, beginning with x in even and with y in odd steps.
/// It then adds viscous term (implicit), gravity and surface force, and projects.
///
/// The viscous step does not include the new pressure gradient. Velocities at no-slip walls therefore have an error of
/// Δt |∇p|/ρ, which is 12 ν Δt/d² of the mean velocity in a channel of width d.
pub(crate) struct Flow {
    pub(crate) geometry: Geometry,
    pub(crate) fluids: Fluids,
    pub(crate) interface: Interface,
    /// u and v on the faces in m/s.
    pub(crate) velocity: [StaggeredArray; 2],
    pub(crate) pressure: Pressure,
    /// The velocity after the first and after the second sweep.
    advected: [[StaggeredArray; 2]; 2],
    /// Courant numbers of the faces.
    /// Courant numbers of the faces.
    courant: [StaggeredArray; 2],
    momentum: Momentum,
    viscosity: Viscosity,
    pub(crate) tension: Tension,
    /// Steps since `load`; their parity selects the axis of the first sweep.
    pub(crate) steps: usize,
    /// Iterations of the viscous step and of the projection since `load`.
    pub(crate) iterations: [usize; 2],
    /// Scale of the divergence in 1/s: the largest |u|/dx + |v|/dy at the start of the last step, contributions of
    /// gravity and surface force included.
    pub(crate) scale: f64,
    pub(crate) stopwatch: Stopwatch,
}

/// Residual divergence relative to the largest |u|/dx + |v|/dy.
pub(crate) const TOLERANCE: f64 = 2e-11;

impl Flow {
    /// Air at rest.
    pub(crate) fn new(geometry: Geometry, fluids: Fluids) -> Self {
        let cells = geometry.cells;
        let pair = || [StaggeredArray::zeros(cells), StaggeredArray::zeros(cells)];
        Self {
            fluids,
            interface: Interface::new(cells),
            velocity: pair(),
            pressure: Pressure::new(&geometry),
            advected: [pair(), pair()],
            courant: pair(),
            momentum: Momentum::new(cells),
            viscosity: Viscosity::new(cells),
            tension: Tension::new(fluids.surface_tension, cells),
            steps: 0,
            iterations: [0; 2],
            scale: 0.0,
            stopwatch: Stopwatch::new(),
            geometry,
        }
    }

    /// Projects the current velocity, as after an impulsive start; sets the pressure to zero.
    pub(crate) fn project_impulsively(&mut self) -> Convergence {
        let Self { geometry, fluids, interface, velocity, pressure, .. } = self;
        geometry.fill_fraction_ghosts(&mut interface.fraction);
        geometry.fill_velocity_ghosts(velocity);
        let speed = rate(velocity, geometry);
        pressure.set_coefficients(&interface.fraction, fluids, geometry);
        pressure.value.update(0..geometry.cells[0] + 2 * GHOSTS, |_, line| line.fill(0.0));
        let solved = pressure.project(velocity, geometry, 1.0, TOLERANCE * speed);
        pressure.value.update(0..geometry.cells[0] + 2 * GHOSTS, |_, line| line.fill(0.0));
        geometry.fill_velocity_ghosts(velocity);
        solved
    }

    /// Advances by `dt` in s.
    pub(crate) fn step(&mut self, dt: f64) -> Convergence {
        self.measure_courant(dt);
        self.advect();
        self.scale = rate(&self.velocity, &self.geometry) + self.gravity_rate(dt);
        self.viscous_step(dt);
        self.stopwatch.lap(Work::Viscous);
        let Self { geometry, fluids, interface, velocity, pressure, tension, .. } = self;
        pressure.set_coefficients(&interface.fraction, fluids, geometry);
        pressure.set_open_pressure(velocity, fluids, geometry);
        self.stopwatch.lap(Work::Pressure);
        let [_, next] = &mut self.advected;
        if tension.is_active() {
            tension.set_curvature(&interface.fraction, geometry);
            pressure.add_surface_force(next, tension, &interface.fraction, geometry, dt);
            self.scale = self.scale.max(rate(next, geometry));
            self.stopwatch.lap(Work::Interface);
        }
        let solved = pressure.project(next, geometry, dt, TOLERANCE * self.scale);
        self.iterations[1] += solved.iterations;
        geometry.fill_velocity_ghosts(next);
        self.stopwatch.lap(Work::Pressure);
        std::mem::swap(&mut self.velocity, &mut self.advected[1]);
        self.steps += 1;
        solved
    }

    /// The increase g Δt/dy of |v|/dy by gravity in a step, in 1/s.
    pub(crate) fn gravity_rate(&self, dt: f64) -> f64 {
        self.fluids.gravity.abs() * dt / self.geometry.spacing[1]
    }

    fn measure_courant(&mut self, dt: f64) {
        for axis in 0..2 {
            let scale = dt / self.geometry.spacing[axis];
            let velocity = &self.velocity[axis];
            self.courant[axis].update(0..velocity.inner().end + GHOSTS, |i, line| {
                line.iter_mut().zip(velocity.line(i)).for_each(|(c, u)| *c = scale * u);
            });
        }
    }

    /// Advects volume fraction and momentum along both axes; the new velocity is in `advected[1]`.
    fn advect(&mut self) {
        let Self {
            geometry,
            fluids,
            interface,
            velocity,
            advected,
            courant,
            momentum,
            stopwatch,
            ..
        } = self;
        let [between, after] = advected;
        for (sweep, axis) in [(Sweep::First, self.steps % 2), (Sweep::Second, 1 - self.steps % 2)] {
            let courant = &courant[axis];
            momentum.set_density(interface, fluids);
            stopwatch.lap(Work::Advection);
            interface.set_fluxes(sweep, axis, courant, geometry);
            interface.advect(sweep, axis, courant, geometry);
            stopwatch.lap(Work::Interface);
            momentum.set_mass_fluxes(axis, courant, interface, fluids, geometry);
            for component in 0..2 {
                let start = &velocity[component];
                let (now, next) = if sweep == Sweep::First {
                    (start, &mut between[component])
                } else {
                    (&between[component], &mut after[component])
                };
                momentum.advect(component, axis, courant, start, now, next, geometry);
            }
            let next = if sweep == Sweep::First { &mut *between } else { &mut *after };
            geometry.extrapolate_to_open(next);
            geometry.fill_velocity_ghosts(next);
            stopwatch.lap(Work::Advection);
        }
        interface.clip(geometry);
        stopwatch.lap(Work::Interface);
    }

    /// Adds the viscous term and gravity to `advected[1]`.
    fn viscous_step(&mut self, dt: f64) {
        let Self { geometry, fluids, interface, advected, viscosity, scale, .. } = self;
        let [_, ny] = geometry.cells;
        let (next, fraction) = (&mut advected[1], &interface.fraction);
        let speed = *scale * geometry.spacing[0].min(geometry.spacing[1]);
        self.iterations[0] += viscosity.solve(next, fraction, fluids, geometry, dt, speed);
        for (component, velocity) in next.iter_mut().enumerate() {
            let (change, free) = (viscosity.change(component), &geometry.free[component]);
            velocity.update(velocity.inner(), |i, line| {
                let (change, free) = (inner(change.line(i), ny), inner(free.line(i), ny));
                let [f_low, f_high] = [-1, 0].map(|by| fraction.shifted(i, component, by, ny));
                for (j, u) in inner_mut(line, ny).iter_mut().enumerate() {
                    let density = fluids.density(0.5 * (f_low[j] + f_high[j]));
                    let weight = if component == 1 { fluids.weight(density) } else { 0.0 };
                    *u += change[j] + free[j] * dt * weight;
                }
            });
        }
        geometry.extrapolate_to_open(next);
        geometry.fill_velocity_ghosts(next);
    }
}

/// The largest |u|/dx + |v|/dy in 1/s; NaN if a velocity is NaN.
pub(crate) fn rate([u, v]: &[StaggeredArray; 2], geometry: &Geometry) -> f64 {
    let ([_, ny], [rx, ry]) = (geometry.cells, geometry.spacing.map(|h| 1.0 / h));
    let mut largest = 0.0;
    for i in GHOSTS..=u.inner().end {
        let (u, v) = (inner(u.line(i), ny + 1), inner(v.line(i), ny + 1));
        for (u, v) in u.iter().zip(v) {
            let rate = rx * u.abs() + ry * v.abs();
            largest = if rate > largest || rate.is_nan() { rate } else { largest };
        }
    }
    largest
}
