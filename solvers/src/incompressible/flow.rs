//! The flow of now, and its projection.

use super::cylinder::{Body, Capacitance, CutCell, Disk, NearFace, NearPush};
use super::linear_systems::poisson;
use super::opening::Opening;
use super::stencil::Stencil;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, Mesh, Sides, StaggeredArray, Velocity, inner, inner_mut};
use crate::{SolverError, Stopwatch, Work};
use std::sync::Arc;

/// A force per mass in m/s² at a time in s and a place in m from the low corner.
pub type Forcing = Arc<dyn Fn(f64, [f64; 2]) -> [f64; 2] + Send + Sync>;

/// The velocity, and the equations that hold for it.
pub(crate) struct Flow {
    pub(crate) mesh: Mesh,
    pub(crate) stencil: Stencil,
    /// Kinematic viscosity ν in m²/s.
    pub(crate) viscosity: f64,
    pub(crate) velocity: Velocity,
    pub(crate) forcing: Option<Forcing>,
    pub(crate) opening: Option<Opening>,
    pub(crate) body: Option<Body>,
    pub(crate) stopwatch: Stopwatch,
    poisson: Helmholtz,
    /// The potential in `poisson` is −p/ρ times this duration in s.
    duration: f64,
}

impl Flow {
    /// At rest.
    pub(crate) fn new(mesh: Mesh, viscosity: f64) -> Self {
        let mut flow = Self {
            stencil: Stencil::new(&mesh, viscosity),
            viscosity,
            velocity: Velocity::zeros(mesh.cells),
            forcing: None,
            opening: None,
            body: None,
            stopwatch: Stopwatch::new(),
            duration: f64::INFINITY,
            poisson: poisson(&mesh),
            mesh,
        };
        flow.open(&|_| 0.0);
        flow.velocity.close(&mesh);
        flow
    }

    /// Lets fluid with the velocity `inflow(y)` in m/s enter where x is open; y is in m from the
    /// low corner.
    pub(crate) fn open(&mut self, inflow: &dyn Fn(f64) -> f64) {
        let mesh = &self.mesh;
        if mesh.sides[0] == Sides::Open {
            // Simpson's rule is exact for a parabola, and for one times r.
            let mean = |j: usize| {
                let y = |part: f64| j as f64 + part;
                let breadth = |part: f64| if mesh.is_pipe() { y(part) / y(0.5) } else { 1.0 };
                let at = |part: f64| breadth(part) * inflow(y(part) * mesh.spacing[1]);
                (at(0.0) + 4.0 * at(0.5) + at(1.0)) / 6.0
            };
            self.opening = Some(Opening::new((0..mesh.cells[1]).map(mean).collect(), mesh));
        }
    }

    /// Puts a body into the flow.
    pub(crate) fn surround(&mut self, disk: Disk) -> Result<(), SolverError> {
        self.body = Some(Body::new(disk, &self.mesh, &mut self.poisson)?);
        self.duration = f64::INFINITY;
        Ok(())
    }

    /// Sets the faces of walls, bodies and open ends, and all ghosts.
    pub(crate) fn close(&self, velocity: &mut Velocity) {
        if let Some(opening) = &self.opening {
            opening.close(velocity, 1.0);
        }
        velocity.close(&self.mesh);
        if let Some(body) = &self.body {
            body.close(velocity);
        }
    }

    /// Solves −∇²ψ = ∇·`velocity` with no gradient across walls; ψ has zero mean.
    fn solve_potential(&mut self, velocity: &Velocity) {
        let Self { stencil, poisson, body, .. } = self;
        let fill = |i: usize, line: &mut [f64]| {
            let divergence = stencil.divergence(velocity, i + GHOSTS);
            line.iter_mut().enumerate().for_each(|(j, value)| *value = divergence(j));
        };
        let Some(Body { capacitance, .. }) = body else { return poisson.solve(fill) };
        let fill = |cuts: &Capacitance, i: usize, line: &mut [f64]| {
            fill(i, line);
            for cell in cuts.line(i) {
                line[cell.place[1]] = stencil.divergence_of(velocity, cell);
            }
        };
        let reach = capacitance.reach();
        poisson.solve_partly(reach.clone(), |i, line| fill(capacitance, i, line));
        capacitance.balance(poisson, |cell| stencil.divergence_of(velocity, cell));
        poisson.add_sources(reach, |i, line| capacitance.add_sources(i, line));
    }

