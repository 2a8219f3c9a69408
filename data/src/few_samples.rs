//! Fewer training samples than a dataset has.

use crate::{DataError, Info, Sample, Source, Split, rng};
use ndarray::Array5;
use rand::seq::SliceRandom;

/// The stream of random numbers by which samples are drawn.
const STREAM: u64 = 0x6665_7720;

/// A source of which some training samples are drawn. Validation and test samples are all there.
pub struct FewSamples<'a> {
    source: &'a dyn Source,
    /// All training samples in the order in which they are drawn.
    order: Vec<usize>,
    count: usize,
}

impl<'a> FewSamples<'a> {
    /// Draws `count` training samples, or all if there are fewer. Those of a smaller number are among those of a larger
    /// one, and every seed draws others.
    pub fn new(source: &'a dyn Source, count: usize, seed: u64) -> Self {
        let mut order = source.indices(Split::Train);
        order.shuffle(&mut rng(seed, STREAM));
        let count = count.min(order.len());
        Self { source, order, count }
    }

    /// The training samples that are not drawn.
    pub fn others(&self) -> impl Iterator<Item = usize> {
        self.order[self.count..].iter().copied()
    }
}

impl Source for FewSamples<'_> {
    fn info(&self) -> &Info {
        self.source.info()
    }

    fn indices(&self, split: Split) -> Vec<usize> {
        if split != Split::Train {
            return self.source.indices(split);
        }
        let mut drawn = self.order[..self.count].to_vec();
        drawn.sort_unstable();
        drawn
    }

    fn sample(&self, index: usize) -> Result<Sample, DataError> {
        self.source.sample(index)
    }

    fn parameters(&self, index: usize) -> Result<Vec<f64>, DataError> {
        self.source.parameters(index)
    }

    fn window(&self, index: usize, start: usize, length: usize) -> Result<Array5<f32>, DataError> {
        self.source.window(index, start, length)
    }
}
