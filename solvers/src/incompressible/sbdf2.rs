//! The semi-implicit time integrator.

use super::central_differences::Tendency;
use super::flow::{Diagnostics, Flow};
use super::linear_systems::diffusion;
use crate::Work;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, StaggeredArray, Velocity, ahead, inner, inner_mut};

/// Second-order semi-implicit backward differences (SBDF2) with variable steps: implicit diffusion,
/// extrapolated advection, and incremental pressure correction in rotational form.
///
/// With ω = Δtₙ/Δtₙ₋₁, α = (1 + 2ω)/(1 + ω) and β = ω²/(1 + ω), and A = −∇·(u u):
///
/// ```text
/// (α/Δt − ν∇²)(u* − uⁿ) = β (uⁿ − uⁿ⁻¹)/Δt + (1 + ω) Aⁿ − ω Aⁿ⁻¹ + ν∇²uⁿ − ∇pⁿ + fⁿ⁺¹
/// uⁿ⁺¹ = u* − (Δt/α) ∇φ,   ∇²φ = (α/Δt) ∇·u*,   pⁿ⁺¹ = pⁿ + φ − ν∇·u*
/// ```
///
/// p stands for p/ρ. The first step has ω = 0 and is backward Euler. The scheme is L-stable in diffusion, so
/// that an impulsive start causes no oscillations.
///
/// Source: Wang & Ruuth (2008), J. Comput. Math. 26, 838 (VSSBDF2); Guermond, Minev & Shen (2006),
/// Comput. Methods Appl. Mech. Engrg. 195, 6011, §3.4 (rotational form).
pub(crate) struct Sbdf2 {
    /// uⁿ⁻¹, then the right-hand side, then u*; after a step uⁿ.
    other: Velocity,
    /// Aⁿ⁻¹
    advection: Velocity,
    /// pⁿ/ρ
    pressure: StaggeredArray,
    /// Solvers of (σ − ∇²) φ = f for u and v.
    diffusion: [Helmholtz; 2],
    /// Δtₙ₋₁; `None` before the first step.
    last_step: Option<f64>,
}

/// Largest Courant number Δt (|u|/dx + |v|/dy). This scheme runs where diffusion dominates at the scale of
/// the cells, so that the limit is one of accuracy.
const COURANT: f64 = 0.5;
/// The first step over the longest step.
const FIRST: f64 = 1.0 / 8.0;
/// Largest ratio of successive steps; the scheme is zero-stable below 1 + √2.
const GROWTH: f64 = 2.0;

impl Sbdf2 {
    /// For the mesh and boundary conditions of `flow`.
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

    /// Makes the next step the first one, with `pressure` as p⁰/ρ.
    pub(crate) fn restart(&mut self, flow: &Flow, pressure: &StaggeredArray) {
        self.last_step = None;
        self.pressure.clone_from(pressure);
        flow.set_pressure_ghosts(&mut self.pressure);
    }

    /// The longest step in s within the Courant number.
    pub(crate) fn stable_step(diagnostics: Diagnostics) -> f64 {
        COURANT / diagnostics.rate
    }

    /// The longest step in s, at most `stable`, that the growth from the last step allows.
    pub(crate) fn growth_limit(&self, stable: f64) -> f64 {
        self.last_step.map_or(FIRST * stable, |last| stable.min(GROWTH * last))
    }

    /// Advances `flow` from `time` by `dt`, both in s.
    pub(crate) fn step(&mut self, flow: &mut Flow, time: f64, dt: f64) {
        let omega = self.last_step.map_or(0.0, |last| dt / last);
        let alpha = (1.0 + 2.0 * omega) / (1.0 + omega);
        self.explicit_part(flow, omega, dt);
        flow.add_forcing(&mut self.other, time + dt, 1.0);
        flow.stopwatch.lap(Work::Advection);
        self.diffuse(flow, alpha / dt);
        flow.apply_boundaries(&mut self.other);
        flow.stopwatch.lap(Work::Viscous);
        self.rotate_pressure(flow);
        flow.project(&mut self.other, dt / alpha);
        flow.subtract_potential(dt / alpha, &mut self.pressure);
        flow.set_pressure_ghosts(&mut self.pressure);
        std::mem::swap(&mut flow.velocity, &mut self.other);
        self.last_step = Some(dt);
    }

