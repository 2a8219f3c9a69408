//! Whether all numbers are finite.

use super::{Check, Finding};
use data::{Info, Sample, channels};
use ndarray::Axis;

/// All states, parameters and monitors are finite.
pub(super) struct Numbers;

impl Check for Numbers {
    fn name(&self) -> &'static str {
        "numbers"
    }

    fn rule(&self) -> &'static str {
        "all of them are finite"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        let mut found = Vec::new();
        for (number, channel) in channels(&info.fields).iter().enumerate() {
            let values = sample.trajectory.values.index_axis(Axis(1), number);
            let of_state = |state: ndarray::ArrayView3<'_, f64>| {
                state.iter().filter(|value| !value.is_finite()).count()
            };
            let counts: Vec<usize> = values.outer_iter().map(of_state).collect();
            if let Some(first) = counts.iter().position(|count| *count > 0) {
                let (count, symbol) = (counts.iter().sum::<usize>(), &channel.symbol);
                let what =
                    format!("{count} values of {symbol} are not finite, first in state {first}");
                found.push(Finding::error(sample.index, what));
            }
        }
        let parameters = info.parameters.iter().zip(&sample.parameters);
        for (parameter, value) in parameters.filter(|(_, value)| !value.is_finite()) {
            let what = format!("the parameter {} is {value}", parameter.name);
            found.push(Finding::error(sample.index, what));
        }
        for (monitor, values) in info.monitors.iter().zip(sample.monitors.columns()) {
            let count = values.iter().filter(|value| !value.is_finite()).count();
            if count > 0 {
                let what = format!("{count} values of the monitor {} are not finite", monitor.name);
                found.push(Finding::error(sample.index, what));
            }
        }
        found
    }
}
