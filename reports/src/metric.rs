//! What reports know about metrics: how they are written, and which way is better.

use crate::number::{plain, scientific};
use crate::rival::Score;

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Errors.
    Lower,
    /// Similarities, and times that a prediction holds.
    Higher,
}

impl Direction {
    /// The value of a diverged rollout: worse than any other.
    pub(crate) fn worst(self) -> f64 {
        match self {
            Self::Lower => f64::INFINITY,
            Self::Higher => f64::NEG_INFINITY,
        }
    }

    /// Orders scores from best to worst.
    pub(crate) fn order(self, a: f64, b: f64) -> std::cmp::Ordering {
        match self {
            Self::Lower => a.total_cmp(&b),
            Self::Higher => b.total_cmp(&a),
        }
    }
}

/// A metric as reports write it.
pub(crate) struct Metric {
    /// The name in records.
    pub(crate) name: &'static str,
    /// The name in headings.
    pub(crate) title: &'static str,
    /// Which way it gets better.
    pub(crate) direction: Direction,
    /// How its values are written.
    write: fn(f64) -> String,
    /// What it is, in a line: `ŷ` is the prediction, `y` the reference, ⟨ ⟩ a mean over cells.
    pub(crate) definition: &'static str,
}

const fn lower(name: &'static str, title: &'static str, definition: &'static str) -> Metric {
    Metric { name, title, direction: Direction::Lower, write: scientific, definition }
}

const fn higher(
    name: &'static str,
    title: &'static str,
    write: fn(f64) -> String,
    definition: &'static str,
) -> Metric {
    Metric { name, title, direction: Direction::Higher, write, definition }
}

/// Four decimals tell a correlation of 0.999 from one of 0.9999.
fn correlation(value: f64) -> String {
    if value.is_finite() { format!("{value:.4}") } else { scientific(value) }
}

/// The metrics with a definition, in the order of reports. Others are shown under their own name,
/// lower taken for better.
pub(crate) const METRICS: &[Metric] = &[
    lower("nrmse", "NRMSE", "√⟨(ŷ−y)²⟩ / √⟨y²⟩; 1 is the error of predicting zero"),
    lower(
        "vrmse",
        "VRMSE",
        "√⟨(ŷ−y)²⟩ / the deviation of y over the cells; 1 is the error of predicting y's mean",
    ),
    lower(
        "well-vrmse",
        "VRMSE (The Well)",
        "√(⟨(ŷ−y)²⟩ / (s² + 10⁻⁷)) with the unbiased variance s² of y, as The Well computes it; depends on units",
    ),
    lower("nmse", "NMSE", "⟨(ŷ−y)²⟩ / ⟨y²⟩, as CFDBench computes it"),
    lower("rmse", "RMSE", "√⟨(ŷ−y)²⟩ in the channel's unit"),
    lower("mae", "MAE", "⟨|ŷ−y|⟩ in the channel's unit"),
    lower("max-error", "max error", "the greatest |ŷ−y| over the cells, in the channel's unit"),
    higher(
        "pearson",
        "Pearson",
        correlation,
        "the correlation of ŷ and y over the cells; 1 is best",
    ),
    higher(
        "correlation-time",
        "correlation time",
        plain,
        "time until the correlation of ŷ and y, mean over channels, first falls below 0.8; the whole rollout if it never does",
    ),
    lower(
        "divergence",
        "divergence",
        "root mean square of ∇·u of the predicted velocity over the inner cells, by central differences",
    ),
    lower(
        "energy-error",
        "energy error",
        "relative error of the total kinetic energy, |Σ|ŷ|² − Σ|y|²| / Σ|y|²",
    ),
    lower(
        "spectrum-error-low",
        "spectrum error, low",
        "RMSE of the long waves: fewer than 4 along the longest axis",
    ),
    lower(
        "spectrum-error-mid",
        "spectrum error, mid",
        "RMSE of the waves between: 4 to 12 along the longest axis",
    ),
    lower(
        "spectrum-error-high",
        "spectrum error, high",
        "RMSE of the short waves: 12 and more along the longest axis",
    ),
];

/// What is known about a metric, if anything.
pub(crate) fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// The name in headings.
pub(crate) fn title(name: &str) -> &str {
    find(name).map_or(name, |metric| metric.title)
}

/// Which way a metric gets better.
pub(crate) fn direction(name: &str) -> Direction {
    find(name).map_or(Direction::Lower, |metric| metric.direction)
}

/// A score as it is read: a mean, with its deviation over seeds if there is one.
pub(crate) fn write(name: &str, score: Score) -> String {
    let mean =
        find(name).map_or(scientific as fn(f64) -> String, |metric| metric.write)(score.mean);
    match score.deviation.filter(|_| score.mean.is_finite()) {
        Some(0.0) => format!("{mean} ± 0"),
        Some(deviation) => format!("{mean} ± {deviation:.1e}"),
        None => mean,
    }
}

/// A metric's place in reports; unknown ones come last.
pub(crate) fn place(name: &str) -> usize {
    METRICS.iter().position(|metric| metric.name == name).unwrap_or(METRICS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_written_as_suits_the_metric() {
        let score = |mean, deviation| Score { mean, deviation };
        assert_eq!(write("nrmse", score(0.5, Some(0.012))), "5.00e-1 ± 1.2e-2");
        assert_eq!(write("pearson", score(0.998_81, None)), "0.9988");
        assert_eq!(write("correlation-time", score(10.0, Some(0.0))), "10.0 ± 0");
        assert_eq!(write("nrmse", score(f64::INFINITY, Some(f64::NAN))), "diverged");
    }

    #[test]
    fn errors_are_better_lower_and_similarities_higher() {
        assert_eq!(direction("nrmse"), Direction::Lower);
        assert_eq!(direction("pearson"), Direction::Higher);
        assert_eq!(direction("a-metric-of-tomorrow"), Direction::Lower);
        assert!(Direction::Higher.order(0.9, 0.1).is_lt());
        assert!(Direction::Lower.order(0.9, Direction::Lower.worst()).is_lt());
    }
}
