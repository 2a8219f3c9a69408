//! Samples with equal states.

use super::Dataset;
use crate::{DataError, Hasher, Source, Split};
use ndarray::Array5;
use std::collections::BTreeMap;

impl Dataset {
    /// The validation and test samples whose states equal those of a training sample to the last bit, each with the
    /// first such training sample. Samples without a complete file are left out.
    ///
    /// First and last states are compared by their hashes, and all states where those are equal, so that two states
    /// of every sample are read.
    pub fn duplicates(&self) -> Result<Vec<[usize; 2]>, DataError> {
        let missing = self.missing()?;
        let present =
            |split: Split| self.indices(split).into_iter().filter(|index| !missing.contains(index));
        let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in present(Split::Train) {
            known.entry(self.fingerprint(index)?).or_default().push(index);
        }
        let mut same = Vec::new();
        for index in present(Split::Valid).chain(present(Split::Test)) {
            for &other in known.get(&self.fingerprint(index)?).into_iter().flatten() {
                if self.states(index)? == self.states(other)? {
                    same.push([index, other]);
                    break;
                }
            }
        }
        Ok(same)
    }

    fn states(&self, index: usize) -> Result<Array5<f32>, DataError> {
        self.window(index, 0, self.info().frames)
    }

    /// The hash of the first and the last state.
    fn fingerprint(&self, index: usize) -> Result<String, DataError> {
        let mut hasher = Hasher::default();
        for frame in [0, self.info().frames.saturating_sub(1)] {
            hasher.f32s(self.window(index, frame, 1)?.iter().copied());
        }
        Ok(hasher.hex())
    }
}
