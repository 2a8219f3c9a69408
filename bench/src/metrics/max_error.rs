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
        let score = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
            // `f64::max` would drop a NaN.
            p.iter().zip(y).map(|(p, y)| (p - y).abs()).fold(0.0, |a: f64, b| {
                if a >= b {
                    a
                } else if b.is_nan() {
                    b
                } else {
                    a.max(b)
                }
            })
        };
        each_channel(prediction, reference, context, |channel| channel.unit.clone(), score)
    }
}
