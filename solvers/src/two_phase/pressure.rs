//! Projection onto divergence-free velocities with variable density.

use super::domain::BoundaryCondition;
use super::fluids::Fluids;
use super::geometry::Geometry;
use super::tension::Tension;
use crate::linear::{ConjugateGradient, Convergence, FivePoint, Multigrid};
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// Pressure projection with variable density.
///
/// ```text
/// ∇·(∇p/ρ) = ∇·u*/Δt,   u = u* − Δt ∇p/ρ
/// ```
///
/// The density of a face is the mean of its two cells. Momentum and gravity use the same density, so that
/// fluids at rest in hydrostatic equilibrium stay at rest. p excludes the hydrostatic pressure of air.
pub(crate) struct Pressure {
    /// p in Pa; ghosts at open boundaries hold the prescribed pressure.
    pub(crate) value: StaggeredArray,
    system: FivePoint,
    multigrid: Multigrid,
    conjugate: ConjugateGradient,
}

impl Pressure {
    pub(crate) fn new(geometry: &Geometry) -> Self {
        let cells = geometry.cells;
        Self {
            value: StaggeredArray::zeros(cells),
            system: FivePoint::new(cells),
            multigrid: Multigrid::new(cells, geometry.spacing),
            conjugate: ConjugateGradient::new(cells),
        }
    }

    /// Sets the coefficients 1/ρ of the linear system from the volume fractions, and the multigrid levels.
    pub(crate) fn set_coefficients(
        &mut self,
        fraction: &StaggeredArray,
        fluids: &Fluids,
        geometry: &Geometry,
    ) {
        let [_, ny] = geometry.cells;
        for axis in 0..2 {
            let weight = &geometry.pressure_weight[axis];
            let scale = 1.0 / (geometry.spacing[axis] * geometry.spacing[axis]);
            self.system.links[axis].update(GHOSTS..fraction.inner().end + 1, |i, line| {
                let [low, high] = [-1, 0].map(|by| fraction.shifted(i, axis, by, ny + 1));
                let weight = weight.shifted(i, axis, 0, ny + 1);
                for (j, link) in line[GHOSTS..=GHOSTS + ny].iter_mut().enumerate() {
                    *link = scale * weight[j] / fluids.density(0.5 * (low[j] + high[j]));
                }
            });
        }
        let FivePoint { links: [x, y], diagonal, .. } = &mut self.system;
        diagonal.update(diagonal.inner(), |i, line| {
            let (x_low, x_high) = (inner(x.line(i), ny), inner(x.line(i + 1), ny));
            let [y_low, y_high] = [0, 1].map(|by| y.shifted(i, 1, by, ny));
            for (j, d) in inner_mut(line, ny).iter_mut().enumerate() {
                *d = (x_low[j] + x_high[j]) + (y_low[j] + y_high[j]);
            }
        });
        self.multigrid.set(&self.system);
    }

    /// Sets the pressure at open boundaries: −ρₐu²/2 where air enters with speed u, else 0.
    pub(crate) fn set_open_pressure(
        &mut self,
        velocity: &[StaggeredArray; 2],
        fluids: &Fluids,
        geometry: &Geometry,
    ) {
        for axis in 0..2 {
            for boundary in geometry
                .boundary_faces(axis)
                .iter()
                .filter(|boundary| boundary.condition == BoundaryCondition::Open)
            {
                let inwards = (velocity[axis][boundary.face] * boundary.inward).max(0.0);
                self.value[boundary.ghosts[0]] = -0.5 * fluids.air.density * inwards * inwards;
            }
        }
    }

    /// Adds Δt σ κ ∇f/ρ to `velocity`, with the face densities of the pressure gradient.
    pub(crate) fn add_surface_force(
        &self,
        velocity: &mut [StaggeredArray; 2],
        tension: &Tension,
        fraction: &StaggeredArray,
        geometry: &Geometry,
        dt: f64,
    ) {
        for (axis, velocity) in velocity.iter_mut().enumerate() {
            let scale = dt * geometry.spacing[axis];
            tension.add_force(velocity, axis, fraction, &self.system.links[axis], scale);
        }
    }

    /// Projects `velocity`; on return |∇·u| ≤ `tolerance` in 1/s in every fluid cell.
    pub(crate) fn project(
        &mut self,
        velocity: &mut [StaggeredArray; 2],
        geometry: &Geometry,
        dt: f64,
        tolerance: f64,
    ) -> Convergence {
        let Self { value, system, multigrid, conjugate } = self;
        let rate = 1.0 / dt;
        let now = &*velocity;
        let solved = conjugate.solve(system, multigrid, value, tolerance * rate, |i, line| {
            let divergence = divergence(now, geometry, i);
            let fluid = inner(geometry.fluid.line(i), line.len());
            line.iter_mut().enumerate().for_each(|(j, b)| *b = -rate * fluid[j] * divergence(j));
        });
        if !geometry.has_open_boundary {
            self.remove_mean(geometry);
        }
        self.subtract_gradient(velocity, geometry, dt);
        solved
    }

    /// Subtracts `duration` ∇p/ρ from `velocity`.
    fn subtract_gradient(
        &self,
        velocity: &mut [StaggeredArray; 2],
        geometry: &Geometry,
        duration: f64,
    ) {
        let [_, ny] = geometry.cells;
        for (axis, velocity) in velocity.iter_mut().enumerate() {
            let (links, scale) = (&self.system.links[axis], duration * geometry.spacing[axis]);
            velocity.update(GHOSTS..velocity.inner().end + 1, |i, line| {
                let [low, high] = [-1, 0].map(|by| self.value.shifted(i, axis, by, ny + 1));
                let links = inner(links.line(i), ny + 1);
                for (j, u) in inner_mut(line, ny + 1).iter_mut().enumerate() {
                    *u -= scale * links[j] * (high[j] - low[j]);
                }
            });
        }
    }

    /// Subtracts the mean of p over the fluid cells: without open boundaries p is determined up to a constant.
    fn remove_mean(&mut self, geometry: &Geometry) {
        let [_, ny] = geometry.cells;
        let (mut sum, mut count) = (0.0, 0.0);
        for i in self.value.inner() {
            let (p, fluid) = (inner(self.value.line(i), ny), inner(geometry.fluid.line(i), ny));
            for (p, fluid) in p.iter().zip(fluid) {
                sum += p * fluid;
                count += fluid;
            }
        }
        let mean = sum / count;
        self.value.update(self.value.inner(), |i, line| {
            let fluid = inner(geometry.fluid.line(i), ny);
            inner_mut(line, ny).iter_mut().zip(fluid).for_each(|(p, fluid)| *p -= mean * fluid);
        });
    }
}

/// ∇·u in 1/s along line `i`, as a function of the cell's index counted from 0.
#[inline]
pub(crate) fn divergence<'a>(
    [u, v]: &'a [StaggeredArray; 2],
    geometry: &Geometry,
    i: usize,
) -> impl Fn(usize) -> f64 + 'a {
    let ([_, ny], [rx, ry]) = (geometry.cells, geometry.spacing.map(|h| 1.0 / h));
    let (west, east) = (inner(u.line(i), ny), inner(u.line(i + 1), ny));
    let [south, north] = [0, 1].map(|by| v.shifted(i, 1, by, ny));
    move |j| rx * (east[j] - west[j]) + ry * (north[j] - south[j])
}
