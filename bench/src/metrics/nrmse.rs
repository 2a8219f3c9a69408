//! Normalized root mean square error.

use super::series::{mean_square, root_ratio};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Error relative to the reference's root mean square, per step, of every channel and of every vector field.
///
/// ```text
/// sqrt( mean (p − y)² / mean y² )
/// ```
///
/// Predicting zero scores 1. There is no epsilon, so that the metric does not depend on units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Nrmse {}

impl Part for Nrmse {
    const NAME: &'static str = "nrmse";
    const SUMMARY: &'static str = "root mean square error over the reference's root mean square";
}

impl Metric for Nrmse {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo::error(
            Self::NAME,
            "NRMSE",
            "√⟨(ŷ−y)²⟩ / √⟨y²⟩; 1 is the error of predicting zero",
        )]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        root_ratio(prediction, reference, context, mean_square)
    }
}
