//! The explicit integrator.

use super::flow::{Flow, Survey};
use crate::Work;
use crate::staggered::{Velocity, inner, inner_mut};

/// Third-order strong-stability-preserving Runge–Kutta, every stage projected.
///
/// ```text
/// u¹   = P(uⁿ + Δt F(uⁿ))
/// u²   = P(¾ uⁿ + ¼ (u¹ + Δt F(u¹)))
/// uⁿ⁺¹ = P(⅓ uⁿ + ⅔ (u² + Δt F(u²)))          F(u) = −∇·(u u) + ν ∇²u + f
/// ```
///
/// P removes the gradient part, and with it the pressure: no splitting error is left, and the
/// scheme is third order in time. It is self-starting, and the step may change at will.
///
/// Source: Shu & Osher (1988), J. Comput. Phys. 77, 439.
pub(crate) struct SspRk3 {
    stages: [Velocity; 2],
}

/// Where the region of absolute stability meets the imaginary axis: √3.
const IMAGINARY_REACH: f64 = 1.732_050_8;
/// Where it meets the real axis.
const REAL_REACH: f64 = 2.512_745;
/// The largest eigenvalue of the stencil's first difference: the maximum of
/// (4/3) sin θ − (1/6) sin 2θ.
const STEEPEST: f64 = 1.372_222;
/// A bound on those of its second difference: 16/3 at θ = π, and with the parabolas
/// beyond walls up to 5.80, on the fewest cells; no more in pipes.
const SHARPEST: f64 = 5.85;

impl SspRk3 {
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        Self { stages: [Velocity::zeros(cells), Velocity::zeros(cells)] }
    }

    /// The longest stable step in s.
    ///
    /// The eigenvalues of advection are imaginary, those of diffusion real, and the half ellipse
    /// through both reaches lies within the region of stability.
    pub(crate) fn stable_step(flow: &Flow, survey: Survey) -> f64 {
        let advection = STEEPEST * survey.rate / IMAGINARY_REACH;
        let inverse_squares: f64 = flow.mesh.spacing.iter().map(|h| 1.0 / (h * h)).sum();
        let diffusion = SHARPEST * flow.viscosity * inverse_squares / REAL_REACH;
        1.0 / advection.hypot(diffusion)
    }

    /// Advances the flow from `time` by `dt`.
    pub(crate) fn step(&mut self, flow: &mut Flow, time: f64, dt: f64) {
        let [a, b] = &mut self.stages;
        stage(flow, 0.0, &flow.velocity, a, time, dt);
        flow.stopwatch.lap(Work::Advection);
        flow.project(a, dt);
        stage(flow, 3.0 / 4.0, a, b, time + dt, dt);
        flow.stopwatch.lap(Work::Advection);
        flow.project(b, dt / 4.0);
        stage(flow, 1.0 / 3.0, b, a, time + 0.5 * dt, dt);
        flow.stopwatch.lap(Work::Advection);
        flow.project(a, 2.0 / 3.0 * dt);
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
    let (start, stencil, ny) = (&flow.velocity, &flow.stencil, flow.mesh.cells[1]);
    let take = 1.0 - keep;
    next.u.update_pair(&mut next.v, |i, u, v| {
        let (u, u0, u1) = (inner_mut(u, ny), inner(start.u.line(i), ny), inner(now.u.line(i), ny));
        stencil.across_x(now, i, |j, push| {
            u[j] = keep * u0[j] + take * (u1[j] + dt * (push.advection + push.diffusion));
        });
        let (v, v0, v1) = (inner_mut(v, ny), inner(start.v.line(i), ny), inner(now.v.line(i), ny));
        stencil.across_y(now, i, |j, push| {
            v[j] = keep * v0[j] + take * (v1[j] + dt * (push.advection + push.diffusion));
        });
    });
    if let Some(opening) = &flow.opening {
        let (push, n) = (opening.push(&now.u), opening.outlet);
        let [u0, u1] = [start, now].map(|velocity| inner(velocity.u.line(n), ny));
        for (j, u) in inner_mut(next.u.line_mut(n), ny).iter_mut().enumerate() {
            *u = keep * u0[j] + take * (u1[j] + dt * push(j));
        }
    }
    if let Some(body) = &flow.body {
        body.set_near(now, next, flow.viscosity, |axis, face, push| {
            let [i, j] = face.at;
            let of = |velocity: &Velocity| velocity.component(axis).line(i)[j];
            let rate = flow.damped(axis, face, push, dt);
            keep * of(start) + take * (of(now) + dt * rate)
        });
    }
    flow.force(next, time, take * dt);
    flow.close(next);
}

