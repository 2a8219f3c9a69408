//! Which samples are exported.

use crate::BenchError;
use data::{Dataset, Source, Split};
use std::path::Path;

/// The samples that are exported.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// Those of these splits.
    pub splits: &'a [Split],
    /// If any are named, only these among them.
    pub samples: &'a [usize],
}

impl Selection<'_> {
    /// The indices, in increasing order.
    ///
    /// Errors: a sample that the splits do not contain; no sample at all.
    pub(super) fn of(&self, dataset: &Dataset, root: &Path) -> Result<Vec<usize>, BenchError> {
        let of_splits = self.splits.iter().flat_map(|split| dataset.indices(*split));
        let mut found: Vec<usize> = of_splits.collect();
        found.sort_unstable();
        let refused =
            |found, needed, remedy| BenchError::Given { path: root.into(), found, needed, remedy };
        if let Some(sample) = self.samples.iter().find(|sample| !found.contains(sample)) {
            let remedy = format!("sample {sample} is not among the samples {}", ranges(&found));
            let needed = "an index of a sample of the splits that are exported";
            return Err(refused("a dataset without such a sample", needed, remedy));
        }
        if !self.samples.is_empty() {
            found.retain(|index| self.samples.contains(index));
        }
        if found.is_empty() {
            let count = |split: &Split| {
                let samples = dataset.indices(*split).len();
                (samples > 0).then(|| format!("{} {samples}", split.folder()))
            };
            let counts: Vec<String> = Split::ALL.iter().filter_map(count).collect();
            let remedy = format!("choose a split with samples: {}", counts.join(", "));
            return Err(refused("a dataset without samples in these splits", "a sample", remedy));
        }
        Ok(found)
    }
}

/// Increasing indices as `0-2, 5`.
fn ranges(indices: &[usize]) -> String {
    let runs = indices.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        _ => run[0].to_string(),
    });
    runs.collect::<Vec<_>>().join(", ")
}
