//! Root mean square error.

use super::series::{each_channel, mean_square_error};
use super::{Context, Metric, Series};
use data::{MetricInfo, MetricUnit, Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Error in the channel's unit, per step and channel.
///
/// ```text
/// sqrt( mean (p − y)² )
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rmse {}

impl Part for Rmse {
    const NAME: &'static str = "rmse";
    const SUMMARY: &'static str = "root mean square error";
}

impl Metric for Rmse {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![
            MetricInfo::error(Self::NAME, "RMSE", "√⟨(ŷ−y)²⟩ in the channel's unit")
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
            mean_square_error(&context.weights, p, y).sqrt()
        };
        each_channel(prediction, reference, context, |channel| channel.unit.clone(), score)
    }
}
