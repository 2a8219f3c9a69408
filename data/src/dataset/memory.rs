//! Decoded samples in memory.

use crate::DataError;
use ndarray::{Array5, Axis};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

/// A sample is kept from this window on. Statistics, and the search for equal samples, read three windows or fewer.
const OFTEN: usize = 4;

/// Samples of which several windows were read, decoded, as long as they fit into a budget. Later ones are read from
/// their files each time: windows are drawn at random, so that replacing one sample by another would gain nothing.
pub(super) struct Memory {
    /// Bytes.
    budget: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    used: usize,
    /// How many windows of a sample were read.
    reads: BTreeMap<usize, usize>,
    /// Samples that a thread is reading.
    arriving: BTreeSet<usize>,
    states: BTreeMap<usize, Arc<Array5<f32>>>,
    parameters: BTreeMap<usize, Vec<f64>>,
}

impl Memory {
    pub(super) fn new(budget: usize) -> Self {
        Self { budget, state: Mutex::default() }
    }

    /// A window of a sample that is in memory, or that is worth keeping there; `None` for others. `read` reads all of
    /// its states, `bytes` is their size.
    pub(super) fn window(
        &self,
        index: usize,
        [start, length]: [usize; 2],
        bytes: usize,
        read: impl FnOnce() -> Result<Array5<f32>, DataError>,
    ) -> Result<Option<Array5<f32>>, DataError> {
        let cut = |states: &Array5<f32>| {
            states.slice_axis(Axis(0), (start..start + length).into()).to_owned()
        };
        let mut state = self.state();
        if let Some(states) = state.states.get(&index).map(Arc::clone) {
            drop(state);
            return Ok(Some(cut(&states)));
        }
        let reads = state.reads.entry(index).or_default();
        *reads += 1;
        let is_rare = *reads < OFTEN;
        let fits = state.used.saturating_add(bytes) <= self.budget;
        if is_rare || !fits || !state.arriving.insert(index) {
            return Ok(None);
        }
        state.used += bytes;
        drop(state);
        let states = read().map(Arc::new);
        let mut state = self.state();
        state.arriving.remove(&index);
        let Ok(states) = &states else {
            state.used = state.used.saturating_sub(bytes);
            return states.map(|states| Some(cut(&states)));
        };
        state.states.insert(index, Arc::clone(states));
        drop(state);
        Ok(Some(cut(states)))
    }

    /// A sample's parameters, which `read` reads the first time.
    pub(super) fn parameters(
        &self,
        index: usize,
        read: impl FnOnce() -> Result<Vec<f64>, DataError>,
    ) -> Result<Vec<f64>, DataError> {
        if let Some(parameters) = self.state().parameters.get(&index) {
            return Ok(parameters.clone());
        }
        let parameters = read()?;
        self.state().parameters.insert(index, parameters.clone());
        Ok(parameters)
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds the lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows of two states of three samples, each asked for six times; how often a sample was read as a whole.
    fn reads(budget: usize) -> usize {
        let memory = Memory::new(budget);
        let mut reads = 0;
        for round in 1..=6 {
            for index in 0..3 {
                let read = || {
                    reads += 1;
                    Ok(Array5::from_shape_fn((4, 1, 2, 1, 1), |(t, ..)| (10 * index + t) as f32))
                };
                let window = memory.window(index, [1, 2], 32, read).expect("it can be read");
                assert!(round >= OFTEN || window.is_none(), "it is kept from the fourth on");
                if let Some(window) = window {
                    assert_eq!(window.shape(), [2, 1, 2, 1, 1]);
                    assert_eq!(window[[1, 0, 1, 0, 0]], (10 * index + 2) as f32);
                }
            }
        }
        reads
    }

    #[test]
    fn samples_that_are_read_again_are_kept_within_the_budget() {
        assert_eq!(reads(3 * 32), 3);
        assert_eq!(reads(2 * 32 + 31), 2);
        assert_eq!(reads(0), 0);
    }
}
