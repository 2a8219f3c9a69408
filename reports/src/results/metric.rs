//! What the runs say of their metrics.

use crate::results::evidence::HEADLINE;
use crate::results::number::{plain, scientific};
use crate::results::surrogate::Score;
use data::{Direction, MetricInfo, NumberFormat, Run};

/// The metrics that the runs declare in their manifests.
///
/// A metric that no run declares, as in runs of older versions, is shown under its own name and not ranked. Only the
/// headline is known in any case: it is an error.
#[derive(Clone, Copy)]
pub(crate) struct Definitions<'a> {
    runs: &'a [Run],
}

impl<'a> Definitions<'a> {
    pub(crate) fn new(runs: &'a [Run]) -> Self {
        Self { runs }
    }

    fn all(self) -> impl Iterator<Item = &'a MetricInfo> {
        self.runs.iter().flat_map(|run| &run.manifest.metrics)
    }

    /// What is known of a metric, if anything.
    pub(crate) fn find(self, name: &str) -> Option<&'a MetricInfo> {
        self.all().find(|info| info.name == name)
    }

    /// The name in headings.
    pub(crate) fn title<'n>(self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let unknown = if name == HEADLINE.0 { "NRMSE" } else { name };
        self.find(name).map_or(unknown, |info| info.title.as_str())
    }

    /// Which values are better; `None` if no run says it.
    pub(crate) fn direction(self, name: &str) -> Option<Direction> {
        let known = self.find(name).map(|info| info.direction);
        known.or_else(|| (name == HEADLINE.0).then_some(Direction::Lower))
    }

    /// The score of a rollout that diverged.
    pub(crate) fn worst(self, name: &str) -> f64 {
        self.direction(name).map_or(f64::INFINITY, Direction::worst)
    }

    /// A score as it is read: a mean, with its standard deviation over seeds if there is one.
    pub(crate) fn write(self, name: &str, score: Score) -> String {
        let mean = match self.find(name).map_or(NumberFormat::Scientific, |info| info.format) {
            NumberFormat::Decimals(decimals) if score.mean.is_finite() => {
                format!("{:.decimals$}", score.mean)
            }
            NumberFormat::Plain => plain(score.mean),
            NumberFormat::Scientific | NumberFormat::Decimals(_) => scientific(score.mean),
        };
        match score.deviation.filter(|_| score.mean.is_finite()) {
            Some(0.0) => format!("{mean} ± 0"),
            Some(deviation) => format!("{mean} ± {deviation:.1e}"),
            None => mean,
        }
    }

    /// The place in reports; metrics that no run declares come last.
    pub(crate) fn place(self, name: &str) -> usize {
        self.all().position(|info| info.name == name).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn scores_are_written_as_suits_the_metric() {
        let runs = [synthetic::run(&["cavity"])];
        let definitions = Definitions::new(&runs);
        let write = |name, mean, deviation| definitions.write(name, Score { mean, deviation });
        assert_eq!(write("nrmse", 0.5, Some(0.012)), "5.00e-1 ± 1.2e-2");
        assert_eq!(write("pearson", 0.998_81, None), "0.9988");
        assert_eq!(write("pearson", f64::NEG_INFINITY, None), "diverged");
        assert_eq!(write("correlation-time", 10.0, Some(0.0)), "10.0 ± 0");
        assert_eq!(write("nrmse", f64::INFINITY, Some(f64::NAN)), "diverged");
    }

    #[test]
    fn what_no_run_declares_has_no_direction() {
        let runs = [synthetic::run(&["cavity"])];
        let definitions = Definitions::new(&runs);
        assert_eq!(definitions.direction("nrmse"), Some(Direction::Lower));
        assert_eq!(definitions.direction("pearson"), Some(Direction::Higher));
        assert_eq!(definitions.direction("a-metric-of-tomorrow"), None);
        assert_eq!(definitions.title("a-metric-of-tomorrow"), "a-metric-of-tomorrow");
        assert!(definitions.place("pearson") < definitions.place("a-metric-of-tomorrow"));
        let older = Definitions::new(&[]);
        assert_eq!(older.direction("nrmse"), Some(Direction::Lower));
        assert_eq!((older.direction("pearson"), older.worst("pearson")), (None, f64::INFINITY));
    }
}
