//! What scores measure: a metric on a channel, reduced over the steps of a rollout.

use crate::results::stats;

/// The channel that stands for the mean over all channels.
pub(crate) const ALL_CHANNELS: &str = "all";
/// The channel that stands for all components of the velocity together.
pub(crate) const VELOCITY: &str = "velocity";

/// The reduction of the values along a rollout to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reduction {
    /// The mean over all steps.
    Mean,
    /// The value at the last step.
    LastStep,
}

/// What a score measures: a metric on a channel, reduced along the rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Measure<'a> {
    /// The metric's name.
    pub(crate) metric: &'a str,
    /// The channel's name.
    pub(crate) channel: &'a str,
    /// Over the steps.
    pub(crate) reduction: Reduction,
}

/// The NRMSE of the velocity, mean over all steps, by which reports rank surrogates unless the flow has statistics.
///
/// Not the mean over channels: the pressure is singular where a moving wall meets a resting one, so that a few
/// cells in the corners would decide the ranking. The pressure has columns and panels of its own.
pub(crate) const NRMSE: Measure<'static> = Measure::mean("nrmse", VELOCITY);
/// The distance of a rollout's statistics from those of the flow, by which reports rank surrogates of flows that have
/// any: rollouts of chaotic flows end up decorrelated from their reference, and then the mean has the smallest error.
pub(crate) const CLIMATE_SCORE: Measure<'static> = Measure::mean("climate-score", VELOCITY);
/// The title of the NRMSE in runs that do not describe their metrics.
pub(crate) const NRMSE_TITLE: &str = "NRMSE";

impl<'a> Measure<'a> {
    /// The mean of a metric over all steps.
    pub(crate) const fn mean(metric: &'a str, channel: &'a str) -> Self {
        Self { metric, channel, reduction: Reduction::Mean }
    }

    /// A metric at the last step.
    pub(crate) const fn last_step(metric: &'a str, channel: &'a str) -> Self {
        Self { metric, channel, reduction: Reduction::LastStep }
    }

    /// The values along one rollout as one number; `None` without values.
    pub(crate) fn reduce(self, values: &[f64]) -> Option<f64> {
        match self.reduction {
            Reduction::Mean => (!values.is_empty()).then(|| stats::mean(values)),
            Reduction::LastStep => values.last().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rollouts_are_reduced_to_their_mean_or_their_last_value() {
        assert_eq!(Measure::mean("nrmse", "u").reduce(&[1.0, 3.0]), Some(2.0));
        assert_eq!(Measure::last_step("nrmse", "u").reduce(&[1.0, 3.0]), Some(3.0));
        assert_eq!(NRMSE.reduce(&[]), None);
    }
}
