//! The explicit time integrator.

use super::flow::{Diagnostics, Flow};
use crate::Work;
use crate::staggered::{Velocity, inner, inner_mut};

/// Third-order strong-stability-preserving Runge–Kutta with a projection in every stage.
///
/// ```text
/// u¹   = P(uⁿ + Δt F(uⁿ))
/// u²   = P(¾ uⁿ + ¼ (u¹ + Δt F(u¹)))
/// uⁿ⁺¹ = P(⅓ uⁿ + ⅔ (u² + Δt F(u²)))          F(u) = −∇·(u u) + ν ∇²u + f
/// ```
///
/// P is the projection onto divergence-free fields. Since every stage is projected there is no splitting
/// error, and the scheme is of third order in time. It is self-starting, and steps may vary.
///
/// Source: Shu & Osher (1988), J. Comput. Phys. 77, 439.
pub(crate) struct SspRk3 {
    stages: [Velocity; 2],
}

/// The end of the stability region on the imaginary axis: √3.
const IMAGINARY_REACH: f64 = 1.732_050_8;
/// The end of the stability region on the negative real axis.
const REAL_REACH: f64 = 2.512_745;
/// The largest eigenvalue of the first difference times h: the maximum of (4/3) sin θ − (1/6) sin 2θ.
const FIRST_DIFFERENCE: f64 = 1.372_222;
/// A bound on the eigenvalues of the second difference times h²: 16/3 at θ = π, and up to 5.80 with the
/// extrapolation beyond walls on the fewest cells; no larger in pipes.
const SECOND_DIFFERENCE: f64 = 5.85;

impl SspRk3 {
    /// The stages for `cells`.
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        Self { stages: [Velocity::zeros(cells), Velocity::zeros(cells)] }
    }

    /// The longest stable step in s.
    ///
    /// The eigenvalues of advection are imaginary and those of diffusion real. The half ellipse through both
    /// ends lies within the stability region.
    pub(crate) fn stable_step(flow: &Flow, diagnostics: Diagnostics) -> f64 {
        let advection = FIRST_DIFFERENCE * diagnostics.rate / IMAGINARY_REACH;
        let inverse_squares: f64 = flow.mesh.spacing.iter().map(|h| 1.0 / (h * h)).sum();
        let diffusion = SECOND_DIFFERENCE * flow.nu * inverse_squares / REAL_REACH;
        1.0 / advection.hypot(diffusion)
    }

    /// Advances `flow` from `time` by `dt`, both in s.
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

    /// uⁿ, the velocity before the last step.
    pub(crate) fn previous(&self) -> &Velocity {
        &self.stages[0]
    }

    /// A velocity that may be overwritten between steps.
    pub(crate) fn workspace(&mut self) -> &mut Velocity {
        &mut self.stages[1]
    }
}

/// `next = keep · uⁿ + (1 − keep) (now + dt F(now))`, with boundary conditions, not projected.
fn stage(flow: &Flow, keep: f64, now: &Velocity, next: &mut Velocity, time: f64, dt: f64) {
    let (start, differences, ny) = (&flow.velocity, &flow.differences, flow.mesh.cells[1]);
    let take = 1.0 - keep;
    next.u.update_pair(&mut next.v, |i, u, v| {
        let (u, u0, u1) = (inner_mut(u, ny), inner(start.u.line(i), ny), inner(now.u.line(i), ny));
        differences.u_tendency(now, i, |j, tendency| {
            u[j] = keep * u0[j] + take * (u1[j] + dt * (tendency.advection + tendency.diffusion));
        });
        let (v, v0, v1) = (inner_mut(v, ny), inner(start.v.line(i), ny), inner(now.v.line(i), ny));
        differences.v_tendency(now, i, |j, tendency| {
            v[j] = keep * v0[j] + take * (v1[j] + dt * (tendency.advection + tendency.diffusion));
        });
    });
    if let Some(open) = &flow.open {
        let (tendency, n) = (open.outlet_tendency(&now.u), open.outlet);
        let [u0, u1] = [start, now].map(|velocity| inner(velocity.u.line(n), ny));
        for (j, u) in inner_mut(next.u.line_mut(n), ny).iter_mut().enumerate() {
            *u = keep * u0[j] + take * (u1[j] + dt * tendency(j));
        }
    }
    if let Some(body) = &flow.body {
        body.set_near_wall(now, next, flow.nu, |axis, face, tendency| {
            let [i, j] = face.at;
            let of = |velocity: &Velocity| velocity.component(axis).line(i)[j];
            let rate = flow.limited(axis, face, tendency, dt);
            keep * of(start) + take * (of(now) + dt * rate)
        });
    }
    flow.add_forcing(next, time, take * dt);
    flow.apply_boundaries(next);
}

