//! Maximum absolute error.

use super::series::each_channel;
use super::{Context, Metric, Series};
use data::{MetricInfo, MetricUnit, Part, Trajectory};
use ndarray::{ArrayView3, Axis};
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
    fn infos(&self) -> Vec<MetricInfo> {
        vec![
            MetricInfo::error(
                Self::NAME,
                "max error",
                "the greatest |ŷ−y| over the cells, in the channel's unit",
            )
            .with_unit(MetricUnit::Channel),
        ]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let fluid = context.weights.fluid(reference.state(0).index_axis(Axis(0), 0).dim());
        // `f64::max` ignores NaN.
        let greatest = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
        let score = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
            let errors = p.iter().zip(y).map(|(p, y)| (p - y).abs()).zip(&fluid);
            errors.filter(|(_, counts)| **counts).map(|(error, _)| error).fold(0.0, greatest)
        };
        each_channel(prediction, reference, context, |channel| channel.unit.clone(), score)
    }
}
