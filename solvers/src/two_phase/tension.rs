//! Balanced-force surface tension.

use super::curvature::curvature;
use super::geometry::Geometry;
use crate::staggered::{GHOSTS, StaggeredArray, inner, inner_mut};

/// The surface force σ κ ∇f on the faces.
///
/// It uses the differences and the face densities of the pressure gradient, so that for uniform κ a pressure
/// balances it to round-off.
///
/// Source: Francois et al. (2006), J. Comput. Phys. 213, 141 (balanced force); Brackbill, Kothe &
/// Zemach (1992), J. Comput. Phys. 100, 335 (the force and its time-step limit).
pub(crate) struct Tension {
    /// σ in N/m.
    coefficient: f64,
    /// κ of the cells in 1/m; NaN in cells without interface.
    curvature: StaggeredArray,
    /// A uniform κ in 1/m that replaces the computed one, for verification.
    pub(crate) prescribed: Option<f64>,
}

impl Tension {
    pub(crate) fn new(coefficient: f64, cells: [usize; 2]) -> Self {
        Self { coefficient, curvature: StaggeredArray::zeros(cells), prescribed: None }
    }

    pub(crate) fn is_active(&self) -> bool {
        self.coefficient > 0.0
    }

    /// The longest step in s that resolves the shortest capillary wave: √((ρ + ρₐ) h³/4πσ), where `densities` is
    /// ρ + ρₐ.
    pub(crate) fn stable_step(&self, densities: f64, geometry: &Geometry) -> f64 {
        let h = geometry.spacing[0].min(geometry.spacing[1]);
        (densities * h.powi(3) / (4.0 * std::f64::consts::PI * self.coefficient)).sqrt()
    }

    /// Sets the curvature of all cells from the volume fractions.
    pub(crate) fn set_curvature(&mut self, fraction: &StaggeredArray, geometry: &Geometry) {
        let ([_, ny], prescribed) = (geometry.cells, self.prescribed);
        self.curvature.update(self.curvature.inner(), |i, line| {
            for (j, value) in inner_mut(line, ny).iter_mut().enumerate() {
                *value =
                    prescribed.unwrap_or_else(|| curvature(fraction, geometry, [i, GHOSTS + j]));
            }
        });
    }

    /// Adds Δt σ κ ∇f/ρ to the velocity along `axis`; `links` times `scale` is Δt/(ρ h).
    pub(crate) fn add_force(
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
                    let weights = [f_low[j], f_high[j]].map(weight);
                    let curvature = face_curvature([k_low[j], k_high[j]], weights);
                    *u += scale * links[j] * curvature * jump;
                }
            }
        });
    }
}

/// Below this value of f(1 − f) the curvature of a cell gets less weight: its piece of interface cuts off a corner
/// only.
const CORNER: f64 = 0.01;

/// The weight of the curvature of a cell of volume fraction `f`.
fn weight(f: f64) -> f64 {
    // The lower bound keeps the mean defined between a full and an empty cell.
    (f * (1.0 - f) / CORNER).clamp(f64::EPSILON, 1.0)
}

/// κ of a face in 1/m: the weighted mean over its cells that contain interface.
fn face_curvature(curvatures: [f64; 2], weights: [f64; 2]) -> f64 {
    let (mut sum, mut whole) = (0.0, 0.0);
    for (curvature, weight) in curvatures.into_iter().zip(weights).filter(|(k, _)| !k.is_nan()) {
        sum += weight * curvature;
        whole += weight;
    }
    // Two cells without interface differ in f by round-off only.
    if whole > 0.0 { sum / whole } else { 0.0 }
}
