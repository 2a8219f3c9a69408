//! Variance-normalized root mean square error.

use super::series::{root_ratio, variance};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Error relative to the reference's standard deviation, per step, of every channel and of every vector field.
///
/// ```text
/// sqrt( mean (p − y)² / mean (y − ȳ)² )
/// ```
///
/// Predicting the mean scores 1 in any units. Unlike The Well's (see `well-vrmse`) the metric has no
/// absolute epsilon beside the variance, which lowers the error of fields with small amplitudes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Vrmse {}

impl Part for Vrmse {
    const NAME: &'static str = "vrmse";
    const SUMMARY: &'static str = "root mean square error over the reference's standard deviation";
}

impl Metric for Vrmse {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo::error(
            Self::NAME,
            "VRMSE",
            "√⟨(ŷ−y)²⟩ / the standard deviation of y over the cells; 1 is the error of predicting y's mean",
        )]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        root_ratio(prediction, reference, context, variance)
    }
}