    /// Writes the right-hand side into `other`, and Aⁿ over Aⁿ⁻¹.
    fn explicit_part(&mut self, flow: &Flow, omega: f64, dt: f64) {
        let (now, differences, pressure, ny) =
            (&flow.velocity, &flow.differences, &self.pressure, flow.mesh.cells[1]);
        let [rx, ry] = flow.mesh.spacing.map(|h| 1.0 / h);
        let beta = omega * omega / (1.0 + omega) / dt;
        let combine = |now: f64, old: f64, tendency: Tendency, before: f64| {
            beta * (now - old) + (1.0 + omega) * tendency.advection - omega * before
                + tendency.diffusion
        };
        self.other.u.update_pair(&mut self.advection.u, |i, u, a| {
            let (u, a, c) = (inner_mut(u, ny), inner_mut(a, ny), inner(now.u.line(i), ny));
            let (low, high) = (inner(pressure.line(i - 1), ny), inner(pressure.line(i), ny));
            differences.u_tendency(now, i, |j, tendency| {
                u[j] = combine(c[j], u[j], tendency, a[j]) + rx * (low[j] - high[j]);
                a[j] = tendency.advection;
            });
        });
        self.other.v.update_pair(&mut self.advection.v, |i, v, a| {
            let (v, a, c) = (inner_mut(v, ny), inner_mut(a, ny), inner(now.v.line(i), ny));
            let (low, high) = (ahead::<-1>(pressure.line(i), ny), inner(pressure.line(i), ny));
            differences.v_tendency(now, i, |j, tendency| {
                v[j] = combine(c[j], v[j], tendency, a[j]) + ry * (low[j] - high[j]);
                a[j] = tendency.advection;
            });
        });
        if let Some(open) = &flow.open {
            let (n, at) = (open.outlet, open.outlet_tendency(&now.u));
            let (u, a) = (self.other.u.line_mut(n), self.advection.u.line_mut(n));
            let (u, a, c) = (inner_mut(u, ny), inner_mut(a, ny), inner(now.u.line(n), ny));
            for j in 0..ny {
                let tendency = Tendency { advection: at(j), diffusion: 0.0 };
                u[j] = combine(c[j], u[j], tendency, a[j]);
                a[j] = tendency.advection;
            }
        }
    }

    /// Adds −ν ∇·u* to the pressure.
    fn rotate_pressure(&mut self, flow: &Flow) {
        let (differences, nu, ny, other) =
            (&flow.differences, flow.nu, flow.mesh.cells[1], &self.other);
        self.pressure.update(self.pressure.inner(), |i, line| {
            let divergence = differences.divergence(other, i);
            inner_mut(line, ny).iter_mut().enumerate().for_each(|(j, p)| *p -= nu * divergence(j));
        });
    }

    /// Replaces the right-hand side in `other` by u*.
    fn diffuse(&mut self, flow: &Flow, alpha_over_dt: f64) {
        let Self { other, diffusion: [of_u, of_v], .. } = self;
        let [x, y] = [0, 1].map(|axis| flow.mesh.first_face(axis));
        let components = [
            (of_u, &mut other.u, &flow.velocity.u, [x, GHOSTS]),
            (of_v, &mut other.v, &flow.velocity.v, [GHOSTS, y]),
        ];
        for (solver, other, now, first) in components {
            solver.set_shift(alpha_over_dt / flow.nu);
            add_change(solver, other, now, first, flow.nu);
        }
    }

    /// uⁿ, the velocity before the last step.
    pub(crate) fn previous(&self) -> &Velocity {
        &self.other
    }
}

/// Replaces `other` by `now` + δ, where (σ − ∇²) δ = `other`/ν; `first` is the index of the first unknown.
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
