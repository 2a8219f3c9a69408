//! The descriptions of metrics in reports.

use crate::results::measure::{NRMSE, NRMSE_TITLE};
use crate::results::number::formatted;
use data::{Censoring, Direction, MetricInfo, NumberFormat, Run};

/// The metrics of some runs, as their manifests describe them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metrics<'a>(pub(crate) &'a [Run]);

impl<'a> Metrics<'a> {
    /// The metric of that name.
    pub(crate) fn get(self, name: &'a str) -> Metric<'a> {
        Metric { name, info: self.described().find(|info| info.name == name) }
    }

    /// The position of a metric in reports: as in the manifests; undescribed ones are last.
    pub(crate) fn position(self, name: &str) -> usize {
        self.described().position(|info| info.name == name).unwrap_or(usize::MAX)
    }

    fn described(self) -> impl Iterator<Item = &'a MetricInfo> {
        self.0.iter().flat_map(|run| &run.manifest.metrics)
    }
}

/// A metric of the records.
///
/// Runs of older versions do not describe their metrics. Then a metric has its own name, and no direction unless it is
/// the primary metric, which is an error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Metric<'a> {
    /// Its name in records.
    pub(crate) name: &'a str,
    /// Its description, if its run has one.
    pub(crate) info: Option<&'a MetricInfo>,
}

impl<'a> Metric<'a> {
    /// The name in headings.
    pub(crate) fn title(self) -> &'a str {
        let undescribed = if self.is_primary() { NRMSE_TITLE } else { self.name };
        self.info.map_or(undescribed, |info| info.title.as_str())
    }

    /// Which values are better; `None` if this is not known.
    pub(crate) fn direction(self) -> Option<Direction> {
        let described = self.info.map(|info| info.direction);
        described.or_else(|| self.is_primary().then_some(Direction::Lower))
    }

    fn is_primary(self) -> bool {
        self.name == NRMSE.metric
    }

    /// The score of a rollout that diverged.
    pub(crate) fn worst(self) -> f64 {
        self.direction().map_or(f64::INFINITY, Direction::worst)
    }

    /// Whether values at the end of the rollout are lower bounds.
    pub(crate) fn is_censored_at_the_horizon(self) -> bool {
        self.info.is_some_and(|info| info.censoring == Some(Censoring::Horizon))
    }

    /// How values are written.
    pub(crate) fn format(self) -> NumberFormat {
        self.info.map_or(NumberFormat::Scientific, |info| info.format)
    }

    /// A value as text.
    pub(crate) fn write(self, value: f64) -> String {
        formatted(value, self.format())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn metrics_are_described_by_the_manifest() {
        let runs = [synthetic::run(&["cavity"])];
        let metrics = Metrics(&runs);
        assert_eq!(metrics.get("nrmse").title(), "NRMSE");
        assert_eq!(metrics.get("pearson").direction(), Some(Direction::Higher));
        assert_eq!(metrics.get("pearson").worst(), f64::NEG_INFINITY);
        assert!(metrics.position("nrmse") < metrics.position("divergence"));
    }

    #[test]
    fn a_metric_without_description_has_its_name_and_no_direction() {
        let metric = Metrics(&[]).get("rank-error");
        assert_eq!((metric.title(), metric.direction()), ("rank-error", None));
        assert_eq!(metric.worst(), f64::INFINITY);
        assert_eq!(metric.write(0.5), "5.00e-1");
        assert_eq!(Metrics(&[]).position("rank-error"), usize::MAX);
    }

    #[test]
    fn the_primary_metric_is_an_error_in_runs_that_do_not_describe_it_too() {
        let metric = Metrics(&[]).get(NRMSE.metric);
        assert_eq!((metric.title(), metric.direction()), ("NRMSE", Some(Direction::Lower)));
    }
}
