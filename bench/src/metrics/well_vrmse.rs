//! The Well's VRMSE.

use super::series::{root_ratio, variance};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// The Well's headline metric as its code computes it, for comparison with its tables.
///
/// ```text
/// sqrt( mean (p − y)² / (s² + 10⁻⁷) ),  s² = Σ (y − ȳ)² / (N − 1)
/// ```
///
/// The absolute epsilon makes it depend on units: data of amplitude 10⁻⁴ score 0.02 where `vrmse` says 1.
///
/// Source: Ohana et al. (2024), The Well, `the_well/benchmark/metrics` as released.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WellVrmse {}

impl Part for WellVrmse {
    const NAME: &'static str = "well-vrmse";
    const SUMMARY: &'static str =
        "The Well's VRMSE with its unbiased variance and absolute epsilon";
}

impl Metric for WellVrmse {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo::error(
            Self::NAME,
            "VRMSE (The Well)",
            "√(⟨(ŷ−y)²⟩ / (s² + 10⁻⁷)) with the unbiased variance s² of y, as The Well computes it; depends on units",
        )]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        root_ratio(prediction, reference, context, |weights, y| {
            let n = y.len() as f64;
            variance(weights, y) * n / (n - 1.0) + 1e-7
        })
    }
}
