//! One score with its provenance.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The provenance of a number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// Hash of the checked case.
    pub case_hash: String,
    /// Content hash of the dataset.
    pub dataset_hash: String,
    /// Hash of the surrogate: its recipe, and its weights if it has any.
    pub surrogate_hash: String,
    /// The version of eddymark.
    pub version: String,
    /// The commit it was built from, with `-dirty` if the tree had changes; `unknown` outside git.
    pub commit: String,
    /// Processor and operating system.
    pub machine: String,
    /// `cpu` or `cuda:N`.
    pub device: String,
    /// Threads of the pool.
    pub threads: usize,
    /// The command line.
    pub command: String,
}

/// One metric of the rollout of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// The suite's name.
    pub suite: String,
    /// The case's name.
    pub case: String,
    /// The surrogate's name.
    pub surrogate: String,
    /// The seed of its training; `None` without randomness.
    pub seed: Option<u64>,
    /// The test sample.
    pub sample: usize,
    /// The sample's parameters.
    pub parameters: BTreeMap<String, f64>,
    /// The metric's name.
    pub metric: String,
    /// The channel's symbol or the field's name, or `all`.
    pub channel: String,
    /// The value's unit; empty when dimensionless.
    pub unit: String,
    /// Times of the predicted states in the unit of the case's interval, s or turnovers; one entry for a metric of the
    /// whole rollout.
    pub times: Vec<f64>,
    /// The metric at each of `times`; NaN (in JSON: `null`) from the step on at which the rollout diverged.
    #[serde(with = "nan_as_null")]
    pub values: Vec<f64>,
    /// The first step with a non-finite value, if the rollout diverged.
    pub diverged: Option<usize>,
    /// The provenance of the values.
    pub provenance: Provenance,
}

/// NaN and infinities as `null`, since JSON has neither.
pub(super) mod nan_as_null {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::run) fn serialize<S: Serializer>(
        values: &[f64],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(|value| value.is_finite().then_some(*value)))
    }

    pub(in crate::run) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<f64>, D::Error> {
        let values = Vec::<Option<f64>>::deserialize(from)?;
        Ok(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }
}
