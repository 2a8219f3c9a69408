//! What a metric is: its definition and how its values are read.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The description of a metric for reports. The metric declares it, and every run stores it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MetricInfo {
    /// Its name in records, such as `nrmse`.
    pub name: String,
    /// Its name in headings, such as `NRMSE`.
    pub title: String,
    /// Its formula: ŷ is the prediction, y the reference, ⟨·⟩ the mean over the cells.
    pub definition: String,
    /// The unit of its values.
    pub unit: MetricUnit,
    /// Which values are better.
    pub direction: Direction,
    /// The value of a perfect prediction; `None` if it depends on the reference.
    pub ideal: Option<f64>,
    /// How its values are written.
    pub format: NumberFormat,
}

impl MetricInfo {
    /// A dimensionless error: lower is better, and 0 is perfect.
    pub fn error(name: &str, title: &str, definition: &str) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            definition: definition.into(),
            unit: MetricUnit::Dimensionless,
            direction: Direction::Lower,
            ideal: Some(0.0),
            format: NumberFormat::Scientific,
        }
    }

    /// The same metric with values in `unit`.
    #[must_use]
    pub fn with_unit(self, unit: MetricUnit) -> Self {
        Self { unit, ..self }
    }
}

/// The unit of a metric's values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricUnit {
    /// None.
    Dimensionless,
    /// The unit of the channel or field.
    Channel,
    /// The unit of the case's interval: seconds or turnovers.
    Time,
    /// The same for every case, such as `1/s`.
    Fixed(String),
}

impl MetricUnit {
    /// The unit of the values of a channel in a case; empty when dimensionless.
    pub fn resolve<'a>(&'a self, channel: &'a str, time: &'a str) -> &'a str {
        match self {
            Self::Dimensionless => "",
            Self::Channel => channel,
            Self::Time => time,
            Self::Fixed(unit) => unit,
        }
    }
}

/// Which of two values of a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The lower one, as of errors.
    Lower,
    /// The higher one, as of correlations.
    Higher,
}

impl Direction {
    /// The score of a rollout that diverged: worse than any finite value.
    pub fn worst(self) -> f64 {
        match self {
            Self::Lower => f64::INFINITY,
            Self::Higher => f64::NEG_INFINITY,
        }
    }

    /// Orders values from best to worst; NaN is last.
    pub fn order(self, a: f64, b: f64) -> Ordering {
        let by_value = match self {
            Self::Lower => a.total_cmp(&b),
            Self::Higher => b.total_cmp(&a),
        };
        a.is_nan().cmp(&b.is_nan()).then(by_value)
    }
}

/// How the values of a metric are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberFormat {
    /// Three significant digits and a power of ten, such as `3.21e-2`.
    Scientific,
    /// Three significant digits without an exponent, such as `6.03`.
    Plain,
    /// A fixed number of decimals, such as `0.9984`.
    Decimals(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_better_lower_and_correlations_higher() {
        assert!(Direction::Lower.order(0.1, 0.9).is_lt());
        assert!(Direction::Higher.order(0.9, 0.1).is_lt());
        for direction in [Direction::Lower, Direction::Higher] {
            assert!(direction.order(0.5, direction.worst()).is_lt());
            assert!(direction.order(direction.worst(), f64::NAN).is_lt());
        }
    }

    #[test]
    fn every_kind_of_information_is_written_and_read_back() {
        let info = MetricInfo::error("rmse", "RMSE", "√⟨(ŷ−y)²⟩");
        for unit in [
            MetricUnit::Dimensionless,
            MetricUnit::Channel,
            MetricUnit::Time,
            MetricUnit::Fixed("1/s".into()),
        ] {
            for format in [NumberFormat::Scientific, NumberFormat::Plain, NumberFormat::Decimals(4)]
            {
                let info =
                    MetricInfo { format, ideal: None, ..info.clone().with_unit(unit.clone()) };
                let text = serde_json::to_string(&info).expect("it is plain data");
                let read: MetricInfo = serde_json::from_str(&text).expect("it was just written");
                assert_eq!(read, info);
            }
        }
        assert_eq!(MetricUnit::Channel.resolve("m/s", "s"), "m/s");
        assert_eq!(MetricUnit::Time.resolve("m/s", "turnovers"), "turnovers");
    }
}
