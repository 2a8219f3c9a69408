//! Statistics of a flow, of the reference and of predictions.

use super::record::nan_as_null;
use serde::{Deserialize, Serialize};

/// One statistic of the flow of a case: its reference, how far independent samples spread, and what predictions have.
///
/// Each is a function of one coordinate, such as the distance from a wall or a wavenumber. A number, such as the
/// friction coefficient, is a function with one position.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlowStatistic {
    /// The case's name.
    pub case: String,
    /// What it is, such as `mean-velocity`, `rms-u`, `spectrum-x-u`.
    pub name: String,
    /// Its symbol with its normalization, such as `U⁺`.
    pub symbol: String,
    /// Its unit; empty in wall units.
    pub unit: String,
    /// Where it is taken, such as `y⁺ = 15`; empty where the coordinate says it.
    pub location: String,
    /// The coordinate's symbol, such as `y⁺`.
    pub coordinate: String,
    /// The coordinate.
    pub positions: Vec<f64>,
    /// The reference at `positions`: mean over the training and validation samples.
    #[serde(with = "nan_as_null")]
    pub reference: Vec<f64>,
    /// Standard deviation between independent samples over a window as long as a prediction's; NaN where it is unknown,
    /// as with fewer than two samples.
    #[serde(with = "nan_as_null")]
    pub standard_deviation: Vec<f64>,
    /// What the surrogates predict.
    #[serde(default)]
    pub curves: Vec<StatisticCurve>,
}

/// A statistic of the predictions of one surrogate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StatisticCurve {
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The seed of its training; `None` without randomness.
    pub seed: Option<u64>,
    /// Mean over the test samples at the statistic's positions; NaN where a rollout diverged.
    #[serde(with = "nan_as_null")]
    pub values: Vec<f64>,
}

impl FlowStatistic {
    /// Whether both are the same quantity of the same case at the same positions, so that their curves belong together.
    pub fn is_same(&self, other: &Self) -> bool {
        self.case == other.case
            && self.name == other.name
            && self.location == other.location
            && self.positions == other.positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_unknown_are_null_on_disk_and_nan_again() {
        let statistic = FlowStatistic {
            name: "mean-velocity".into(),
            positions: vec![0.5],
            reference: vec![1.0 / 3.0],
            standard_deviation: vec![f64::NAN],
            ..Default::default()
        };
        let text = serde_json::to_string(&statistic).expect("it is plain data");
        assert!(text.contains(r#""standard-deviation":[null]"#), "{text}");
        let read: FlowStatistic = serde_json::from_str(&text).expect("it was just written");
        assert_eq!(read.reference, statistic.reference);
        assert!(read.standard_deviation[0].is_nan());
        assert!(read.is_same(&statistic));
    }
}