    /// Adds ∇ψ to `velocity`, so that ∇·u = 0 to round-off, and closes it.
    ///
    /// `velocity` has gone without pressure for `duration` in s.
    pub(crate) fn project(&mut self, velocity: &mut Velocity, duration: f64) {
        self.solve_potential(velocity);
        self.duration = duration;
        let (mesh, poisson) = (self.mesh, &self.poisson);
        let [nx, ny] = mesh.cells;
        let [rx, ry] = mesh.spacing.map(|h| 1.0 / h);
        let Velocity { u, v } = velocity;
        u.update_pair(v, |i, u, v| {
            let psi = poisson.line(i - GHOSTS);
            if i >= mesh.first_face(0) {
                let low = poisson.line((i - GHOSTS).checked_sub(1).unwrap_or(nx - 1));
                add_difference(inner_mut(u, ny), low, psi, rx);
            }
            let v = inner_mut(v, ny);
            add_difference(&mut v[1..], &psi[..ny - 1], &psi[1..], ry);
            if mesh.sides[1] == Sides::Periodic {
                v[0] += ry * (psi[0] - psi[ny - 1]);
            }
        });
        self.close(velocity);
        self.stopwatch.lap(Work::Pressure);
    }

    /// The push on a face near a body, limited so that friction is stable with steps `dt`.
    ///
    /// Close to the wall friction is fast. There an implicit step replaces the explicit one: the
    /// push that pressure does not balance is divided by `ν |w| dt`, with w the Laplacian's weight
    /// of the face itself. What is in balance, and all that is slow, is not changed.
    pub(crate) fn damped(&self, axis: usize, face: &NearFace, near: NearPush, dt: f64) -> f64 {
        let balance = -self.slope(axis, face.at) / self.duration;
        balance + (near.push - balance) / (near.decay * dt).max(1.0)
    }

    /// ∂ψ/∂x or ∂ψ/∂y on a face away from the ends of the domain.
    fn slope(&self, axis: usize, [i, j]: [usize; 2]) -> f64 {
        let [i, j] = [i - GHOSTS, j - GHOSTS];
        let high = self.poisson.line(i)[j];
        let low = if axis == 0 { self.poisson.line(i - 1)[j] } else { self.poisson.line(i)[j - 1] };
        (high - low) / self.mesh.spacing[axis]
    }

    /// Subtracts ψ of the last projection over `duration` in s from `pressure`.
    pub(crate) fn subtract_potential(&self, duration: f64, pressure: &mut StaggeredArray) {
        let ny = self.mesh.cells[1];
        pressure.update(pressure.inner(), |i, line| {
            let pressures = inner_mut(line, ny).iter_mut();
            pressures.zip(self.poisson.line(i - GHOSTS)).for_each(|(p, psi)| *p -= psi / duration);
        });
    }

    /// Writes into `pressure` the p/ρ that keeps the velocity of now free of divergence.
    ///
    /// ∇²p/ρ = ∇·(−∇·(u u) + ν ∇²u + f): no splitting error, and no trace of earlier steps.
    /// `space` is overwritten. Returns the force on a body over density and depth, in m³/s².
    ///
    /// The force is the exact balance of momentum of any box around the body: what enters through
    /// the sides of the box, which the stencil in divergence form tells, less what the fluid in it
    /// gains. Both agree on all faces but those that are near the wall or closed, which remain:
    ///
    /// ```text
    /// F/ρ = dx dy Σ [(−∇·(u u) + ν ∇²u − ∇p/ρ)ₛₜₑₙ꜀ᵢₗ − α ∂u/∂t]        α is the open part
    /// ```
    pub(crate) fn diagnose_pressure(
        &mut self,
        time: f64,
        space: &mut Velocity,
        pressure: &mut StaggeredArray,
    ) -> [f64; 2] {
        let (stencil, now, ny) = (&self.stencil, &self.velocity, self.mesh.cells[1]);
        space.u.update_pair(&mut space.v, |i, u, v| {
            let (u, v) = (inner_mut(u, ny), inner_mut(v, ny));
            stencil.across_x(now, i, |j, push| u[j] = push.advection + push.diffusion);
            stencil.across_y(now, i, |j, push| v[j] = push.advection + push.diffusion);
        });
        let mut force = [0.0; 2];
        if let Some(body) = &self.body {
            let at = |axis, [i, j]: [usize; 2]| space.component(axis).line(i)[j];
            let through_sides = body.sum(|axis, face| at(axis, face.at));
            body.set_near(now, space, self.viscosity, |axis, face, push| {
                self.damped(axis, face, push, self.duration)
            });
            let at = |axis, [i, j]: [usize; 2]| space.component(axis).line(i)[j];
            let gained = body.sum(|axis, face| face.share * at(axis, face.at));
            force = [0, 1].map(|axis| through_sides[axis] - gained[axis]);
        }
        self.force(space, time, 1.0);
        if let Some(opening) = &self.opening {
            let (push, rates) = (opening.push(&now.u), space.u.line_mut(opening.outlet));
            inner_mut(rates, ny).iter_mut().enumerate().for_each(|(j, u)| *u = push(j));
            opening.close(space, 0.0); // what enters does not change
        }
        space.close(&self.mesh);
        if let Some(body) = &self.body {
            body.close(space);
        }
        self.solve_potential(space);
        self.duration = 1.0;
        pressure.update(pressure.inner(), |_, line| line.fill(0.0));
        self.subtract_potential(1.0, pressure);
        if let Some(opening) = &self.opening {
            opening.level(pressure);
        }
        if let Some(body) = &self.body {
            let by_pressure = body.sum(|axis, face| (1.0 - face.share) * self.slope(axis, face.at));
            force = [0, 1].map(|axis| force[axis] + by_pressure[axis]);
        }
        let [dx, dy] = self.mesh.spacing;
        force.map(|force| dx * dy * force)
    }

