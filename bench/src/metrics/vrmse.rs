//! Variance-normalized root mean square error.

use super::series::{root_ratio, variance};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Error relative to the reference's spread, per step, of every channel and of every vector field whole.
///
/// ```text
/// sqrt( mean (p − y)² / mean (y − ȳ)² )
/// ```
///
/// 1 is what predicting the mean scores, in whatever units: unlike The Well's (see `well-vrmse`) it adds
/// no absolute epsilon to the variance, which would make small-amplitude fields look well predicted.
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
