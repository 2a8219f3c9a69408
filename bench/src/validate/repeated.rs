//! Whether states follow each other without standing still.

use super::{Check, Finding};
use data::{Info, Sample, channels};
use ndarray::Axis;

/// No state repeats the one before, unless the file declares the flow steady from there; no channel that may vary is
/// constant.
pub(super) struct Repeated;

impl Check for Repeated {
    fn name(&self) -> &'static str {
        "repeated states"
    }

    fn rule(&self) -> &'static str {
        "no state repeats the one before"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        let (states, mut found) = (&sample.trajectory, Vec::new());
        // The first state of a steady flow may equal the one before: that it hardly differs is how it is recognized.
        let moving = states.len().min(sample.steady_from.unwrap_or(usize::MAX));
        let repeats = |step: &usize| states.state(*step) == states.state(step - 1);
        let repeated: Vec<usize> = (1..moving).filter(repeats).collect();
        if let Some(first) = repeated.first() {
            let before = first - 1;
            let what = format!(
                "{} states equal the one before, first {first} and {before}",
                repeated.len()
            );
            found.push(Finding::error(sample.index, what));
        }
        for (number, channel) in channels(&info.fields).iter().enumerate() {
            let values = states.values.index_axis(Axis(1), number);
            let is_still = values.outer_iter().all(|state| state == values.index_axis(Axis(0), 0));
            if is_still && !channel.constant && states.len() > 1 && repeated.len() + 1 < moving {
                let what = format!("{} is the same in all states", channel.symbol);
                found.push(Finding::warning(sample.index, what));
            }
        }
        found
    }
}
