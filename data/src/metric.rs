//! What a metric is: its definition and how its values are read.

use serde::{Deserialize, Serialize};

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
    /// What bounds its values, so that they say "at least" only; `None` if nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub censoring: Option<Censoring>,
    /// How its values are written.
    pub format: NumberFormat,
    /// Increases when the same predictions get other values: values of different versions are not compared.
    #[serde(default = "first_version")]
    pub version: u32,
}

/// The version of metrics that were declared before versions were.
fn first_version() -> u32 {
    1
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
            censoring: None,
            format: NumberFormat::Scientific,
            version: first_version(),
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
    /// The one that is closer to the reference's own value, as of the divergence, which the stored reference has too.
    /// The reference's value is the run's [`crate::Floor`] of the metric.
    Closest,
}

impl Direction {
    /// The score of a rollout that diverged: worse than any finite value.
    pub fn worst(self) -> f64 {
        match self {
            Self::Lower | Self::Closest => f64::INFINITY,
            Self::Higher => f64::NEG_INFINITY,
        }
    }

    /// The direction in words, such as `smaller is better`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Lower => "smaller is better",
            Self::Higher => "larger is better",
            Self::Closest => "closer to the reference's own value is better",
        }
    }
}

/// What bounds the values of a metric from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Censoring {
    /// The length of the rollout: a time that has not come before its end is at least that length.
    Horizon,
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
    fn a_diverged_rollout_is_worse_than_any_value() {
        assert_eq!(Direction::Lower.worst(), f64::INFINITY);
        assert_eq!(Direction::Higher.worst(), f64::NEG_INFINITY);
        assert_eq!(Direction::Closest.worst(), f64::INFINITY);
    }

    #[test]
    fn a_description_of_an_older_version_is_read() {
        let older = r#"{"name":"nrmse","title":"NRMSE","definition":"","unit":"dimensionless","direction":"lower",
            "ideal":0.0,"format":"scientific"}"#;
        let info: MetricInfo = serde_json::from_str(older).expect("it lacks what has a default");
        assert_eq!(info, MetricInfo::error("nrmse", "NRMSE", ""));
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
                let info = MetricInfo {
                    format,
                    ideal: None,
                    direction: Direction::Closest,
                    censoring: Some(Censoring::Horizon),
                    ..info.clone().with_unit(unit.clone())
                };
                let text = serde_json::to_string(&info).expect("it is plain data");
                let read: MetricInfo = serde_json::from_str(&text).expect("it was just written");
                assert_eq!(read, info);
            }
        }
        assert_eq!(MetricUnit::Channel.resolve("m/s", "s"), "m/s");
        assert_eq!(MetricUnit::Time.resolve("m/s", "turnovers"), "turnovers");
    }
}
