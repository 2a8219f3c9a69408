//! The implicit viscous step.

use super::fluids::Fluids;
use super::geometry::Geometry;
use crate::linear::{ConjugateGradient, Diagonal, FivePoint};
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// Backward Euler for ∇·(μ (∇u + ∇uᵀ)).
///
/// ```text
/// (m − Δt L) δ = Δt ∇·(μ (∇u + ∇uᵀ)),   u ← u + δ
/// ```
///
/// L contains the derivatives of the component itself and is implicit. The terms that couple u and v are explicit.
/// They never dissipate more energy than L, so that the step is stable for every Δt. m is the density of a face.
/// The viscosity at a corner is the mean of its four cells.
pub(crate) struct Viscosity {
    systems: [FivePoint; 2],
    changes: [StaggeredArray; 2],
    /// Δt μ at the low corners of cells.
    corner: StaggeredArray,
    /// Δt times the shear stress there.
    shear: StaggeredArray,
    conjugate: ConjugateGradient,
}

/// Residual of the linear solves, relative to the smaller density times the speed of the flow.
const TOLERANCE: f64 = 1e-10;

impl Viscosity {
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let plane = || StaggeredArray::zeros(cells);
        Self {
            systems: [FivePoint::new(cells), FivePoint::new(cells)],
            changes: [plane(), plane()],
            corner: plane(),
            shear: plane(),
            conjugate: ConjugateGradient::new(cells),
        }
    }

    /// Solves for the change δ of `velocity` over `dt`, to be read by [`Viscosity::change`].
    ///
    /// `speed` in m/s scales the tolerance. Returns the iterations of both components.
    pub(crate) fn solve(
        &mut self,
        velocity: &[StaggeredArray; 2],
        fraction: &StaggeredArray,
        fluids: &Fluids,
        geometry: &Geometry,
        dt: f64,
        speed: f64,
    ) -> usize {
        self.set_coefficients(fraction, fluids, geometry, dt);
        self.set_shear_stress(velocity, geometry);
        let mut iterations = 0;
        for component in 0..2 {
            let Self { systems, changes, shear, conjugate, .. } = self;
            let (system, change) = (&systems[component], &mut changes[component]);
            change.update(change.inner(), |_, line| line.fill(0.0));
            let tolerance = TOLERANCE * speed * fluids.air.density.min(fluids.water.density);
            let term = ViscousTerm {
                component,
                velocity: &velocity[component],
                fraction,
                shear,
                fluids,
                geometry,
                dt,
            };
            let solved =
                conjugate.solve(system, &mut Diagonal(system), change, tolerance, |i, line| {
                    term.write(i, line);
                });
            iterations += solved.iterations;
        }
        iterations
    }

    /// δ of a component in m/s.
    pub(crate) fn change(&self, component: usize) -> &StaggeredArray {
        &self.changes[component]
    }

    /// Sets the coefficients of both linear systems.
    fn set_coefficients(
        &mut self,
        fraction: &StaggeredArray,
        fluids: &Fluids,
        geometry: &Geometry,
        dt: f64,
    ) {
        let [_, ny] = geometry.cells;
        self.corner.update(GHOSTS..fraction.inner().end + 1, |i, line| {
            let (low, high) = (fraction.line(i - 1), fraction.line(i));
            for j in GHOSTS..=GHOSTS + ny {
                let f = 0.25 * (low[j - 1] + low[j] + high[j - 1] + high[j]);
                line[j] = dt * fluids.dynamic_viscosity(f);
            }
        });
        for component in 0..2 {
            self.set_links(component, fraction, fluids, geometry, dt);
            let FivePoint { links: [x, y], diagonal, .. } = &mut self.systems[component];
            let free = &geometry.free[component];
            let back = |i| {
                fraction.shifted(
                    if component == 0 { i - 1 } else { i },
                    1,
                    -isize::from(component == 1),
                    ny,
                )
            };
            diagonal.update(diagonal.inner(), |i, line| {
                let (back, here) = (back(i), inner(fraction.line(i), ny));
                let (x_low, x_high) = (inner(x.line(i), ny), inner(x.line(i + 1), ny));
                let [y_low, y_high] = [0, 1].map(|by| y.shifted(i, 1, by, ny));
                for (j, d) in inner_mut(line, ny).iter_mut().enumerate() {
                    let mass = fluids.density(0.5 * (back[j] + here[j]));
                    *d = mass + (x_low[j] + x_high[j]) + (y_low[j] + y_high[j]);
                }
            });
            // Coupling to prescribed velocities enters the diagonal only.
            for axis in 0..2 {
                let links = if axis == 0 { &mut *x } else { &mut *y };
                links.update(GHOSTS..fraction.inner().end + 1, |i, line| {
                    let [low, high] = [-1, 0].map(|by| free.shifted(i, axis, by, ny + 1));
                    let links = line[GHOSTS..=GHOSTS + ny].iter_mut().enumerate();
                    links.for_each(|(j, link)| *link *= low[j] * high[j]);
                });
            }
        }
    }

    /// Sets the couplings between all faces of a component, unknown or prescribed.
    fn set_links(
        &mut self,
        component: usize,
        fraction: &StaggeredArray,
        fluids: &Fluids,
        geometry: &Geometry,
        dt: f64,
    ) {
        let ([_, ny], corner) = (geometry.cells, &self.corner);
        let [rx, ry] = geometry.spacing.map(|h| 1.0 / (h * h));
        let [r_along, r_across] = if component == 0 { [rx, ry] } else { [ry, rx] };
        let links = &mut self.systems[component].links;
        links[component].update(GHOSTS..fraction.inner().end + 1, |i, line| {
            let cells = fraction.shifted(i, component, -1, ny + 1);
            for (link, f) in line[GHOSTS..=GHOSTS + ny].iter_mut().zip(cells) {
                *link = 2.0 * dt * fluids.dynamic_viscosity(*f) * r_along;
            }
        });
        let shear_weight = &geometry.shear_weight[component];
        links[1 - component].update(GHOSTS..fraction.inner().end + 1, |i, line| {
            let weights = corner.line(i).iter().zip(shear_weight.line(i));
            for (link, (mu, shear_weight)) in line.iter_mut().zip(weights) {
                *link = mu * shear_weight * r_across;
            }
        });
    }

    /// Sets Δt times the shear stress μ(∂u/∂y + ∂v/∂x) at the low corners of the cells.
    fn set_shear_stress(&mut self, velocity: &[StaggeredArray; 2], geometry: &Geometry) {
        let ([_, ny], corner) = (geometry.cells, &self.corner);
        let [rx, ry] = geometry.spacing.map(|h| 1.0 / h);
        let [u, v] = velocity;
        let [weight_u, weight_v] = &geometry.shear_weight;
        self.shear.update(GHOSTS..u.inner().end + 1, |i, line| {
            let (u, v_low, v_high) = (u.line(i), v.line(i - 1), v.line(i));
            let (weight_u, weight_v, mu) = (weight_u.line(i), weight_v.line(i), corner.line(i));
            for j in GHOSTS..=GHOSTS + ny {
                let strain = weight_u[j] * ry * (u[j] - u[j - 1])
                    + weight_v[j] * rx * (v_high[j] - v_low[j]);
                // Free-slip walls and open boundaries have no shear stress.
                let has_stress = weight_u[j] * weight_v[j] > 0.0;
                line[j] = if has_stress { mu[j] * strain } else { 0.0 };
            }
        });
    }
}

