//! Whether samples share states.

use super::{Check, Finding};
use data::{Hasher, Info, Sample, Split, channels};
use ndarray::Axis;
use std::collections::BTreeMap;

/// No two samples share a state: across splits, the test set would be known from training.
///
/// Equal first states alone are no fault, such as a fluid at rest, nor are the copies of a steady state.
#[derive(Default)]
pub(super) struct Shared {
    /// By hash of a state: the first sample that has it, its split, and the state.
    known: BTreeMap<String, (usize, Split, usize)>,
}

impl Check for Shared {
    fn name(&self) -> &'static str {
        "shared states"
    }

    fn rule(&self) -> &'static str {
        "no two samples share a state"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        let varying: Vec<usize> = (0..)
            .zip(channels(&info.fields))
            .filter(|(_, c)| !c.constant)
            .map(|(i, _)| i)
            .collect();
        let mut pairs: BTreeMap<usize, (Split, usize, [usize; 2])> = BTreeMap::new();
        let (index, split) = (sample.index, sample.split);
        for (step, state) in sample.trajectory.values.outer_iter().enumerate() {
            let mut hasher = Hasher::default();
            for &channel in &varying {
                hasher.f32s(state.index_axis(Axis(0), channel).iter().map(|value| *value as f32));
            }
            let entry = self.known.entry(hasher.hex());
            let (other, of, at) = *entry.or_insert((index, split, step));
            if other != index && (at, step) != (0, 0) {
                pairs.entry(other).or_insert((of, 0, [at, step])).1 += 1;
            }
        }
        let described = |(other, found): (usize, (Split, usize, [usize; 2]))| {
            let (of, count, [at, step]) = found;
            let what = format!(
                "{count} states are also in sample {other}, such as {step}, which is its {at}"
            );
            if of == split {
                Finding::warning(index, what)
            } else {
                let [here, there] = [split, of].map(Split::folder);
                Finding::error(index, format!("{what}: a leak between {here} and {there}"))
            }
        };
        pairs.into_iter().map(described).collect()
    }
}
