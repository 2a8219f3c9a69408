//! One step of two fluids.

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

/// Two fluids, and the equations that hold for them.
///
/// ```text
/// ∂f/∂t + ∇·(f u) = 0,   ρ = ρ_air + (ρ_water − ρ_air) f,   ∇·u = 0
/// ∂(ρu)/∂t + ∇·(ρ u u) = −∇p + ∇·(μ (∇u + ∇uᵀ)) + ρ g + σ κ ∇f
/// ```
///
/// A step carries f and ρu along one axis and then along the other, in turns first along x and along
/// y; adds friction, implicitly, gravity and the surface's pull; then projects. Friction does not know the pressure to
/// come: velocities at sticky walls are off by Δt |∇p|/ρ, which is 12 ν Δt/d² of the mean in a channel
/// of width d.
pub(crate) struct Flow {
    pub(crate) geometry: Geometry,
    pub(crate) fluids: Fluids,
    pub(crate) interface: Interface,
    pub(crate) velocity: [StaggeredArray; 2],
    pub(crate) pressure: Pressure,
    /// The velocity between the sweeps, and after them.
    carried: [[StaggeredArray; 2]; 2],
    courant: [StaggeredArray; 2],
    momentum: Momentum,
    viscosity: Viscosity,
    pub(crate) tension: Tension,
    /// Steps made: they say along which axis to begin.
    pub(crate) steps: usize,
    pub(crate) iterations: [usize; 2],
    /// What the divergence left is measured by: |u|/dx + |v|/dy in 1/s before the last step, with what
    /// gravity and the surface add in it.
    pub(crate) scale: f64,
    pub(crate) stopwatch: Stopwatch,
}

/// The divergence left, over |u|/dx + |v|/dy at its largest.
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
            carried: [pair(), pair()],
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

    /// Makes the velocity of now free of divergence, as if after a blow; forgets the pressure.
    pub(crate) fn strike(&mut self) -> Convergence {
        let Self { geometry, fluids, interface, velocity, pressure, .. } = self;
        geometry.close_fraction(&mut interface.fraction);
        geometry.close_velocity(velocity);
        let speed = rate(velocity, geometry);
        pressure.weigh(&interface.fraction, fluids, geometry);
        pressure.value.update(0..geometry.cells[0] + 2 * GHOSTS, |_, line| line.fill(0.0));
        let solved = pressure.project(velocity, geometry, 1.0, TOLERANCE * speed);
        pressure.value.update(0..geometry.cells[0] + 2 * GHOSTS, |_, line| line.fill(0.0));
        geometry.close_velocity(velocity);
        solved
    }

    /// Advances by `dt`.
    pub(crate) fn step(&mut self, dt: f64) -> Convergence {
        self.measure_courant(dt);
        self.transport();
        self.scale = rate(&self.velocity, &self.geometry) + self.falling_rate(dt);
        self.rub(dt);
        self.stopwatch.lap(Work::Viscous);
        let Self { geometry, fluids, interface, velocity, pressure, tension, .. } = self;
        pressure.weigh(&interface.fraction, fluids, geometry);
        pressure.open(velocity, fluids, geometry);
        self.stopwatch.lap(Work::Pressure);
        let [_, next] = &mut self.carried;
        if tension.is_there() {
            tension.measure(&interface.fraction, geometry);
            pressure.pull(next, tension, &interface.fraction, geometry, dt);
            self.scale = self.scale.max(rate(next, geometry));
            self.stopwatch.lap(Work::Interface);
        }
        let solved = pressure.project(next, geometry, dt, TOLERANCE * self.scale);
        self.iterations[1] += solved.iterations;
        geometry.close_velocity(next);
        self.stopwatch.lap(Work::Pressure);
        std::mem::swap(&mut self.velocity, &mut self.carried[1]);
        self.steps += 1;
        solved
    }

    /// What gravity adds to |v|/dy in a step from rest.
    pub(crate) fn falling_rate(&self, dt: f64) -> f64 {
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

    /// Carries water and momentum along both axes; leaves the velocity in `carried[1]`.
    fn transport(&mut self) {
        let Self {
            geometry,
            fluids,
            interface,
            velocity,
            carried,
            courant,
            momentum,
            stopwatch,
            ..
        } = self;
        let [between, after] = carried;
        for (sweep, axis) in [(Sweep::First, self.steps % 2), (Sweep::Second, 1 - self.steps % 2)] {
            let courant = &courant[axis];
            momentum.weigh_cells(interface, fluids);
            stopwatch.lap(Work::Advection);
            interface.cut(sweep, axis, courant, geometry);
            interface.carry(sweep, axis, courant, geometry);
            stopwatch.lap(Work::Interface);
            momentum.weigh_fluxes(axis, courant, interface, fluids, geometry);
            for component in 0..2 {
                let start = &velocity[component];
                let (now, next) = if sweep == Sweep::First {
                    (start, &mut between[component])
                } else {
                    (&between[component], &mut after[component])
                };
                momentum.carry(component, axis, courant, start, now, next, geometry);
            }
            let next = if sweep == Sweep::First { &mut *between } else { &mut *after };
            geometry.release(next);
            geometry.close_velocity(next);
            stopwatch.lap(Work::Advection);
        }
        interface.clip(geometry);
        stopwatch.lap(Work::Interface);
    }

    /// Adds friction and gravity.
    fn rub(&mut self, dt: f64) {
        let Self { geometry, fluids, interface, carried, viscosity, scale, .. } = self;
        let [_, ny] = geometry.cells;
        let (next, fraction) = (&mut carried[1], &interface.fraction);
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
        geometry.release(next);
        geometry.close_velocity(next);
    }
}

/// The largest |u|/dx + |v|/dy in 1/s; no number if a velocity is none.
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