#[cfg(test)]
mod tests {
    use super::super::central_differences::CentralDifferences;
    use super::*;
    use crate::staggered::{GHOSTS, Mesh, Sides};
    use realfft::num_complex::Complex;

    #[test]
    fn the_ellipse_of_stable_steps_lies_within_the_stability_region() {
        for degree in 90..=270 {
            let angle = f64::from(degree).to_radians();
            let z = Complex::new(REAL_REACH * angle.cos(), IMAGINARY_REACH * angle.sin());
            let growth = (1.0 + z * (1.0 + z / 2.0 * (1.0 + z / 3.0))).norm();
            assert!(growth < 1.0 + 1e-6, "amplifies by {growth} at {degree}°");
        }
    }

    #[test]
    fn no_eigenvalue_of_the_first_difference_exceeds_the_bound() {
        let eigenvalue = |theta: f64| 4.0 / 3.0 * theta.sin() - (2.0 * theta).sin() / 6.0;
        let largest = (0..=180).map(|d| eigenvalue(f64::from(d).to_radians())).fold(0.0, f64::max);
        // Half a degree from the maximum it is less by at most (π/360)² times its second derivative, 2.
        assert!((FIRST_DIFFERENCE - largest).abs() < 2e-4, "the largest of 181 is {largest}");
    }

    /// The second difference of a line between no-slip walls, with extrapolation by parabolas.
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
    fn no_eigenvalue_of_the_second_difference_exceeds_the_bound_between_walls() {
        for n in [4, 8, 64] {
            // Power iteration, which approaches the eigenvalue from below.
            let mut line: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -0.9 }).collect();
            let mut eigenvalue = 0.0;
            for _ in 0..2000 {
                let next = second_difference(&line);
                eigenvalue = next.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
                line = next.into_iter().map(|x| x / eigenvalue).collect();
            }
            assert!(
                eigenvalue > 16.0 / 3.0 && eigenvalue < SECOND_DIFFERENCE,
                "{eigenvalue} for {n} cells"
            );
        }
    }

    /// The largest eigenvalues of the second differences of u and v along the radius of a pipe.
    fn largest_in_pipe(cells: usize) -> [f64; 2] {
        let sides = [Sides::Periodic, Sides::Pipe(0.0)];
        let mesh = Mesh { cells: [4, cells], spacing: [1.0, 1.0], sides };
        let differences = CentralDifferences::new(&mesh, 1.0);
        let start: Vec<f64> = (0..cells).map(|j| if j % 2 == 0 { 1.0 } else { -0.9 }).collect();
        let (mut lines, mut eigenvalues) = ([start.clone(), start], [1.0, 1.0]);
        for _ in 0..4000 {
            let mut velocity = Velocity::zeros(mesh.cells);
            for i in 0..mesh.cells[0] + 2 * GHOSTS {
                inner_mut(velocity.u.line_mut(i), cells).copy_from_slice(&lines[0]);
                inner_mut(velocity.v.line_mut(i), cells).copy_from_slice(&lines[1]);
            }
            velocity.apply_boundaries(&mesh);
            let [u, v] = &mut lines;
            differences.u_tendency(&velocity, GHOSTS, |j, tendency| u[j] = tendency.diffusion);
            differences.v_tendency(&velocity, GHOSTS, |j, tendency| v[j] = tendency.diffusion);
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
    fn no_eigenvalue_of_the_second_difference_exceeds_the_bound_in_pipes() {
        for cells in [4, 8, 64] {
            let [u, v] = largest_in_pipe(cells);
            let is_bound = u < SECOND_DIFFERENCE && v < SECOND_DIFFERENCE;
            // Far from the axis and the wall the difference is that of a plane.
            assert!(is_bound && u > 16.0 / 3.0, "{u} and {v} for {cells} cells");
        }
    }
}
