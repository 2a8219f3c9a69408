//! The flow of now, and its projection.

use super::helmholtz::Helmholtz;
use super::mesh::{Mesh, Sides};
use super::plane::Plane;
use super::solver::Forcing;
use super::stencil::{Stencil, middle, middle_mut};
use super::velocity::Velocity;

/// Velocity, pressure, and the equations that hold for them.
pub(crate) struct Flow {
    pub(crate) mesh: Mesh,
    pub(crate) stencil: Stencil,
    /// Kinematic viscosity ν in m²/s.
    pub(crate) viscosity: f64,
    pub(crate) velocity: Velocity,
    /// p/ρ in m²/s² as the integrators left it: of the last step, not of now.
    pub(crate) pressure: Plane,
    pub(crate) forcing: Option<Forcing>,
    poisson: Helmholtz,
    /// The largest |u|/dx + |v|/dy and |∇·u| of every line.
    surveyed: Vec<[f64; 2]>,
}

/// What limits the step, and how well the projection did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Survey {
    /// The largest |u|/dx + |v|/dy in 1/s, walls included.
    pub(crate) rate: f64,
    /// The largest |∇·u| over `rate`.
    pub(crate) divergence: f64,
}

impl Flow {
    pub(crate) fn new(mesh: Mesh, viscosity: f64) -> Self {
        Self {
            stencil: Stencil::new(&mesh, viscosity),
            viscosity,
            velocity: Velocity::zeros(mesh.cells),
            pressure: Plane::zeros(mesh.cells),
            forcing: None,
            poisson: Helmholtz::new(mesh.cells, mesh.spacing, mesh.ends()[0]),
            surveyed: vec![[0.0; 2]; mesh.cells[0]],
            mesh,
        }
    }

    /// Solves ∇²φ = ∇·`velocity` with no gradient across walls; then [`Flow::potential`] is −φ.
    fn solve_potential(&mut self, velocity: &Velocity) {
        let stencil = self.stencil;
        self.poisson.solve(|i, line| {
            stencil.divergence(velocity, i + 1, |j, divergence| line[j] = divergence);
        });
    }

    /// Removes the gradient part of `velocity`: on return ∇·u = 0 to round-off.
    ///
    /// [`Flow::shift_pressure`] then turns the removed potential into pressure.
    pub(crate) fn project(&mut self, velocity: &mut Velocity) {
        self.solve_potential(velocity);
        let (mesh, poisson) = (self.mesh, &self.poisson);
        let [nx, ny] = mesh.cells;
        let [rx, ry] = mesh.spacing.map(|h| 1.0 / h);
        let Velocity { u, v } = velocity;
        u.update_pair(v, 1..nx + 1, |i, u, v| {
            let here = poisson.line(i - 1);
            if i >= mesh.first_face(0) {
                let low = poisson.line(if i == 1 { nx - 1 } else { i - 2 });
                add_difference(middle_mut(u, ny), low, here, rx);
            }
            add_difference(&mut v[2..=ny], &here[..ny - 1], &here[1..], ry);
            if mesh.sides[1] == Sides::Periodic {
                v[1] += ry * (here[0] - here[ny - 1]);
            }
        });
        velocity.close(&mesh);
    }

    /// Adds the potential of the last projection over `duration` in s to the pressure.
    pub(crate) fn shift_pressure(&mut self, duration: f64) {
        let (poisson, ny) = (&self.poisson, self.mesh.cells[1]);
        self.pressure.update(1..self.mesh.cells[0] + 1, |i, line| {
            let pressures = middle_mut(line, ny).iter_mut();
            pressures.zip(poisson.line(i - 1)).for_each(|(p, psi)| *p -= psi / duration);
        });
        self.close_pressure();
    }

