//! Largest error.

use super::series::each_channel;
use super::{Context, Metric, Series};
use data::{Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Error in the channel's unit, per step and channel.
///
/// ```text
/// max |p − y|
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MaxError {}

impl Part for MaxError {
    const NAME: &'static str = "max-error";
    const SUMMARY: &'static str = "largest absolute error of any cell";
}

impl Metric for MaxError {
    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        // `f64::max` would drop a NaN.
        let greatest = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
        let score = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
            p.iter().zip(y).map(|(p, y)| (p - y).abs()).fold(0.0, greatest)
        };
        each_channel(prediction, reference, context, |channel| channel.unit.clone(), score)
    }
}
