//! The semi-implicit integrator.

use super::flow::{Flow, Survey};
use super::linear_systems::diffusion;
use super::stencil::Push;
use crate::Work;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, StaggeredArray, Velocity, ahead, inner, inner_mut};

/// Second-order semi-implicit backward differences with variable steps: diffusion implicit,
/// advection extrapolated, pressure corrected incrementally in rotational form.
///
/// With ω = Δtₙ/Δtₙ₋₁, α = (1 + 2ω)/(1 + ω) and β = ω²/(1 + ω), and A = −∇·(u u):
///
/// ```text
/// (α/Δt − ν∇²)(u* − uⁿ) = β (uⁿ − uⁿ⁻¹)/Δt + (1 + ω) Aⁿ − ω Aⁿ⁻¹ + ν∇²uⁿ − ∇pⁿ + fⁿ⁺¹
/// uⁿ⁺¹ = u* − (Δt/α) ∇φ,   ∇²φ = (α/Δt) ∇·u*,   pⁿ⁺¹ = pⁿ + φ − ν∇·u*
/// ```
///
/// ω = 0 is the first step: backward Euler. L-stable in diffusion, so that an impulsive start
/// does not ring.
///
/// Source: Wang & Ruuth (2008), J. Comput. Math. 26, 838 (VSSBDF2); Guermond, Minev & Shen (2006),
/// Comput. Methods Appl. Mech. Engrg. 195, 6011, §3.4 (rotational form).
pub(crate) struct Sbdf2 {
    /// uⁿ⁻¹, then the right-hand side, then u*.
    other: Velocity,
    /// Aⁿ⁻¹
    advection: Velocity,
    /// pⁿ/ρ
    pressure: StaggeredArray,
    diffusion: [Helmholtz; 2],
    /// Δtₙ₋₁; `None` before the first step.
    last_step: Option<f64>,
}

/// Largest Courant number Δt (|u|/dx + |v|/dy). Where this scheme is chosen diffusion dominates
/// at the scale of the cells, and the limit is one of accuracy.
const COURANT: f64 = 0.5;
/// The first step, as a part of the longest.
const FIRST: f64 = 1.0 / 8.0;
/// Growth from step to step; zero-stable below 1 + √2.
const GROWTH: f64 = 2.0;

impl Sbdf2 {
    pub(crate) fn new(flow: &Flow) -> Self {
        let cells = flow.mesh.cells;
        Self {
            other: Velocity::zeros(cells),
            advection: Velocity::zeros(cells),
            pressure: StaggeredArray::zeros(cells),
            diffusion: diffusion(&flow.mesh),
            last_step: None,
        }
    }

    /// Forgets the past: the next step is the first, and `pressure` the first guess of p/ρ.
    pub(crate) fn restart(&mut self, flow: &Flow, pressure: &StaggeredArray) {
        self.last_step = None;
        self.pressure.clone_from(pressure);
        flow.close_pressure(&mut self.pressure);
    }

    /// The longest step in s that is stable and accurate, growth apart.
    pub(crate) fn stable_step(survey: Survey) -> f64 {
        COURANT / survey.rate
    }

    /// The longest step in s that the last one allows.
    pub(crate) fn next_step(&self, stable: f64) -> f64 {
        self.last_step.map_or(FIRST * stable, |last| stable.min(GROWTH * last))
    }

    /// Advances the flow from `time` by `dt`.
    pub(crate) fn step(&mut self, flow: &mut Flow, time: f64, dt: f64) {
        let omega = self.last_step.map_or(0.0, |last| dt / last);
        let alpha = (1.0 + 2.0 * omega) / (1.0 + omega);
        self.explicit_part(flow, omega, dt);
        flow.force(&mut self.other, time + dt, 1.0);
        flow.stopwatch.lap(Work::Advection);
        self.diffuse(flow, alpha / dt);
        flow.close(&mut self.other);
        flow.stopwatch.lap(Work::Viscous);
        self.rotate_pressure(flow);
        flow.project(&mut self.other, dt / alpha);
        flow.subtract_potential(dt / alpha, &mut self.pressure);
        flow.close_pressure(&mut self.pressure);
        std::mem::swap(&mut flow.velocity, &mut self.other);
        self.last_step = Some(dt);
    }