    /// Adds −ν ∇·u to the pressure: the rotational part of the correction.
    pub(crate) fn rotate_pressure(&mut self, velocity: &Velocity) {
        let (stencil, nu, ny) = (self.stencil, self.viscosity, self.mesh.cells[1]);
        self.pressure.update(1..self.mesh.cells[0] + 1, |i, line| {
            let line = middle_mut(line, ny);
            stencil.divergence(velocity, i, |j, divergence| line[j] -= nu * divergence);
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
        let (stencil, now, p, [nx, ny]) =
            (self.stencil, &self.velocity, &self.pressure, self.mesh.cells);
        space.u.update_pair(&mut space.v, 1..nx + 1, |i, u, v| {
            let (u, v) = (middle_mut(u, ny), middle_mut(v, ny));
            stencil.across_x(now, p, i, |j, push| u[j] = push.advection + push.diffusion);
            stencil.across_y(now, p, i, |j, push| v[j] = push.advection + push.diffusion);
        });
        self.force(space, time, 1.0);
        space.close(&self.mesh);
        self.solve_potential(space);
        let poisson = &self.poisson;
        pressure.update(1..nx + 1, |i, line| {
            let pressures = middle_mut(line, ny).iter_mut();
            pressures.zip(poisson.line(i - 1)).for_each(|(p, psi)| *p = -psi);
        });
    }

    /// Adds `duration` times the forcing at `time` to the faces of `velocity`.
    pub(crate) fn force(&self, velocity: &mut Velocity, time: f64, duration: f64) {
        let (Some(forcing), [dx, dy], [nx, ny]) =
            (&self.forcing, self.mesh.spacing, self.mesh.cells)
        else {
            return;
        };
        let Velocity { u, v } = velocity;
        u.update_pair(v, 1..nx + 1, |i, u, v| {
            let x = (i - 1) as f64 * dx;
            for j in 1..=ny {
                let y = (j - 1) as f64 * dy;
                u[j] += duration * forcing(time, [x, y + 0.5 * dy])[0];
                v[j] += duration * forcing(time, [x + 0.5 * dx, y])[1];
            }
        });
    }

    /// Measures the velocity of now.
    pub(crate) fn survey(&mut self) -> Survey {
        let (velocity, [rx, ry], ny) =
            (&self.velocity, self.mesh.spacing.map(|h| 1.0 / h), self.mesh.cells[1]);
        for (i, surveyed) in self.surveyed.iter_mut().enumerate() {
            let (w, e) = (middle(velocity.u.line(i + 1), ny), middle(velocity.u.line(i + 2), ny));
            let v = velocity.v.line(i + 1);
            let (s, n) = (&v[1..=ny], &v[2..ny + 2]);
            *surveyed = largest(ny, |j| {
                [rx * w[j].abs() + ry * s[j].abs(), (rx * (e[j] - w[j]) + ry * (n[j] - s[j])).abs()]
            });
        }
        let all = largest(self.surveyed.len(), |i| self.surveyed[i]);
        let rate = all[0].max(self.mesh.wall_rate());
        Survey { rate, divergence: if rate > 0.0 { all[1] / rate } else { 0.0 } }
    }

    pub(crate) fn close_pressure(&mut self) {
        let [nx, ny] = self.mesh.cells;
        if self.mesh.sides[0] == Sides::Periodic {
            self.pressure.copy_line(nx, 0);
        }
        if self.mesh.sides[1] == Sides::Periodic {
            (0..=nx).for_each(|i| {
                let line = self.pressure.line_mut(i);
                line[0] = line[ny];
            });
        }
    }
}

/// `faces += (high − low) / spacing`
fn add_difference(faces: &mut [f64], low: &[f64], high: &[f64], inverse: f64) {
    for ((face, low), high) in faces.iter_mut().zip(low).zip(high) {
        *face += inverse * (high - low);
    }
}

/// The largest of two kinds of non-negative numbers; eight lanes, so that it vectorizes.
#[inline]
fn largest(count: usize, value: impl Fn(usize) -> [f64; 2]) -> [f64; 2] {
    const LANES: usize = 8;
    let mut lanes = [[0.0_f64; LANES]; 2];
    let mut keep = |index: usize, lane: usize| {
        let [a, b] = value(index);
        lanes[0][lane] = if a > lanes[0][lane] { a } else { lanes[0][lane] };
        lanes[1][lane] = if b > lanes[1][lane] { b } else { lanes[1][lane] };
    };
    let whole = count - count % LANES;
    for start in (0..whole).step_by(LANES) {
        (0..LANES).for_each(|lane| keep(start + lane, lane));
    }
    (whole..count).for_each(|index| keep(index, 0));
    lanes.map(|lanes| lanes.into_iter().fold(0.0, f64::max))
}
