//! Mean absolute error.

use super::series::each_channel;
use super::{Context, Metric, Series};
use data::{MetricInfo, MetricUnit, Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Error in the channel's unit, per step and channel.
///
/// ```text
/// mean |p − y|
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Mae {}

impl Part for Mae {
    const NAME: &'static str = "mae";
    const SUMMARY: &'static str = "mean absolute error";
}

impl Metric for Mae {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![
            MetricInfo::error(Self::NAME, "MAE", "⟨|ŷ−y|⟩ in the channel's unit")
                .with_unit(MetricUnit::Channel),
        ]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let score = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
            context.weights.mean_of_pairs(p, y, |p, y| (p - y).abs())
        };
        each_channel(prediction, reference, context, |channel| channel.unit.clone(), score)
    }
}
