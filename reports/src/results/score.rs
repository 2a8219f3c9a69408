//! Scores: metrics averaged over steps, samples and seeds.

use crate::results::metric::Metric;
use crate::results::number::with_deviation;
use data::Record;

/// A mean over samples and seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    /// The mean over samples, then over seeds; infinite if a rollout diverged.
    pub(crate) mean: f64,
    /// The standard deviation over seeds; `None` with one seed.
    pub(crate) standard_deviation: Option<f64>,
    /// The number of rollouts that diverged, and of all rollouts.
    pub(crate) diverged: (usize, usize),
    /// Whether a value is a lower bound, as of a time that had not come at the end of the rollout: so is the mean.
    pub(crate) is_lower_bound: bool,
}

impl Score {
    /// The mean as text, with the standard deviation if there is one: `4.85e-2 ± 1.5e-3`, `≥ 11`, `diverged 2 of 8`.
    pub(crate) fn write(self, metric: Metric) -> String {
        let (diverged, all) = self.diverged;
        let text = match self.standard_deviation {
            _ if self.mean.is_infinite() => return format!("diverged {diverged} of {all}"),
            Some(deviation) if deviation.is_finite() => {
                with_deviation(self.mean, deviation, metric.format())
            }
            _ => metric.write(self.mean),
        };
        if self.is_lower_bound { format!("≥ {text}") } else { text }
    }
}

/// The times and values of a record. Values after divergence are `worst`; other undefined values are left out.
pub(crate) fn values(record: &Record, worst: f64) -> impl Iterator<Item = (f64, f64)> {
    let worst = record.diverged.map(|_| worst);
    record.times.iter().zip(&record.values).filter_map(move |(&time, &value)| {
        let value = if value.is_finite() { Some(value) } else { worst };
        Some((time, value?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::metric::Metrics;
    use crate::synthetic;

    #[test]
    fn scores_are_written_in_the_format_of_their_metric() {
        let runs = [synthetic::run(&["cavity"])];
        let score = |mean, standard_deviation| Score {
            mean,
            standard_deviation,
            diverged: (2, 8),
            is_lower_bound: false,
        };
        let write = |name, mean, standard_deviation| {
            score(mean, standard_deviation).write(Metrics(&runs).get(name))
        };
        assert_eq!(write("nrmse", 0.5, Some(0.012)), "5.00e-1 ± 1.2e-2");
        assert_eq!(write("pearson", 0.998_81, None), "0.9988");
        assert_eq!(write("correlation-time", 10.0, Some(0.0)), "10.0 ± 0");
        assert_eq!(write("nrmse", f64::INFINITY, Some(f64::NAN)), "diverged 2 of 8");
        assert_eq!(write("pearson", f64::NEG_INFINITY, None), "diverged 2 of 8");
        let bound = Score { is_lower_bound: true, ..score(11.0, None) };
        assert_eq!(bound.write(Metrics(&runs).get("correlation-time")), "≥ 11.0");
    }
}
