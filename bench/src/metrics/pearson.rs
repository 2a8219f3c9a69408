//! Pearson correlation.

use super::series::{each_scaled_channel, variance, with_mean};
use super::{Context, Metric, Series, Weights};
use data::{Direction, MetricInfo, NumberFormat, Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Correlation of prediction and reference over the cells, independent of their amplitudes, per step and channel.
///
/// ```text
/// mean (p − p̄)(y − ȳ) / (σ_p σ_y)
/// ```
///
/// 1 for equal fields, exactly; 0 where one of the two is constant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Pearson {}

impl Part for Pearson {
    const NAME: &'static str = "pearson";
    const SUMMARY: &'static str = "correlation of prediction and reference over the cells";
}

impl Metric for Pearson {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo {
            direction: Direction::Higher,
            ideal: Some(1.0),
            // Four decimals distinguish a correlation of 0.999 from one of 0.9999.
            format: NumberFormat::Decimals(4),
            ..MetricInfo::error(
                Self::NAME,
                "Pearson",
                "the correlation of ŷ and y over the cells; 1 is best",
            )
        }]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let score =
            |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| correlation(&context.weights, p, y);
        with_mean(each_scaled_channel(prediction, reference, context, score))
    }
}

/// The correlation of two channels.
pub(super) fn correlation(
    weights: &Weights,
    p: ArrayView3<'_, f64>,
    y: ArrayView3<'_, f64>,
) -> f64 {
    let [p_mean, y_mean] = [p, y].map(|field| weights.mean(field, |x| x));
    let covariance = weights.mean_of_pairs(p, y, |p, y| (p - p_mean) * (y - y_mean));
    let spread = (variance(weights, p) * variance(weights, y)).sqrt();
    if spread == 0.0 { 0.0 } else { covariance / spread }
}
