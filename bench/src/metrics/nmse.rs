//! CFDBench's normalized mean square error.

use super::series::{each_vector, mean_square, mean_square_error, ratio};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use ndarray::ArrayView4;
use serde::{Deserialize, Serialize};

/// Squared error relative to the reference's square, per step and vector field, components pooled.
///
/// ```text
/// mean (p − y)² / mean y²
/// ```
///
/// CFDBench takes both means over a batch; here the batch is one state, so that no score depends on batching.
///
/// Source: Luo, Chen & Zhang (2023), CFDBench, §4.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Nmse {}

impl Part for Nmse {
    const NAME: &'static str = "nmse";
    const SUMMARY: &'static str = "CFDBench's mean square error over the reference's mean square";
}

impl Metric for Nmse {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo::error(Self::NAME, "NMSE", "⟨(ŷ−y)²⟩ / ⟨y²⟩, as CFDBench computes it")]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let weights = &context.weights;
        let score = |p: ArrayView4<'_, f64>, y: ArrayView4<'_, f64>| {
            let pairs = p.outer_iter().zip(y.outer_iter());
            let error: f64 = pairs.map(|(p, y)| mean_square_error(weights, p, y)).sum();
            ratio(error, y.outer_iter().map(|y| mean_square(weights, y)).sum())
        };
        each_vector(prediction, reference, context, |_| String::new(), score)
    }
}
