//! The pressure that keeps the flow free of divergence.

use super::fluids::Fluids;
use super::geometry::Geometry;
use super::tension::Tension;
use super::vessel::Beyond;
use crate::linear::{ConjugateGradient, Convergence, FivePoint, Multigrid};
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// Projection with variable density.
///
/// ```text
/// ∇·(∇p/ρ) = ∇·u*/Δt,   u = u* − Δt ∇p/ρ
/// ```
///
/// The density of a face is the mean of its two cells, the same that carries momentum and feels
/// gravity, so that fluids at rest stay so. p is without the weight of air.
pub(crate) struct Pressure {
    /// p in Pa; ghosts at open rims hold what is given there.
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

    /// Takes the densities of `fraction`.
    pub(crate) fn weigh(
        &mut self,
        fraction: &StaggeredArray,
        fluids: &Fluids,
        geometry: &Geometry,
    ) {
        let [_, ny] = geometry.cells;
        for axis in 0..2 {
            let open = &geometry.open[axis];
            let scale = 1.0 / (geometry.spacing[axis] * geometry.spacing[axis]);
            self.system.links[axis].update(GHOSTS..fraction.inner().end + 1, |i, line| {
                let [low, high] = [-1, 0].map(|by| fraction.shifted(i, axis, by, ny + 1));
                let open = open.shifted(i, axis, 0, ny + 1);
                for (j, link) in line[GHOSTS..=GHOSTS + ny].iter_mut().enumerate() {
                    *link = scale * open[j] / fluids.density(0.5 * (low[j] + high[j]));
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

    /// Sets the pressure at open rims: what `velocity` sucks in has lost ρu²/2.
    pub(crate) fn open(
        &mut self,
        velocity: &[StaggeredArray; 2],
        fluids: &Fluids,
        geometry: &Geometry,
    ) {
        for axis in 0..2 {
            for rim in geometry.rims(axis).iter().filter(|rim| rim.beyond == Beyond::Open) {
                let inwards = (velocity[axis][rim.face] * rim.inward).max(0.0);
                self.value[rim.ghosts[0]] = -0.5 * fluids.air.density * inwards * inwards;
            }
        }
    }

    /// Adds the pull of the surface over `dt`, by the density that the pressure sees.
    pub(crate) fn pull(
        &self,
        velocity: &mut [StaggeredArray; 2],
        tension: &Tension,
        fraction: &StaggeredArray,
        geometry: &Geometry,
        dt: f64,
    ) {
        for (axis, velocity) in velocity.iter_mut().enumerate() {
            let scale = dt * geometry.spacing[axis];
            tension.pull(velocity, axis, fraction, &self.system.links[axis], scale);
        }
    }

    /// Removes the divergence of `velocity` until |∇·u| is at most `tolerance` in 1/s.
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
        if !geometry.is_open {
            self.centre(geometry);
        }
        self.accelerate(velocity, geometry, dt);
        solved
    }

    /// Subtracts `duration` times ∇p/ρ.
    fn accelerate(&self, velocity: &mut [StaggeredArray; 2], geometry: &Geometry, duration: f64) {
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

    /// Makes the mean over the fluids zero: in a closed vessel nothing else tells the level.
    fn centre(&mut self, geometry: &Geometry) {
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

/// ∇·u in 1/s along line `i`, by the number of the cell from 0.
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
