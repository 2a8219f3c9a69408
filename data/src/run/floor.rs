//! The error of the references themselves.

use super::record::nan_as_null;
use serde::{Deserialize, Serialize};

/// The data's own error: what no score against them can resolve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Floor {
    /// The case's name.
    pub case: String,
    /// The channel's symbol, or `all`.
    pub channel: String,
    /// The metric of which it is the floor.
    pub metric: String,
    /// Times of the rollout's states in the unit of the case's interval.
    pub times: Vec<f64>,
    /// The floor at each of `times`, mean over test samples.
    #[serde(with = "nan_as_null")]
    pub values: Vec<f64>,
}
