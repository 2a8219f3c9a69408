//! How long a prediction follows its reference.

use super::fluctuation_error::errors;
use super::series::first_crossing;
use super::{Context, Metric, Series};
use data::{Censoring, Direction, Invalid, MetricInfo, MetricUnit, NumberFormat, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Time until the fluctuation error first exceeds a threshold.
///
/// It is counted from the last given state, where the error is 0, with linear interpolation between states. If the
/// error never exceeds the threshold, it is the whole horizon of the reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ValidTime {
    /// The threshold, greater than 0. Default 0.5.
    pub threshold: f64,
}

impl Default for ValidTime {
    fn default() -> Self {
        Self { threshold: 0.5 }
    }
}

impl Part for ValidTime {
    const NAME: &'static str = "valid-time";
    const SUMMARY: &'static str = "time until the fluctuation error exceeds a threshold";

    fn check(&self) -> Result<(), Invalid> {
        let is_sound = self.threshold > 0.0 && self.threshold.is_finite();
        Invalid::unless(is_sound, "threshold", self.threshold, "greater than 0")
    }
}

impl Metric for ValidTime {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = format!(
            "time until √(⟨|û−u|²⟩/⟨|u−U|²⟩) of the velocity first exceeds {}; the whole reference if it never does",
            self.threshold
        );
        vec![MetricInfo {
            unit: MetricUnit::Time,
            direction: Direction::Higher,
            ideal: None,
            censoring: Some(Censoring::Horizon),
            format: NumberFormat::Plain,
            ..MetricInfo::error(Self::NAME, "valid time", &definition)
        }]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let Some(all) = errors(prediction, reference, context) else { return Vec::new() };
        let interval = context.interval.value();
        let steps = self.crossing(&all.values).unwrap_or(all.values.len() as f64);
        vec![Series {
            unit: context.interval.unit().into(),
            times: all.times.last().copied().into_iter().collect(),
            values: vec![steps * interval],
            ..all
        }]
    }

    fn needs_climate(&self) -> bool {
        true
    }
}

impl ValidTime {
    /// Steps from the last given state, where the error is 0, to the first crossing.
    fn crossing(&self, errors: &[f64]) -> Option<f64> {
        first_crossing(errors, 0.0, self.threshold, |error| error > self.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_interpolated_and_divergence_ends_them() {
        let metric = ValidTime::default();
        assert_eq!(metric.crossing(&[0.1, 0.5]), None);
        assert_eq!(metric.crossing(&[0.25, 0.75, 0.1]), Some(1.5));
        assert_eq!(metric.crossing(&[1.0]), Some(0.5));
        assert_eq!(metric.crossing(&[0.1, f64::NAN]), Some(1.0));
        assert_eq!(metric.crossing(&[0.1, f64::INFINITY]), Some(1.0));
    }
}