#[cfg(test)]
mod tests {
    use super::super::stencil::Stencil;
    use super::*;
    use crate::staggered::{GHOSTS, Mesh, Sides};
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

    #[test]
    fn no_wave_is_steeper_than_the_steepest() {
        let slope = |theta: f64| 4.0 / 3.0 * theta.sin() - (2.0 * theta).sin() / 6.0;
        let steepest = (0..=180).map(|d| slope(f64::from(d).to_radians())).fold(0.0, f64::max);
        // A degree from the maximum the slope is less by at most (π/360)² times its curvature 2.
        assert!((STEEPEST - steepest).abs() < 2e-4, "the steepest of 181 waves is {steepest}");
    }

    /// Twelfths of the second difference between walls, where the parabola through the wall and
    /// two cells continues the line.
    fn second_difference(line: &[f64]) -> Vec<f64> {
        let ghosts =
            |first: f64, second: f64| [-9.0 * first + 2.0 * second, (-6.0 * first + second) / 3.0];
        let n = line.len();
        let (low, [far, near]) = (ghosts(line[0], line[1]), ghosts(line[n - 1], line[n - 2]));
        let whole = [&low[..], line, &[near, far]].concat();
        let at = |w: &[f64]| (16.0 * (w[1] + w[3]) - w[0] - w[4] - 30.0 * w[2]) / 12.0;
        whole.windows(5).map(at).collect()
    }

    #[test]
    fn no_wave_between_walls_is_sharper_than_the_sharpest() {
        for n in [4, 8, 64] {
            // Power iteration; its eigenvalue comes from below.
            let mut line: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -0.9 }).collect();
            let mut eigenvalue = 0.0;
            for _ in 0..2000 {
                let next = second_difference(&line);
                eigenvalue = next.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
                line = next.into_iter().map(|x| x / eigenvalue).collect();
            }
            assert!(eigenvalue > 16.0 / 3.0 && eigenvalue < SHARPEST, "{eigenvalue} for {n} cells");
        }
    }

    /// The largest eigenvalues of the second differences of u and v along the radius of a pipe.
    fn sharpest_in_pipe(cells: usize) -> [f64; 2] {
        let sides = [Sides::Periodic, Sides::Pipe(0.0)];
        let mesh = Mesh { cells: [4, cells], spacing: [1.0, 1.0], sides };
        let stencil = Stencil::new(&mesh, 1.0);
        let start: Vec<f64> = (0..cells).map(|j| if j % 2 == 0 { 1.0 } else { -0.9 }).collect();
        let (mut lines, mut eigenvalues) = ([start.clone(), start], [1.0, 1.0]);
        for _ in 0..4000 {
            let mut velocity = Velocity::zeros(mesh.cells);
            for i in 0..mesh.cells[0] + 2 * GHOSTS {
                inner_mut(velocity.u.line_mut(i), cells).copy_from_slice(&lines[0]);
                inner_mut(velocity.v.line_mut(i), cells).copy_from_slice(&lines[1]);
            }
            velocity.close(&mesh);
            let [u, v] = &mut lines;
            stencil.across_x(&velocity, GHOSTS, |j, push| u[j] = push.diffusion);
            stencil.across_y(&velocity, GHOSTS, |j, push| v[j] = push.diffusion);
            v[0] = 0.0; // on the axis
            eigenvalues = lines.each_ref().map(|x| x.iter().fold(0.0, |most, x| x.abs().max(most)));
            for (line, eigenvalue) in lines.iter_mut().zip(eigenvalues) {
                for x in line.iter_mut() {
                    *x /= eigenvalue;
                }
            }
        }
        eigenvalues
    }

    #[test]
    fn no_wave_in_a_pipe_is_sharper_than_the_sharpest() {
        for cells in [4, 8, 64] {
            let [u, v] = sharpest_in_pipe(cells);
            let is_bound = u < SHARPEST && v < SHARPEST;
            // Away from the axis and the wall a pipe is a plane.
            assert!(is_bound && u > 16.0 / 3.0, "{u} and {v} for {cells} cells");
        }
    }
}
