//! Surface tension.

use super::curvature::curvature;
use super::geometry::Geometry;
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// The force of the surface on the faces, σ κ ∇f.
///
/// It has the differences and the density of the pressure's gradient, so that with κ the same
/// everywhere a pressure balances it exactly.
///
/// Source: Francois et al. (2006), J. Comput. Phys. 213, 141 (balanced force); Brackbill, Kothe &
/// Zemach (1992), J. Comput. Phys. 100, 335 (the force and its step).
pub(crate) struct Tension {
    /// σ in N/m.
    coefficient: f64,
    /// κ in 1/m of the cells that hold a piece of interface; of the others no number.
    curvature: StaggeredArray,
    /// κ where it is known.
    pub(crate) known: Option<f64>,
}

impl Tension {
    pub(crate) fn new(coefficient: f64, cells: [usize; 2]) -> Self {
        Self { coefficient, curvature: StaggeredArray::zeros(cells), known: None }
    }

    pub(crate) fn is_there(&self) -> bool {
        self.coefficient > 0.0
    }

    /// The longest step in s that resolves the shortest wave, for the sum of both densities.
    pub(crate) fn stable_step(&self, densities: f64, geometry: &Geometry) -> f64 {
        let h = geometry.spacing[0].min(geometry.spacing[1]);
        (densities * h.powi(3) / (4.0 * std::f64::consts::PI * self.coefficient)).sqrt()
    }

    /// Finds the curvature of the interface of `fraction`.
    pub(crate) fn measure(&mut self, fraction: &StaggeredArray, geometry: &Geometry) {
        let ([_, ny], known) = (geometry.cells, self.known);
        self.curvature.update(self.curvature.inner(), |i, line| {
            for (j, value) in inner_mut(line, ny).iter_mut().enumerate() {
                *value = known.unwrap_or_else(|| curvature(fraction, geometry, [i, GHOSTS + j]));
            }
        });
    }

    /// Adds σ κ ∇f/ρ over a duration, where `links` times `scale` is that over ρ and the spacing.
    pub(crate) fn pull(
        &self,
        velocity: &mut StaggeredArray,
        axis: usize,
        fraction: &StaggeredArray,
        links: &StaggeredArray,
        scale: f64,
    ) {
        let n = velocity.line(0).len() - 2 * GHOSTS;
        let scale = scale * self.coefficient;
        velocity.update(velocity.inner(), |i, line| {
            let [f_low, f_high] = [-1, 0].map(|by| fraction.shifted(i, axis, by, n));
            let [k_low, k_high] = [-1, 0].map(|by| self.curvature.shifted(i, axis, by, n));
            let links = inner(links.line(i), n);
            for (j, u) in inner_mut(line, n).iter_mut().enumerate() {
                let jump = f_high[j] - f_low[j];
                if jump != 0.0 && links[j] > 0.0 {
                    let weights = [f_low[j], f_high[j]].map(trust);
                    let curvature = between([k_low[j], k_high[j]], weights);
                    *u += scale * links[j] * curvature * jump;
                }
            }
        });
    }
}

/// Cells with less of both fluids are trusted less: their piece of interface is a corner's.
const CORNER: f64 = 0.01;

/// The weight of the curvature of a cell of volume fraction `f`.
fn trust(f: f64) -> f64 {
    // What is left where all is full or empty decides between cells that hold no piece.
    (f * (1.0 - f) / CORNER).clamp(f64::EPSILON, 1.0)
}

/// κ of a face: the mean of its cells' as far as they hold interface.
fn between(curvatures: [f64; 2], weights: [f64; 2]) -> f64 {
    let (mut sum, mut whole) = (0.0, 0.0);
    for (curvature, weight) in curvatures.into_iter().zip(weights).filter(|(k, _)| !k.is_nan()) {
        sum += weight * curvature;
        whole += weight;
    }
    // What two cells differ by that hold no interface are roundings.
    if whole > 0.0 { sum / whole } else { 0.0 }
}