    /// Adds `duration` times the forcing at `time` to the faces of `velocity`.
    pub(crate) fn force(&self, velocity: &mut Velocity, time: f64, duration: f64) {
        let (Some(forcing), [dx, dy], ny) = (&self.forcing, self.mesh.spacing, self.mesh.cells[1])
        else {
            return;
        };
        let Velocity { u, v } = velocity;
        u.update_pair(v, |i, u, v| {
            let x = (i - GHOSTS) as f64 * dx;
            let faces = inner_mut(u, ny).iter_mut().zip(inner_mut(v, ny));
            for (j, (u, v)) in faces.enumerate() {
                let y = j as f64 * dy;
                *u += duration * forcing(time, [x, y + 0.5 * dy])[0];
                *v += duration * forcing(time, [x + 0.5 * dx, y])[1];
            }
        });
    }

    /// Extends `pressure` to the ghosts that gradients across periodic ends read.
    pub(crate) fn close_pressure(&self, pressure: &mut StaggeredArray) {
        let [nx, ny] = self.mesh.cells;
        if self.mesh.sides[0] == Sides::Periodic {
            pressure.copy_line(GHOSTS + nx - 1, GHOSTS - 1);
        }
        if self.mesh.sides[1] == Sides::Periodic {
            pressure.update(pressure.inner(), |_, line| line[GHOSTS - 1] = line[GHOSTS + ny - 1]);
        }
    }

    /// The cells of line `i` that a body cuts.
    fn cut_cells(&self, i: usize) -> &[CutCell] {
        self.body.as_ref().map_or(&[], |body| body.capacitance.line(i - GHOSTS))
    }

    /// Measures the velocity of now.
    pub(crate) fn survey(&self) -> Survey {
        let (velocity, ny) = (&self.velocity, self.mesh.cells[1]);
        let [rx, ry] = self.mesh.spacing.map(|h| 1.0 / h);
        let [mut rate, mut divergence] = [self.mesh.wall_rate(), 0.0];
        for i in velocity.u.inner() {
            let (u, v) = (inner(velocity.u.line(i), ny), inner(velocity.v.line(i), ny));
            rate = largest(rate, ny, |j| rx * u[j].abs() + ry * v[j].abs());
            let of_line = self.stencil.divergence(velocity, i);
            let mut from = 0;
            for cell in self.cut_cells(i) {
                let until = cell.place[1];
                divergence = largest(divergence, until - from, |j| of_line(from + j).abs());
                divergence = divergence.max(self.stencil.divergence_of(velocity, cell).abs());
                from = until + 1;
            }
            divergence = largest(divergence, ny - from, |j| of_line(from + j).abs());
        }
        Survey { rate, divergence: if rate > 0.0 { divergence / rate } else { 0.0 } }
    }
}

/// What limits the step, and how well the projection did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Survey {
    /// The largest |u|/dx + |v|/dy in 1/s, walls included.
    pub(crate) rate: f64,
    /// The largest |∇·u| over `rate`.
    pub(crate) divergence: f64,
}

/// `faces += (high − low) / spacing`
fn add_difference(faces: &mut [f64], low: &[f64], high: &[f64], inverse: f64) {
    for ((face, low), high) in faces.iter_mut().zip(low).zip(high) {
        *face += inverse * (high - low);
    }
}

/// The largest of `least` and `count` values; several lanes, so that it vectorizes.
#[inline]
fn largest(least: f64, count: usize, value: impl Fn(usize) -> f64) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [least; LANES];
    for start in 0..count / LANES {
        for (lane, most) in lanes.iter_mut().enumerate() {
            let value = value(start * LANES + lane);
            *most = if value > *most { value } else { *most };
        }
    }
    let rest = (count / LANES * LANES..count).map(value);
    rest.chain(lanes).fold(least, f64::max)
}
