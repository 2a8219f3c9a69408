//! The explicit integrator.

use super::flow::{Flow, Survey};
use super::stencil::{middle, middle_mut};
use super::velocity::Velocity;

/// Third-order strong-stability-preserving Runge–Kutta with one projection a step.
///
/// ```text
/// u¹ = uⁿ + Δt F(uⁿ)
/// u² = ¾ uⁿ + ¼ (u¹ + Δt F(u¹))
/// u* = ⅓ uⁿ + ⅔ (u² + Δt F(u²))          F(u) = −∇·(u u) + ν ∇²u − ∇pⁿ + f
/// uⁿ⁺¹ = u* − Δt ∇φ,   pⁿ⁺¹ = pⁿ + φ,   ∇²φ = ∇·u*/Δt
/// ```
///
/// The stages carry the last step's pressure, which is wrong by O(Δt): their velocity by O(Δt²),
/// the step's by O(Δt³), so that the whole is second order, and stable as the third-order scheme.
/// It is self-starting, and the step may change at will.
///
/// Source: Shu & Osher (1988), J. Comput. Phys. 77, 439; one projection a step after
/// Le & Moin (1991), J. Comput. Phys. 92, 369.
pub(crate) struct SspRk3 {
    stages: [Velocity; 2],
}

/// Where the region of absolute stability meets the imaginary axis: √3.
const IMAGINARY_REACH: f64 = 1.732_050_8;
/// Where it meets the real axis.
const REAL_REACH: f64 = 2.512_745;

impl SspRk3 {
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        Self { stages: [Velocity::zeros(cells), Velocity::zeros(cells)] }
    }

    /// The longest stable step in s.
    ///
    /// The eigenvalues of advection are imaginary and at most the survey's rate, those of diffusion
    /// real and at most 4ν(1/dx² + 1/dy²); the half ellipse through both reaches lies within the
    /// region of stability (tested below).
    pub(crate) fn stable_step(flow: &Flow, survey: Survey) -> f64 {
        let advection = survey.rate / IMAGINARY_REACH;
        let inverse_squares: f64 = flow.mesh.spacing.iter().map(|h| 1.0 / (h * h)).sum();
        let diffusion = 4.0 * flow.viscosity * inverse_squares / REAL_REACH;
        1.0 / advection.hypot(diffusion)
    }

    /// Advances the flow from `time` by `dt`.
    pub(crate) fn step(&mut self, flow: &mut Flow, time: f64, dt: f64) {
        let [a, b] = &mut self.stages;
        stage(flow, 0.0, &flow.velocity, a, time, dt);
        stage(flow, 3.0 / 4.0, a, b, time + dt, dt);
        stage(flow, 1.0 / 3.0, b, a, time + 0.5 * dt, dt);
        flow.project(a);
        flow.shift_pressure(dt);
        std::mem::swap(&mut flow.velocity, a);
    }

    /// The velocity before the step just made.
    pub(crate) fn before(&self) -> &Velocity {
        &self.stages[0]
    }

    /// A velocity to overwrite.
    pub(crate) fn space(&mut self) -> &mut Velocity {
        &mut self.stages[1]
    }
}

/// `next = keep · uⁿ + (1 − keep) (now + dt F(now))`
fn stage(flow: &Flow, keep: f64, now: &Velocity, next: &mut Velocity, time: f64, dt: f64) {
    let (start, stencil, p) = (&flow.velocity, flow.stencil, &flow.pressure);
    let ([nx, ny], take) = (flow.mesh.cells, 1.0 - keep);
    next.u.update_pair(&mut next.v, 1..nx + 1, |i, u, v| {
        let (u, u0, u1) =
            (middle_mut(u, ny), middle(start.u.line(i), ny), middle(now.u.line(i), ny));
        stencil.across_x(now, p, i, |j, push| {
            let rate = push.advection + push.diffusion + push.pressure;
            u[j] = keep * u0[j] + take * (u1[j] + dt * rate);
        });
        let (v, v0, v1) =
            (middle_mut(v, ny), middle(start.v.line(i), ny), middle(now.v.line(i), ny));
        stencil.across_y(now, p, i, |j, push| {
            let rate = push.advection + push.diffusion + push.pressure;
            v[j] = keep * v0[j] + take * (v1[j] + dt * rate);
        });
    });
    flow.force(next, time, take * dt);
    next.close(&flow.mesh);
}

#[cfg(test)]
mod tests {
    use super::*;
    use realfft::num_complex::Complex;

    #[test]
    fn the_ellipse_of_stable_steps_lies_within_the_region_of_stability() {
        for degree in 90..=270 {
            let angle = f64::from(degree).to_radians();
            let z = Complex::new(REAL_REACH * angle.cos(), IMAGINARY_REACH * angle.sin());
            let growth = (1.0 + z * (1.0 + z / 2.0 * (1.0 + z / 3.0))).norm();
            assert!(growth < 1.0 + 1e-6, "amplifies by {growth} at {degree}°");
        }
    }
}
