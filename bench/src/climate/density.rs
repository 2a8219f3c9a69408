//! Probability densities of the velocity's fluctuations.

use super::Frame;
use ndarray::{Array2, ArrayView4, Axis};

/// Bins from −6 to 6 root mean squares; the first and the last hold what lies beyond.
pub(super) const BINS: usize = 60;
const REACH: f64 = 6.0;
/// Width of a bin in root mean squares.
pub(super) const WIDTH: f64 = 2.0 * REACH / BINS as f64;

/// Histograms of u′/u′_rms at the first place of a [`Frame`], about the mean profile of the climate and over its root
/// mean square: a prediction with fluctuations that are too small has a density that is too narrow.
pub(super) struct Density {
    /// `[component, bin]`
    counts: Array2<f64>,
}

impl Density {
    pub(super) fn new(frame: &Frame) -> Self {
        Self { counts: Array2::zeros((frame.geometry.symbols.len(), BINS)) }
    }

    /// Adds a state. One that is not finite makes the densities NaN.
    pub(super) fn push(&mut self, frame: &Frame, state: ArrayView4<'_, f64>) {
        let velocity = frame.geometry.velocity(state);
        let normal = Axis(frame.geometry.normal);
        for (number, component) in velocity.outer_iter().enumerate() {
            let mut counts = self.counts.row_mut(number);
            for &plane in &frame.places[0].planes {
                let mean = frame.profile[[number, plane]];
                // The mirror image of the other half is added: the component towards the walls has the other sign
                // there.
                let is_upper =
                    frame.geometry.walls.is_some() && 2 * plane >= component.len_of(normal);
                let sign = if is_upper { frame.geometry.parity(number) } else { 1.0 };
                for value in component.index_axis(normal, plane) {
                    let place = (sign * (value - mean) / frame.rms[number] + REACH) / WIDTH;
                    if place.is_nan() {
                        counts.fill(f64::NAN);
                    } else {
                        counts[(place.max(0.0) as usize).min(BINS - 1)] += 1.0;
                    }
                }
            }
        }
    }

    /// The density of a component per root mean square; its integral is 1.
    pub(super) fn of(&self, component: usize) -> Vec<f64> {
        let counts = self.counts.row(component);
        let total: f64 = counts.sum();
        counts.iter().map(|count| count / (total * WIDTH)).collect()
    }
}

/// The centres of the bins.
pub(super) fn centres() -> Vec<f64> {
    (0..BINS).map(|bin| (bin as f64 + 0.5) * WIDTH - REACH).collect()
}

/// Wasserstein-1 distance of two densities: the integral of the difference between their distribution functions, in
/// root mean squares.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut sum, mut difference) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        // The difference is linear within a bin.
        let next = difference + (a - b) * WIDTH;
        sum += WIDTH * f64::midpoint(f64::abs(difference), f64::abs(next));
        difference = next;
    }
    sum
}
