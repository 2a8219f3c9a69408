//! Ranges and error estimates of a sample, without its states.

use crate::Reliability;
use ndarray::Array2;

/// The error estimates of a sample and the ranges of its channels, as declared when it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleSummary {
    /// The smallest and the largest value of every channel over all states.
    pub ranges: Vec<[f64; 2]>,
    /// The estimated error `[time, channel]`, root mean square over the cells.
    pub error_estimate: Option<Array2<f64>>,
    /// The reliability of every field that is not constant; empty without an error estimate.
    pub reliability: Vec<Reliability>,
    /// The first state after which the flow is steady.
    pub steady_from: Option<usize>,
}
