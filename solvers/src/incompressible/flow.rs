//! The current flow, its boundary conditions and its projection.

use super::central_differences::CentralDifferences;
use super::cylinder::{Body, Capacitance, CutCell, Disk, NearFace, NearTendency};
use super::linear_systems::poisson;
use super::open_boundaries::OpenBoundaries;
use crate::linear::Helmholtz;
use crate::staggered::{GHOSTS, Mesh, Sides, StaggeredArray, Velocity, inner, inner_mut};
use crate::{SolverError, Stopwatch, Work};
use std::sync::Arc;

/// A body force per mass f(t, [x, y]) in m/s², of the time in s and the position in m from the low corner.
pub type Forcing = Arc<dyn Fn(f64, [f64; 2]) -> [f64; 2] + Send + Sync>;

/// The velocity at the current time, with the discrete operators that act on it.
pub(crate) struct Flow {
    pub(crate) mesh: Mesh,
    pub(crate) differences: CentralDifferences,
    /// Kinematic viscosity ν in m²/s.
    pub(crate) nu: f64,
    pub(crate) velocity: Velocity,
    pub(crate) forcing: Option<Forcing>,
    /// Inlet and outlet, if x is open.
    pub(crate) open: Option<OpenBoundaries>,
    pub(crate) body: Option<Body>,
    pub(crate) stopwatch: Stopwatch,
    poisson: Helmholtz,
    /// The time in s over which the velocity of the last projection was advanced: `poisson` holds ψ = −p/ρ ·
    /// `duration`.
    duration: f64,
}

impl Flow {
    /// A flow at rest, with kinematic viscosity `nu` in m²/s.
    pub(crate) fn new(mesh: Mesh, nu: f64) -> Self {
        let mut flow = Self {
            differences: CentralDifferences::new(&mesh, nu),
            nu,
            velocity: Velocity::zeros(mesh.cells),
            forcing: None,
            open: None,
            body: None,
            stopwatch: Stopwatch::new(),
            duration: f64::INFINITY,
            poisson: poisson(&mesh),
            mesh,
        };
        flow.set_inflow(&|_| 0.0);
        flow.velocity.apply_boundaries(&mesh);
        flow
    }

    /// Sets the inlet velocity to `inflow(y)` in m/s, if x is open; y is in m from the low corner.
    pub(crate) fn set_inflow(&mut self, inflow: &dyn Fn(f64) -> f64) {
        let mesh = &self.mesh;
        if mesh.sides[0] == Sides::Open {
            // Face means by Simpson's rule, exact for a parabola, and for a parabola times r.
            let mean = |j: usize| {
                let y = |part: f64| j as f64 + part;
                let area = |part: f64| if mesh.is_pipe() { y(part) / y(0.5) } else { 1.0 };
                let at = |part: f64| area(part) * inflow(y(part) * mesh.spacing[1]);
                (at(0.0) + 4.0 * at(0.5) + at(1.0)) / 6.0
            };
            self.open = Some(OpenBoundaries::new((0..mesh.cells[1]).map(mean).collect(), mesh));
        }
    }

    /// Adds a cylinder at rest.
    ///
    /// Errors: those of [`Body::new`].
    pub(crate) fn add_cylinder(&mut self, disk: Disk) -> Result<(), SolverError> {
        self.body = Some(Body::new(disk, &self.mesh, &mut self.poisson)?);
        self.duration = f64::INFINITY;
        Ok(())
    }

    /// Sets boundary faces, closed faces and all ghosts of `velocity`.
    pub(crate) fn apply_boundaries(&self, velocity: &mut Velocity) {
        if let Some(open) = &self.open {
            open.apply(velocity, 1.0);
        }
        velocity.apply_boundaries(&self.mesh);
        if let Some(body) = &self.body {
            body.apply(velocity);
        }
    }

    /// Solves −∇²ψ = ∇·`velocity` with zero normal gradient at boundaries and walls; ψ has zero mean.
    fn solve_potential(&mut self, velocity: &Velocity) {
        let Self { differences, poisson, body, .. } = self;
        let fill = |i: usize, line: &mut [f64]| {
            let divergence = differences.divergence(velocity, i + GHOSTS);
            line.iter_mut().enumerate().for_each(|(j, value)| *value = divergence(j));
        };
        let Some(Body { capacitance, .. }) = body else { return poisson.solve(fill) };
        let fill = |cuts: &Capacitance, i: usize, line: &mut [f64]| {
            fill(i, line);
            for cell in cuts.line(i) {
                line[cell.index[1]] = differences.divergence_of(velocity, cell);
            }
        };
        let extent = capacitance.extent();
        poisson.solve_partly(extent.clone(), |i, line| fill(capacitance, i, line));
        capacitance.find_sources(poisson, |cell| differences.divergence_of(velocity, cell));
        poisson.add_sources(extent, |i, line| capacitance.add_sources(i, line));
    }

