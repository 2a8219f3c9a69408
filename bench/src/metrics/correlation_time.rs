//! Correlation time.

use super::pearson::correlation;
use super::series::{each_scaled_channel, first_crossing, with_mean};
use super::{Context, Metric, Series};
use data::{Censoring, Direction, Invalid, MetricInfo, MetricUnit, NumberFormat, Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Time until the correlation, averaged over channels, first falls below a threshold.
///
/// The time is counted from the last given state, with linear interpolation between states. If the
/// correlation never falls below the threshold it is the whole horizon, so that correlation times of
/// different horizons are not comparable. A later rise above the threshold has no effect.
///
/// Source: the quantity, counted in steps, of Lippe et al. (2023), PDE-Refiner, §4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CorrelationTime {
    /// The threshold, between 0 and 1. Default 0.8.
    pub threshold: f64,
}

impl Default for CorrelationTime {
    fn default() -> Self {
        Self { threshold: 0.8 }
    }
}

impl Part for CorrelationTime {
    const NAME: &'static str = "correlation-time";
    const SUMMARY: &'static str = "time until the correlation first falls below a threshold";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(
            self.threshold > 0.0 && self.threshold < 1.0,
            "threshold",
            self.threshold,
            "between 0 and 1",
        )
    }
}

impl Metric for CorrelationTime {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = format!(
            "time until the correlation of ŷ and y, mean over channels, first falls below {}; \
             the whole rollout if it never does",
            self.threshold
        );
        vec![MetricInfo {
            unit: MetricUnit::Time,
            direction: Direction::Higher,
            ideal: None,
            censoring: Some(Censoring::Horizon),
            format: NumberFormat::Plain,
            ..MetricInfo::error(Self::NAME, "correlation time", &definition)
        }]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let score =
            |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| correlation(&context.weights, p, y);
        let all = with_mean(each_scaled_channel(prediction, reference, context, score));
        let all = all.into_iter().next_back();
        let Some(all) = all else { return Vec::new() };
        let interval = context.interval.value();
        let horizon = all.times.len() as f64 * interval;
        let value = self.crossing(&all.values).map_or(horizon, |steps| steps * interval);
        let last = all.times.last().copied().into_iter().collect();
        vec![Series {
            unit: context.interval.unit().into(),
            times: last,
            values: vec![value],
            ..all
        }]
    }
}

impl CorrelationTime {
    /// Steps from the last given state, where the correlation is 1, to the first crossing.
    fn crossing(&self, correlations: &[f64]) -> Option<f64> {
        first_crossing(correlations, 1.0, self.threshold, |value| value < self.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_interpolated_and_divergence_ends_them() {
        let metric = CorrelationTime::default();
        assert_eq!(metric.crossing(&[0.95, 0.9]), None);
        let halfway = metric.crossing(&[0.9, 0.7, 0.99]).expect("it falls below");
        assert!((halfway - 1.5).abs() < 1e-12);
        assert_eq!(metric.crossing(&[0.9, f64::NAN]), Some(1.0));
    }
}
