//! Momentum, carried by the very mass that moves.

use super::fluids::Fluids;
use super::geometry::Geometry;
use super::interface::Interface;
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// Transport of momentum along one axis at a time, by the mass fluxes of the volume fraction.
///
/// The control volume of a face is made of half a cell on either side of it. Its mass m and the
/// masses Φ that pass its ends are means of those of the two cells, so that it conserves mass because
/// they do:
///
/// ```text
/// m  ← m  − ΔΦ + κ,              κ: the mean of both cells' ρ* ΔC
/// mu ← mu − Δ(Φ u) + κ uⁿ
/// ```
///
/// u± is the value upstream plus ½ (1 − |C|) times a limited slope, second order in space and
/// time along the axis. A uniform velocity stays uniform to round-off, whatever the densities: this
/// keeps density ratios of a thousand stable.
///
/// Source: Bussmann, Kothe & Sicilian (2002), ASME FEDSM2002-31125 (consistency); Arrufat et al.
/// (2021), Comput. Fluids 215, 104785, §3 (with the splitting used here).
#[derive(Debug, Clone)]
pub(crate) struct Momentum {
    /// ρ of the cells before the sweep.
    density: StaggeredArray,
    /// Φ at the low faces of the cells.
    flux: StaggeredArray,
    /// κ of the cells.
    swell: StaggeredArray,
}

impl Momentum {
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let [density, flux, swell] = [0; 3].map(|_| StaggeredArray::zeros(cells));
        Self { density, flux, swell }
    }

    /// Weighs the cells before [`Interface::carry`].
    pub(crate) fn weigh_cells(&mut self, interface: &Interface, fluids: &Fluids) {
        self.density.update(0..self.density.inner().end + GHOSTS, |i, line| {
            for (density, f) in line.iter_mut().zip(interface.fraction.line(i)) {
                *density = fluids.density(*f);
            }
        });
    }

    /// Weighs what was moved, after [`Interface::carry`].
    pub(crate) fn weigh_fluxes(
        &mut self,
        axis: usize,
        courant: &StaggeredArray,
        interface: &Interface,
        fluids: &Fluids,
        geometry: &Geometry,
    ) {
        let [_, ny] = geometry.cells;
        let (air, excess) = (fluids.air.density, fluids.water.density - fluids.air.density);
        self.flux.update(0..self.flux.inner().end + GHOSTS, |i, line| {
            let water = interface.flux.line(i);
            for ((flux, c), water) in line.iter_mut().zip(courant.line(i)).zip(water) {
                *flux = air * c + excess * water;
            }
        });
        self.swell.update(self.swell.inner(), |i, line| {
            let between = inner(interface.between.line(i), ny);
            let [low, high] = [0, 1].map(|by| courant.shifted(i, axis, by, ny));
            for (j, swell) in inner_mut(line, ny).iter_mut().enumerate() {
                *swell = fluids.density(between[j]) * (high[j] - low[j]);
            }
        });
    }

    /// Carries one `component` along `axis`: `next` from `now`, with that of the step's start.
    #[expect(
        clippy::too_many_arguments,
        reason = "a sweep's two velocities, its flux and where it is"
    )]
    pub(crate) fn carry(
        &self,
        component: usize,
        axis: usize,
        courant: &StaggeredArray,
        start: &StaggeredArray,
        now: &StaggeredArray,
        next: &mut StaggeredArray,
        geometry: &Geometry,
    ) {
        let [_, ny] = geometry.cells;
        let (free, given) = (&geometry.free[component], &geometry.given[component]);
        next.update(next.inner(), |i, line| {
            let of = |plane, by| Pair::of(plane, i, [axis, component], by, ny);
            let [flux_low, flux_high] = [0, 1].map(|by| of(&self.flux, by));
            let [c_low, c_high] = [0, 1].map(|by| of(courant, by));
            let (mass, swell) = (of(&self.density, 0), of(&self.swell, 0));
            let u = [-2, -1, 0, 1, 2].map(|by| now.shifted(i, axis, by, ny));
            let start = inner(start.line(i), ny);
            let (free, given) = (inner(free.line(i), ny), inner(given.line(i), ny));
            for (j, next) in inner_mut(line, ny).iter_mut().enumerate() {
                let (inwards, outwards) = (flux_low.mean(j), flux_high.mean(j));
                let low = upstream([u[0][j], u[1][j], u[2][j], u[3][j]], inwards, c_low.mean(j));
                let high = upstream([u[1][j], u[2][j], u[3][j], u[4][j]], outwards, c_high.mean(j));
                let (mass, swell) = (mass.mean(j), swell.mean(j));
                let momentum =
                    mass * u[2][j] - (outwards * high - inwards * low) + swell * start[j];
                let left = mass - (outwards - inwards) + swell;
                *next = free[j] * (momentum / left) + given[j];
            }
        });
    }
}

/// The values of the two cells that a face lies between.
#[derive(Clone, Copy)]
struct Pair<'a>([&'a [f64]; 2]);

impl<'a> Pair<'a> {
    /// `by` cells along `axis` from the faces of `component` on line `i`.
    #[inline]
    fn of(
        plane: &'a StaggeredArray,
        i: usize,
        [axis, component]: [usize; 2],
        by: isize,
        n: usize,
    ) -> Self {
        let back = match (component, axis) {
            (0, 0) | (1, 1) => plane.shifted(i, axis, by - 1, n),
            (0, _) => plane.shifted(i - 1, axis, by, n),
            _ => plane.shifted(i.wrapping_add_signed(by), 1, -1, n),
        };
        Self([back, plane.shifted(i, axis, by, n)])
    }

    #[inline]
    fn mean(&self, j: usize) -> f64 {
        0.5 * (self.0[0][j] + self.0[1][j])
    }
}

/// The value between the second and the third of four that mass of `flux` carries.
#[inline]
fn upstream([a, b, c, d]: [f64; 4], flux: f64, courant: f64) -> f64 {
    let (from, low, high, side) =
        if flux > 0.0 { (b, b - a, c - b, 0.5) } else { (c, c - b, d - c, -0.5) };
    from + side * (1.0 - courant.abs()) * limited(low, high)
}

/// The smallest of twice each difference and their mean; 0 at extrema (monotonized central).
#[inline]
fn limited(a: f64, b: f64) -> f64 {
    let central = 0.5 * (a + b);
    let least = (2.0 * a.abs().min(b.abs())).min(central.abs());
    if a * b > 0.0 { least.copysign(central) } else { 0.0 }
}