/// The viscous term of one component.
struct ViscousTerm<'a> {
    component: usize,
    velocity: &'a StaggeredArray,
    fraction: &'a StaggeredArray,
    shear: &'a StaggeredArray,
    fluids: &'a Fluids,
    geometry: &'a Geometry,
    dt: f64,
}

impl ViscousTerm<'_> {
    /// Writes Δt ∇·(μ (∇u + ∇uᵀ)) of line `i`; 0 at prescribed faces.
    fn write(&self, i: usize, line: &mut [f64]) {
        let Self { component, velocity, fraction, shear, geometry, .. } = *self;
        let n = line.len();
        let inverse = geometry.spacing.map(|h| 1.0 / h);
        let along = 2.0 * self.dt * inverse[component] * inverse[component];
        let across = inverse[1 - component];
        let [before, here, after] = [-1, 0, 1].map(|by| velocity.shifted(i, component, by, n));
        let [f_low, f_high] = [-1, 0].map(|by| fraction.shifted(i, component, by, n));
        let [low, high] = [0, 1].map(|by| shear.shifted(i, 1 - component, by, n));
        let free = inner(geometry.free[component].line(i), n);
        for (j, term) in line.iter_mut().enumerate() {
            let [mu_low, mu_high] = [f_low[j], f_high[j]].map(|f| self.fluids.dynamic_viscosity(f));
            let normal = mu_high * (after[j] - here[j]) - mu_low * (here[j] - before[j]);
            *term = free[j] * (along * normal + across * (high[j] - low[j]));
        }
    }
}
