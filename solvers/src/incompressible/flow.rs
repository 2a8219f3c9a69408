//! The flow of now, and its projection.

use super::helmholtz::Helmholtz;
use super::mesh::{Mesh, Sides};
use super::opening::Opening;
use super::plane::{GHOSTS, Plane, inner, inner_mut};
use super::solver::Forcing;
use super::stencil::Stencil;
use super::velocity::Velocity;

/// The velocity, and the equations that hold for it.
pub(crate) struct Flow {
    pub(crate) mesh: Mesh,
    pub(crate) stencil: Stencil,
    /// Kinematic viscosity ν in m²/s.
    pub(crate) viscosity: f64,
    pub(crate) velocity: Velocity,
    pub(crate) forcing: Option<Forcing>,
    pub(crate) opening: Option<Opening>,
    poisson: Helmholtz,
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
            poisson: Helmholtz::new(mesh.cells, mesh.spacing, mesh.ends()[0]),
            mesh,
        };
        flow.open(&|_| 0.0);
        flow.velocity.close(&mesh);
        flow
    }

    /// Lets fluid with the velocity `inflow(y)` in m/s enter where x is open; y is in m from the
    /// low corner.
    pub(crate) fn open(&mut self, inflow: &dyn Fn(f64) -> f64) {
        let Mesh { cells, spacing, sides } = self.mesh;
        if sides[0] == Sides::Open {
            // Simpson's rule is exact for a parabola.
            let mean = |j: usize| {
                let at = |part: f64| inflow((j as f64 + part) * spacing[1]);
                (at(0.0) + 4.0 * at(0.5) + at(1.0)) / 6.0
            };
            self.opening = Some(Opening::new((0..cells[1]).map(mean).collect(), cells, spacing));
        }
    }

    /// Sets the faces of walls and open ends, and all ghosts.
    pub(crate) fn close(&self, velocity: &mut Velocity) {
        if let Some(opening) = &self.opening {
            opening.close(velocity, 1.0);
        }
        velocity.close(&self.mesh);
    }

    /// Solves −∇²ψ = ∇·`velocity` with no gradient across walls; ψ has zero mean.
    fn solve_potential(&mut self, velocity: &Velocity) {
        let stencil = self.stencil;
        self.poisson.solve(|i, line| {
            let divergence = stencil.divergence(velocity, i + GHOSTS);
            line.iter_mut().enumerate().for_each(|(j, value)| *value = divergence(j));
        });
    }

    /// Adds ∇ψ to `velocity`, so that ∇·u = 0 to round-off, and closes it.
    pub(crate) fn project(&mut self, velocity: &mut Velocity) {
        self.solve_potential(velocity);
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
    }

    /// Subtracts ψ of the last projection over `duration` in s from `pressure`.
    pub(crate) fn subtract_potential(&self, duration: f64, pressure: &mut Plane) {
        let ny = self.mesh.cells[1];
        pressure.update(pressure.inner(), |i, line| {
            let pressures = inner_mut(line, ny).iter_mut();
            pressures.zip(self.poisson.line(i - GHOSTS)).for_each(|(p, psi)| *p -= psi / duration);
        });
    }

    /// Writes into `pressure` the p/ρ that keeps the velocity of now free of divergence.
    ///
    /// ∇²p/ρ = ∇·(−∇·(u u) + ν ∇²u + f): no splitting error, and no trace of earlier steps.
    /// `space` is overwritten.
    pub(crate) fn diagnose_pressure(
        &mut self,
        time: f64,
        space: &mut Velocity,
        pressure: &mut Plane,
    ) {
        let (stencil, now, ny) = (self.stencil, &self.velocity, self.mesh.cells[1]);
        space.u.update_pair(&mut space.v, |i, u, v| {
            let (u, v) = (inner_mut(u, ny), inner_mut(v, ny));
            stencil.across_x(now, i, |j, push| u[j] = push.advection + push.diffusion);
            stencil.across_y(now, i, |j, push| v[j] = push.advection + push.diffusion);
        });
        self.force(space, time, 1.0);
        if let Some(opening) = &self.opening {
            let (push, rates) = (opening.push(&now.u), space.u.line_mut(opening.outlet));
            inner_mut(rates, ny).iter_mut().enumerate().for_each(|(j, u)| *u = push(j));
            opening.close(space, 0.0); // what enters does not change
        }
        space.close(&self.mesh);
        self.solve_potential(space);
        pressure.update(pressure.inner(), |_, line| line.fill(0.0));
        self.subtract_potential(1.0, pressure);
        if let Some(opening) = &self.opening {
            opening.level(pressure);
        }
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
    pub(crate) fn close_pressure(&self, pressure: &mut Plane) {
        let [nx, ny] = self.mesh.cells;
        if self.mesh.sides[0] == Sides::Periodic {
            pressure.copy_line(GHOSTS + nx - 1, GHOSTS - 1);
        }
        if self.mesh.sides[1] == Sides::Periodic {
            pressure.update(pressure.inner(), |_, line| line[GHOSTS - 1] = line[GHOSTS + ny - 1]);
        }
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
            divergence = largest(divergence, ny, |j| of_line(j).abs());
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
