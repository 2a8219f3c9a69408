//! The semi-implicit integrator.

use super::flow::{Flow, Survey};
use super::helmholtz::Helmholtz;
use super::stencil::{middle, middle_mut};
use super::velocity::Velocity;

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
        let (cells, spacing, [_, u, v]) = (flow.mesh.cells, flow.mesh.spacing, flow.mesh.ends());
        Self {
            other: Velocity::zeros(cells),
            advection: Velocity::zeros(cells),
            diffusion: [Helmholtz::new(cells, spacing, u), Helmholtz::new(cells, spacing, v)],
            last_step: None,
        }
    }

    /// Forgets the past: the next step is the first.
    pub(crate) fn restart(&mut self) {
        self.last_step = None;
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
        self.diffuse(flow, alpha / dt);
        self.other.close(&flow.mesh);
        flow.rotate_pressure(&self.other);
        flow.project(&mut self.other);
        flow.shift_pressure(dt / alpha);
        std::mem::swap(&mut flow.velocity, &mut self.other);
        self.last_step = Some(dt);
    }

    /// Writes the right-hand side into `other`, and Aⁿ over Aⁿ⁻¹.
    fn explicit_part(&mut self, flow: &Flow, omega: f64, dt: f64) {
        let (now, stencil, p) = (&flow.velocity, flow.stencil, &flow.pressure);
        let [nx, ny] = flow.mesh.cells;
        let beta = omega * omega / (1.0 + omega) / dt;
        let right_hand_side = |now: f64, old: f64, push: super::stencil::Push, before: f64| {
            beta * (now - old) + (1.0 + omega) * push.advection - omega * before
                + push.diffusion
                + push.pressure
        };
        self.other.u.update_pair(&mut self.advection.u, 1..nx + 1, |i, u, a| {
            let (u, a, c) = (middle_mut(u, ny), middle_mut(a, ny), middle(now.u.line(i), ny));
            stencil.across_x(now, p, i, |j, push| {
                u[j] = right_hand_side(c[j], u[j], push, a[j]);
                a[j] = push.advection;
            });
        });
        self.other.v.update_pair(&mut self.advection.v, 1..nx + 1, |i, v, a| {
            let (v, a, c) = (middle_mut(v, ny), middle_mut(a, ny), middle(now.v.line(i), ny));
            stencil.across_y(now, p, i, |j, push| {
                v[j] = right_hand_side(c[j], v[j], push, a[j]);
                a[j] = push.advection;
            });
        });
    }

    /// Replaces the right-hand side in `other` by u*.
    fn diffuse(&mut self, flow: &Flow, alpha_over_dt: f64) {
        let (nu, [nx, _]) = (flow.viscosity, flow.mesh.cells);
        let first = [flow.mesh.first_face(0), 1];
        let first_in_line = [1, flow.mesh.first_face(1)];
        let Velocity { u, v } = &mut self.other;
        let components = [u, v].into_iter().zip([&flow.velocity.u, &flow.velocity.v]);
        for (axis, ((other, now), solver)) in components.zip(&mut self.diffusion).enumerate() {
            let (first, j) = (first[axis], first_in_line[axis]);
            solver.set_shift(alpha_over_dt / nu);
            solver.solve(|i, line| {
                let rhs = &other.line(i + first)[j..];
                line.iter_mut().zip(rhs).for_each(|(f, rhs)| *f = rhs / nu);
            });
            other.update(first..nx + 1, |i, line| {
                let change = solver.line(i - first);
                let now = &now.line(i)[j..];
                for ((value, now), change) in line[j..].iter_mut().zip(now).zip(change) {
                    *value = now + change;
                }
            });
        }
    }

    /// The velocity before the step just made.
    pub(crate) fn before(&self) -> &Velocity {
        &self.other
    }
}
