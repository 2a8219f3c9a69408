//! Scores: metrics averaged over steps, samples and seeds.

use crate::results::metric::Metric;
use data::Record;

/// A mean over samples and seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    /// The mean over samples, then over seeds; infinite if a rollout diverged.
    pub(crate) mean: f64,
    /// The standard deviation over seeds; `None` with one seed.
    pub(crate) standard_deviation: Option<f64>,
}

impl Score {
    /// The mean as text, with the standard deviation if there is one.
    pub(crate) fn write(self, metric: Metric) -> String {
        let mean = metric.write(self.mean);
        match self.standard_deviation.filter(|_| self.mean.is_finite()) {
            Some(0.0) => format!("{mean} ± 0"),
            Some(standard_deviation) => format!("{mean} ± {standard_deviation:.1e}"),
            None => mean,
        }
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
        let write = |name, mean, standard_deviation| {
            Score { mean, standard_deviation }.write(Metrics(&runs).get(name))
        };
        assert_eq!(write("nrmse", 0.5, Some(0.012)), "5.00e-1 ± 1.2e-2");
        assert_eq!(write("pearson", 0.998_81, None), "0.9988");
        assert_eq!(write("correlation-time", 10.0, Some(0.0)), "10.0 ± 0");
        assert_eq!(write("nrmse", f64::INFINITY, Some(f64::NAN)), "diverged");
        assert_eq!(write("pearson", f64::NEG_INFINITY, None), "diverged");
    }
}
