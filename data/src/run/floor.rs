//! The error of the references themselves.

use super::record::nan_as_null;
use serde::{Deserialize, Serialize};

/// The estimated error of the references in a metric. Scores below it are not meaningful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Floor {
    /// The case's name.
    pub case: String,
    /// The channel's symbol, or `all`.
    pub channel: String,
    /// The metric.
    pub metric: String,
    /// Times of the rollout's states in the unit of the case's interval.
    pub times: Vec<f64>,
    /// The error at each of `times`, mean over the test samples.
    #[serde(with = "nan_as_null")]
    pub values: Vec<f64>,
}
