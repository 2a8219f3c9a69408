//! The samples at which a surrogate is best, of median rank, and worst.

use crate::results::measure::NRMSE;
use crate::results::score::values;
use data::Record;

/// The primary score of one rollout; infinite if it diverged, `None` for records of other metrics and channels.
pub fn primary_score(record: &Record) -> Option<f64> {
    let is_primary =
        (record.metric.as_str(), record.channel.as_str()) == (NRMSE.metric, NRMSE.channel);
    let steps = values(record, f64::INFINITY).map(|(_, value)| value);
    is_primary.then(|| NRMSE.reduce(&steps.collect::<Vec<f64>>())).flatten()
}

/// Which samples, given as (sample, score), are best, of median rank, and worst, each with that word.
///
/// The median of an even number is the lower one. Two samples have no median, and one is `only`.
pub fn best_median_worst(
    scores: impl IntoIterator<Item = (usize, f64)>,
) -> Vec<(&'static str, usize, f64)> {
    let mut sorted: Vec<(usize, f64)> = scores.into_iter().collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let words = match sorted.len() {
        0 => vec![],
        1 => vec![("only", 0)],
        2 => vec![("best", 0), ("worst", 1)],
        n => vec![("best", 0), ("median", (n - 1) / 2), ("worst", n - 1)],
    };
    words.into_iter().map(|(word, rank)| (word, sorted[rank].0, sorted[rank].1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diverged_samples_are_the_worst() {
        let scores = [(3, 0.5), (5, f64::INFINITY), (7, 0.1), (9, 0.2)];
        let words = [("best", 7, 0.1), ("median", 9, 0.2), ("worst", 5, f64::INFINITY)];
        assert_eq!(best_median_worst(scores), words);
        assert_eq!(best_median_worst([(3, 0.5), (1, 0.5)]), [("best", 1, 0.5), ("worst", 3, 0.5)]);
        assert_eq!(best_median_worst([(4, 1.0)]), [("only", 4, 1.0)]);
        assert_eq!(best_median_worst([]), []);
    }
}