    /// Projects `velocity`: adds ∇ψ with −∇²ψ = ∇·u.
    ///
    /// `duration` is the time in s over which `velocity` was advanced without pressure, so that
    /// p/ρ = −ψ/`duration`. On return ∇·u = 0 to round-off, and the boundary conditions hold.
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
        self.apply_boundaries(velocity);
        self.stopwatch.lap(Work::Pressure);
    }

    /// The tendency on a face near the wall, limited so that the viscous term is stable with steps `dt`.
    ///
    /// Close to the wall the viscous decay rate λ = ν |w|, with w the weight of the face itself in the Laplacian,
    /// can exceed 1/Δt. The tendency less the last pressure gradient is divided by max(λ Δt, 1). A face in
    /// balance with the pressure, and one with λ Δt ≤ 1, keep their tendency.
    pub(crate) fn limited(&self, axis: usize, face: &NearFace, near: NearTendency, dt: f64) -> f64 {
        let balance = -self.potential_gradient(axis, face.at) / self.duration;
        balance + (near.tendency - balance) / (near.decay * dt).max(1.0)
    }

    /// ∂ψ/∂x (axis 0) or ∂ψ/∂y (axis 1) on an inner face.
    fn potential_gradient(&self, axis: usize, [i, j]: [usize; 2]) -> f64 {
        let [i, j] = [i - GHOSTS, j - GHOSTS];
        let high = self.poisson.line(i)[j];
        let low = if axis == 0 { self.poisson.line(i - 1)[j] } else { self.poisson.line(i)[j - 1] };
        (high - low) / self.mesh.spacing[axis]
    }

    /// Adds −ψ/`duration` of the last projection to `pressure`, which holds p/ρ.
    pub(crate) fn subtract_potential(&self, duration: f64, pressure: &mut StaggeredArray) {
        let ny = self.mesh.cells[1];
        pressure.update(pressure.inner(), |i, line| {
            let pressures = inner_mut(line, ny).iter_mut();
            pressures.zip(self.poisson.line(i - GHOSTS)).for_each(|(p, psi)| *p -= psi / duration);
        });
    }

    /// Writes p/ρ of the current velocity into `pressure`, and returns the force on the body per density and
    /// depth, in m³/s².
    ///
    /// ```text
    /// ∇²p/ρ = ∇·(−∇·(u u) + ν ∇²u + f)
    /// ```
    ///
    /// This pressure has no splitting error, and does not depend on earlier steps. `workspace` is overwritten.
    ///
    /// The force is the momentum balance of a box around the body: the flux through its sides less the rate of change
    /// of momentum inside. In divergence form the interior differences sum to the flux through the sides, and they
    /// equal α ∂u/∂t on all faces except closed faces and those near the wall. The sum over these is
    ///
    /// ```text
    /// F/ρ = dx dy Σ [−∇·(u u) + ν ∇²u − ∇p/ρ − α ∂u/∂t]
    /// ```
    ///
    /// with the first three terms by interior differences; α is the open fraction of the face.
    pub(crate) fn diagnose_pressure(
        &mut self,
        time: f64,
        workspace: &mut Velocity,
        pressure: &mut StaggeredArray,
    ) -> [f64; 2] {
        let (differences, now, ny) = (&self.differences, &self.velocity, self.mesh.cells[1]);
        workspace.u.update_pair(&mut workspace.v, |i, u, v| {
            let (u, v) = (inner_mut(u, ny), inner_mut(v, ny));
            differences.u_tendency(now, i, |j, tendency| {
                u[j] = tendency.advection + tendency.diffusion;
            });
            differences.v_tendency(now, i, |j, tendency| {
                v[j] = tendency.advection + tendency.diffusion;
            });
        });
        let mut force = [0.0; 2];
        if let Some(body) = &self.body {
            let at = |axis, [i, j]: [usize; 2]| workspace.component(axis).line(i)[j];
            let through_sides = body.sum(|axis, face| at(axis, face.at));
            body.set_near_wall(now, workspace, self.nu, |axis, face, tendency| {
                self.limited(axis, face, tendency, self.duration)
            });
            let at = |axis, [i, j]: [usize; 2]| workspace.component(axis).line(i)[j];
            let gained = body.sum(|axis, face| face.fraction * at(axis, face.at));
            force = [0, 1].map(|axis| through_sides[axis] - gained[axis]);
        }
        self.add_forcing(workspace, time, 1.0);
        if let Some(open) = &self.open {
            let (tendency, outlet) =
                (open.outlet_tendency(&now.u), workspace.u.line_mut(open.outlet));
            inner_mut(outlet, ny).iter_mut().enumerate().for_each(|(j, u)| *u = tendency(j));
            open.apply(workspace, 0.0); // the inflow is steady
        }
        workspace.apply_boundaries(&self.mesh);
        if let Some(body) = &self.body {
            body.apply(workspace);
        }
        self.solve_potential(workspace);
        self.duration = 1.0;
        pressure.update(pressure.inner(), |_, line| line.fill(0.0));
        self.subtract_potential(1.0, pressure);
        if let Some(open) = &self.open {
            open.set_outlet_pressure(pressure);
        }
        if let Some(body) = &self.body {
            let by_pressure = body
                .sum(|axis, face| (1.0 - face.fraction) * self.potential_gradient(axis, face.at));
            force = [0, 1].map(|axis| force[axis] + by_pressure[axis]);
        }
        let [dx, dy] = self.mesh.spacing;
        force.map(|force| dx * dy * force)
    }

    /// Adds `duration` times the body force at `time` to the faces of `velocity`.
    pub(crate) fn add_forcing(&self, velocity: &mut Velocity, time: f64, duration: f64) {
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

    /// Sets the ghosts of `pressure` that are needed for gradients across periodic boundaries.
    pub(crate) fn set_pressure_ghosts(&self, pressure: &mut StaggeredArray) {
        let [nx, ny] = self.mesh.cells;
        if self.mesh.sides[0] == Sides::Periodic {
            pressure.copy_line(GHOSTS + nx - 1, GHOSTS - 1);
        }
        if self.mesh.sides[1] == Sides::Periodic {
            pressure.update(pressure.inner(), |_, line| line[GHOSTS - 1] = line[GHOSTS + ny - 1]);
        }
    }

    /// The cut cells of line `i`, counted with ghosts.
    fn cut_cells(&self, i: usize) -> &[CutCell] {
        self.body.as_ref().map_or(&[], |body| body.capacitance.line(i - GHOSTS))
    }

    /// The diagnostics of the current velocity.
    pub(crate) fn diagnose(&self) -> Diagnostics {
        let (velocity, ny) = (&self.velocity, self.mesh.cells[1]);
        let [rx, ry] = self.mesh.spacing.map(|h| 1.0 / h);
        let [mut rate, mut divergence] = [self.mesh.wall_rate(), 0.0];
        for i in velocity.u.inner() {
            let (u, v) = (inner(velocity.u.line(i), ny), inner(velocity.v.line(i), ny));
            rate = largest(rate, ny, |j| rx * u[j].abs() + ry * v[j].abs());
            let of_line = self.differences.divergence(velocity, i);
            let mut from = 0;
            for cell in self.cut_cells(i) {
                let until = cell.index[1];
                divergence = largest(divergence, until - from, |j| of_line(from + j).abs());
                divergence = divergence.max(self.differences.divergence_of(velocity, cell).abs());
                from = until + 1;
            }
            divergence = largest(divergence, ny - from, |j| of_line(from + j).abs());
        }
        Diagnostics { rate, divergence: if rate > 0.0 { divergence / rate } else { 0.0 } }
    }
}

/// Extrema of the current velocity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Diagnostics {
    /// The largest |u|/dx + |v|/dy in 1/s, sliding walls included: the Courant number per second.
    pub(crate) rate: f64,
    /// The largest |∇·u| over `rate`; 0 at rest.
    pub(crate) divergence: f64,
}

/// `faces += (high − low) / spacing`
fn add_difference(faces: &mut [f64], low: &[f64], high: &[f64], inverse: f64) {
    for ((face, low), high) in faces.iter_mut().zip(low).zip(high) {
        *face += inverse * (high - low);
    }
}

/// The largest of `least` and `count` values, computed in lanes so that the loop vectorizes.
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
