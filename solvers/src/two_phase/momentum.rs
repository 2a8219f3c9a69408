//! Mass-consistent advection of momentum.

use super::fluids::Fluids;
use super::geometry::Geometry;
use super::interface::Interface;
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// Advection of momentum by the mass fluxes of the volume fraction, one axis at a time.
///
/// The control volume of a face consists of half a cell on either side. Its mass m, the mass fluxes Φ
/// through its ends and its dilatation term κ are means over the two cells:
///
/// ```text
/// m  ← m  − ΔΦ + κ,              κ: mean of ρ* ΔC over both cells
/// mu ← mu − Δ(Φ u) + κ uⁿ
/// ```
///
/// C is the Courant number of a face, Δ the difference between the high and the low end, and ρ* the density
/// after the first sweep. u at an end is the upstream value plus ½ (1 − |C|) times a limited slope: second
/// order in space and time along the axis.
///
/// The mass of every control volume is conserved because that of the cells is. A uniform velocity stays
/// uniform to round-off at any density ratio, which keeps density ratios of 1000 stable.
///
/// Source: Bussmann, Kothe & Sicilian (2002), ASME FEDSM2002-31125 (consistency); Arrufat et al.
/// (2021), Comput. Fluids 215, 104785, §3 (with the splitting used here).
#[derive(Debug, Clone)]
pub(crate) struct Momentum {
    /// Density ρ of the cells before the sweep, in kg/m³.
    density: StaggeredArray,
    /// Mass flux Φ at the low faces of the cells, in kg/m³ times cells.
    flux: StaggeredArray,
    /// Dilatation term κ of the cells, in kg/m³.
    dilatation: StaggeredArray,
}

impl Momentum {
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let [density, flux, dilatation] = [0; 3].map(|_| StaggeredArray::zeros(cells));
        Self { density, flux, dilatation }
    }

    /// Sets the density of the cells; called before [`Interface::advect`].
    pub(crate) fn set_density(&mut self, interface: &Interface, fluids: &Fluids) {
        self.density.update(0..self.density.inner().end + GHOSTS, |i, line| {
            for (density, f) in line.iter_mut().zip(interface.fraction.line(i)) {
                *density = fluids.density(*f);
            }
        });
    }

    /// Sets mass fluxes and dilatation terms; called after [`Interface::advect`].
    pub(crate) fn set_mass_fluxes(
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
        self.dilatation.update(self.dilatation.inner(), |i, line| {
            let between = inner(interface.between.line(i), ny);
            let [low, high] = [0, 1].map(|by| courant.shifted(i, axis, by, ny));
            for (j, dilatation) in inner_mut(line, ny).iter_mut().enumerate() {
                *dilatation = fluids.density(between[j]) * (high[j] - low[j]);
            }
        });
    }

    /// Advects one velocity `component` along `axis`: writes `next` from `now`, where `start` is the
    /// velocity uⁿ at the start of the step.
    #[expect(
        clippy::too_many_arguments,
        reason = "a sweep's two velocities, its flux and where it is"
    )]
    pub(crate) fn advect(
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
        let (free, prescribed) = (&geometry.free[component], &geometry.prescribed[component]);
        next.update(next.inner(), |i, line| {
            let of = |plane, by| Pair::of(plane, i, [axis, component], by, ny);
            let [flux_low, flux_high] = [0, 1].map(|by| of(&self.flux, by));
            let [c_low, c_high] = [0, 1].map(|by| of(courant, by));
            let (mass, dilatation) = (of(&self.density, 0), of(&self.dilatation, 0));
            let u = [-2, -1, 0, 1, 2].map(|by| now.shifted(i, axis, by, ny));
            let start = inner(start.line(i), ny);
            let (free, prescribed) = (inner(free.line(i), ny), inner(prescribed.line(i), ny));
            for (j, next) in inner_mut(line, ny).iter_mut().enumerate() {
                let (inwards, outwards) = (flux_low.mean(j), flux_high.mean(j));
                let low = upstream([u[0][j], u[1][j], u[2][j], u[3][j]], inwards, c_low.mean(j));
                let high = upstream([u[1][j], u[2][j], u[3][j], u[4][j]], outwards, c_high.mean(j));
                let (mass, dilatation) = (mass.mean(j), dilatation.mean(j));
                let momentum =
                    mass * u[2][j] - (outwards * high - inwards * low) + dilatation * start[j];
                let left = mass - (outwards - inwards) + dilatation;
                *next = free[j] * (momentum / left) + prescribed[j];
            }
        });
    }
}

/// The values of the two cells on either side of a face.
#[derive(Clone, Copy)]
struct Pair<'a>([&'a [f64]; 2]);

impl<'a> Pair<'a> {
    /// Of the faces of `component` on line `i`, shifted by `by` cells along `axis`.
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

/// The value advected through the face between `b` and `c` by the mass flux `flux`.
#[inline]
fn upstream([a, b, c, d]: [f64; 4], flux: f64, courant: f64) -> f64 {
    let (from, low, high, side) =
        if flux > 0.0 { (b, b - a, c - b, 0.5) } else { (c, c - b, d - c, -0.5) };
    from + side * (1.0 - courant.abs()) * limited(low, high)
}

/// Monotonized-central limiter: the smallest of twice each difference and their mean; 0 at extrema.
#[inline]
fn limited(a: f64, b: f64) -> f64 {
    let central = 0.5 * (a + b);
    let least = (2.0 * a.abs().min(b.abs())).min(central.abs());
    if a * b > 0.0 { least.copysign(central) } else { 0.0 }
}
