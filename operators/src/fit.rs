//! Architectures whose weights have a closed form.

use crate::{Interface, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use ndarray::ArrayView2;
use std::collections::BTreeMap;

/// Computes the weights of an [`Architecture`](crate::Architecture) in closed form instead of by gradient
/// descent: training then takes one step.
pub trait Fit {
    /// Candidates for the weights, by the names that `build` requests, the simplest first. The
    /// candidate with the least loss on the split `valid` is kept; where there is no such split, the last.
    fn fit(&self, interface: &Interface, pairs: &dyn Pairs) -> Result<Candidates, OperatorError>;
}

/// Weights by name, each candidate computed when it is requested.
pub type Candidates = Box<dyn Iterator<Item = CandleResult<BTreeMap<String, Tensor>>>>;

/// All pairs of an operator's input and its desired output in the training split.
pub trait Pairs {
    /// Calls `visitor` with inputs `[pair, number]`, see [`Inputs::column`](crate::Inputs::column), and
    /// desired outputs `[pair, output·cell]`, a chunk of pairs at a time, always in the same order.
    fn visit(
        &self,
        visitor: &mut dyn FnMut(ArrayView2<f64>, ArrayView2<f64>),
    ) -> Result<(), OperatorError>;
}
