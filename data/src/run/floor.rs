//! The error of the references themselves.

use super::record::nan_as_null;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// The value of the references themselves in a metric.
///
/// Of an error, it is their estimated error: scores below it are not meaningful. Of a metric whose direction is
/// [`crate::Direction::Closest`], it is the value of the references, to which predictions should be close.
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
    /// The same for every test sample that has a value; empty in runs of older versions.
    #[serde(default, with = "nan_as_null_by_sample")]
    pub by_sample: BTreeMap<usize, Vec<f64>>,
}

/// NaN and infinities as `null`, since JSON has neither.
mod nan_as_null_by_sample {
    use super::{BTreeMap, Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        samples: &BTreeMap<usize, Vec<f64>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let finite = |value: &f64| value.is_finite().then_some(*value);
        let of_sample = |(sample, values): (&usize, &Vec<f64>)| {
            (*sample, values.iter().map(finite).collect::<Vec<Option<f64>>>())
        };
        to.collect_map(samples.iter().map(of_sample))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<usize, Vec<f64>>, D::Error> {
        let samples = BTreeMap::<usize, Vec<Option<f64>>>::deserialize(from)?;
        let known = |values: Vec<Option<f64>>| {
            values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
        };
        Ok(samples.into_iter().map(|(sample, values)| (sample, known(values))).collect())
    }
}
