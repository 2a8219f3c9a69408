//! The value by which a surrogate is ranked on a measure.

use crate::results::case::Case;
use crate::results::measure::Measure;
use crate::results::surrogate::Surrogate;
use data::Direction;
use std::collections::BTreeMap;

/// The value by which a surrogate is ranked on a measure: smaller is better, whatever the metric.
///
/// | the metric's better values | rank value |
/// |---|---|
/// | smaller | the score, but at least the error of the reference |
/// | larger | ideal − score, or −score if there is no ideal value |
/// | closest to the reference | \|score − the reference's own\|, sample by sample |
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RankValue {
    /// The mean over samples.
    pub(crate) mean: f64,
    /// By sample, mean over seeds.
    pub(crate) by_sample: BTreeMap<usize, f64>,
    /// Whether the score is not above the error of the reference: the data cannot tell it from a perfect one.
    pub(crate) is_at_floor: bool,
}

impl RankValue {
    /// `None` without a score, if it is not known which values are better, or if the reference's value is not.
    pub(crate) fn new(case: &Case, surrogate: &Surrogate, measure: Measure) -> Option<Self> {
        let metric = case.metrics.get(measure.metric);
        let score = surrogate.score(measure).filter(|score| !score.mean.is_nan())?;
        let floor = case.floor_score(measure);
        let own = |sample: usize| case.floor_of_sample(measure, sample).or(floor);
        let by_sample = surrogate.by_sample(measure).into_iter();
        let ranked = match metric.direction()? {
            Direction::Lower => Self {
                mean: floor.map_or(score.mean, |floor| score.mean.max(floor)),
                by_sample: by_sample
                    .map(|(sample, value)| {
                        (sample, own(sample).map_or(value, |own| value.max(own)))
                    })
                    .collect(),
                is_at_floor: floor.is_some_and(|floor| score.mean <= floor),
            },
            Direction::Higher => {
                let ideal = metric.info.and_then(|info| info.ideal).unwrap_or(0.0);
                Self {
                    mean: ideal - score.mean,
                    by_sample: by_sample.map(|(sample, value)| (sample, ideal - value)).collect(),
                    is_at_floor: false,
                }
            }
            Direction::Closest => {
                let distance = |(sample, value): (usize, f64)| {
                    let own = own(sample)?;
                    Some((sample, if value.is_finite() { (value - own).abs() } else { value }))
                };
                let by_sample: BTreeMap<usize, f64> = by_sample.filter_map(distance).collect();
                let mean = by_sample.values().sum::<f64>() / by_sample.len() as f64;
                Self { mean, by_sample, is_at_floor: false }
            }
        };
        (!ranked.mean.is_nan()).then_some(ranked)
    }
}
