//! Which channels a surrogate predicts, and from which step on a rollout has diverged.

use data::{Channel, Trajectory};
use ndarray::Axis;
use std::collections::BTreeSet;

/// The channels that a surrogate does not predict.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Absent(Vec<bool>);

impl Absent {
    /// No channel: a surrogate that predicts all.
    pub(super) fn none(channels: &[Channel]) -> Self {
        Self(vec![false; channels.len()])
    }

    /// The channels that are NaN in all cells at all steps of all samples. If no other channel is left, none is absent:
    /// all rollouts have diverged at once.
    pub(super) fn of(predictions: &[Trajectory], channels: &[Channel]) -> Self {
        let is_absent = |(number, channel): (usize, &Channel)| {
            let mut values = predictions.iter().map(|p| p.values.index_axis(Axis(1), number));
            !channel.constant && values.all(|values| values.iter().all(|value| value.is_nan()))
        };
        let absent: Vec<bool> = channels.iter().enumerate().map(is_absent).collect();
        let is_left =
            channels.iter().zip(&absent).any(|(channel, absent)| !channel.constant && !absent);
        if is_left { Self(absent) } else { Self::none(channels) }
    }

    /// Whether a channel is not predicted.
    pub(super) fn is(&self, channel: usize) -> bool {
        self.0[channel]
    }

    /// The channels and fields that have no records, as records name them: a field lacks scores if one of its channels
    /// is absent, and so does the mean over channels, `all`.
    pub(super) fn names(&self, channels: &[Channel]) -> BTreeSet<String> {
        let absent = channels.iter().zip(&self.0).filter(|(_, absent)| **absent);
        let names = absent.flat_map(|(c, _)| [c.symbol.clone(), c.field.clone(), "all".into()]);
        names.collect()
    }

    /// Index of the first state that is not finite in a predicted channel.
    pub(super) fn first_divergence(&self, prediction: &Trajectory) -> Option<usize> {
        let is_finite = |step: usize| {
            let state = prediction.state(step);
            let mut predicted = state.outer_iter().zip(&self.0).filter(|(_, absent)| !**absent);
            predicted.all(|(channel, _)| channel.iter().all(|value| value.is_finite()))
        };
        (0..prediction.len()).find(|&step| !is_finite(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::Field;
    use ndarray::Array5;

    /// Two steps of u, v, p and a mask; the channels of `nan` are NaN from a step on.
    fn prediction(nan: &[(usize, usize)]) -> Trajectory {
        let mut values = Array5::ones((2, 4, 2, 2, 1));
        for &(channel, from) in nan {
            values.slice_mut(ndarray::s![from.., channel, .., .., ..]).fill(f64::NAN);
        }
        Trajectory { times: vec![1.0, 2.0], values }
    }

    fn channels() -> Vec<Channel> {
        data::channels(&[
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
            Field::scalar("mask", "m", "").constant(),
        ])
    }

    #[test]
    fn a_channel_without_any_value_is_absent_and_no_divergence() {
        let predictions = [prediction(&[(2, 0)]), prediction(&[(2, 0), (0, 1)])];
        let absent = Absent::of(&predictions, &channels());
        assert_eq!(absent, Absent(vec![false, false, true, false]));
        assert_eq!(absent.names(&channels()), ["all", "p", "pressure"].map(String::from).into());
        assert_eq!(absent.first_divergence(&predictions[0]), None);
        assert_eq!(absent.first_divergence(&predictions[1]), Some(1));
    }

    #[test]
    fn a_channel_of_a_vector_that_is_absent_leaves_the_others() {
        let absent = Absent::of(&[prediction(&[(1, 0), (2, 0)])], &channels());
        let expected = ["all", "p", "pressure", "v", "velocity"].map(String::from);
        assert_eq!(absent.names(&channels()), expected.into());
    }

    #[test]
    fn a_rollout_without_any_value_has_diverged() {
        let none = Absent::none(&channels());
        let empty = prediction(&[(0, 0), (1, 0), (2, 0)]);
        assert_eq!(Absent::of(std::slice::from_ref(&empty), &channels()), none);
        assert_eq!(none.first_divergence(&empty), Some(0));
        // One rollout with a value is enough.
        assert_eq!(Absent::of(&[prediction(&[(2, 0)]), prediction(&[])], &channels()), none);
    }
}
