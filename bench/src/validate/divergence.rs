//! Whether the velocity is that of an incompressible fluid.

use super::{Check, Finding};
use crate::metrics::{Context, relative_divergence, vectors};
use data::{Info, Sample};
use ndarray::Axis;

/// The terms of the divergence of the velocity cancel.
///
/// Cell averages are not exactly free of divergence under central differences, so that the limit is wide: it finds
/// components or axes in the wrong order, signs, and units.
pub(super) struct Divergence;

/// The largest mean over states of the divergence over that of terms that do not cancel.
const MOST: f64 = 0.5;

impl Check for Divergence {
    fn name(&self) -> &'static str {
        "divergence"
    }

    fn rule(&self) -> &'static str {
        "its terms cancel by half or more"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        let Some((_, range)) = vectors(&info.fields).find(|(field, _)| field.name == "velocity")
        else {
            return Vec::new();
        };
        let context = Context::of(sample, &info.fields, info.interval);
        let of_state = |step: usize| {
            let state = sample.trajectory.state(step);
            relative_divergence(state.slice_axis(Axis(0), range.clone().into()), &context)
        };
        let states = sample.trajectory.len();
        let mean = (0..states).map(of_state).sum::<f64>() / states as f64;
        if mean <= MOST {
            return Vec::new();
        }
        let what = format!(
            "the divergence of the velocity is {:.0} % of what terms that do not cancel would have",
            100.0 * mean
        );
        vec![Finding::warning(sample.index, what)]
    }
}