    /// Writes the right-hand side into `other`, and Aⁿ over Aⁿ⁻¹.
    fn explicit_part(&mut self, flow: &Flow, omega: f64, dt: f64) {
        let (now, stencil, pressure, ny) =
            (&flow.velocity, &flow.stencil, &self.pressure, flow.mesh.cells[1]);
        let [rx, ry] = flow.mesh.spacing.map(|h| 1.0 / h);
        let beta = omega * omega / (1.0 + omega) / dt;
        let combine = |now: f64, old: f64, push: Push, before: f64| {
            beta * (now - old) + (1.0 + omega) * push.advection - omega * before + push.diffusion
        };
        self.other.u.update_pair(&mut self.advection.u, |i, u, a| {
            let (u, a, c) = (inner_mut(u, ny), inner_mut(a, ny), inner(now.u.line(i), ny));
            let (low, high) = (inner(pressure.line(i - 1), ny), inner(pressure.line(i), ny));
            stencil.across_x(now, i, |j, push| {
                u[j] = combine(c[j], u[j], push, a[j]) + rx * (low[j] - high[j]);
                a[j] = push.advection;
            });
        });
        self.other.v.update_pair(&mut self.advection.v, |i, v, a| {
            let (v, a, c) = (inner_mut(v, ny), inner_mut(a, ny), inner(now.v.line(i), ny));
            let (low, high) = (ahead::<-1>(pressure.line(i), ny), inner(pressure.line(i), ny));
            stencil.across_y(now, i, |j, push| {
                v[j] = combine(c[j], v[j], push, a[j]) + ry * (low[j] - high[j]);
                a[j] = push.advection;
            });
        });
        if let Some(opening) = &flow.opening {
            let (n, at) = (opening.outlet, opening.push(&now.u));
            let (u, a) = (self.other.u.line_mut(n), self.advection.u.line_mut(n));
            let (u, a, c) = (inner_mut(u, ny), inner_mut(a, ny), inner(now.u.line(n), ny));
            for j in 0..ny {
                let push = Push { advection: at(j), diffusion: 0.0 };
                u[j] = combine(c[j], u[j], push, a[j]);
                a[j] = push.advection;
            }
        }
    }

    /// Adds −ν ∇·u* to the pressure.
    fn rotate_pressure(&mut self, flow: &Flow) {
        let (stencil, nu, ny, other) =
            (&flow.stencil, flow.viscosity, flow.mesh.cells[1], &self.other);
        self.pressure.update(self.pressure.inner(), |i, line| {
            let divergence = stencil.divergence(other, i);
            inner_mut(line, ny).iter_mut().enumerate().for_each(|(j, p)| *p -= nu * divergence(j));
        });
    }

    /// Replaces the right-hand side in `other` by u*.
    fn diffuse(&mut self, flow: &Flow, alpha_over_dt: f64) {
        let Self { other, diffusion: [of_u, of_v], .. } = self;
        let [x, y] = [0, 1].map(|axis| flow.mesh.first_face(axis));
        let parts = [
            (of_u, &mut other.u, &flow.velocity.u, [x, GHOSTS]),
            (of_v, &mut other.v, &flow.velocity.v, [GHOSTS, y]),
        ];
        for (solver, other, now, first) in parts {
            solver.set_shift(alpha_over_dt / flow.viscosity);
            add_change(solver, other, now, first, flow.viscosity);
        }
    }

    /// The velocity before the step just made.
    pub(crate) fn before(&self) -> &Velocity {
        &self.other
    }
}

/// `other = now + δ`, where (σ − ∇²) δ = `other`/ν; the unknowns begin at `first`.
fn add_change(
    solver: &mut Helmholtz,
    other: &mut StaggeredArray,
    now: &StaggeredArray,
    first: [usize; 2],
    nu: f64,
) {
    let [i0, j0] = first;
    solver.solve(|i, line| {
        let rhs = &other.line(i0 + i)[j0..];
        line.iter_mut().zip(rhs).for_each(|(f, rhs)| *f = rhs / nu);
    });
    other.update(i0..i0 + solver.lines(), |i, line| {
        let changes = now.line(i)[j0..].iter().zip(solver.line(i - i0));
        line[j0..].iter_mut().zip(changes).for_each(|(value, (now, change))| *value = now + change);
    });
}
