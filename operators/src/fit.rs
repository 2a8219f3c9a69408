//! Weights that are solved for.

use crate::{Interface, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use ndarray::ArrayView2;
use std::collections::BTreeMap;

/// Solves for the weights of an [`Architecture`](crate::Architecture) in place of going down the
/// gradient: training then takes one step.
pub trait Fit {
    /// Weights by the names under which `build` asks for them, the simplest first. Those with the
    /// least loss on the valid split are kept; where there is none, the last ones.
    fn fit(&self, interface: &Interface, pairs: &dyn Pairs) -> Result<Candidates, OperatorError>;
}

/// Weights by name, made when they are asked for.
pub type Candidates = Box<dyn Iterator<Item = CandleResult<BTreeMap<String, Tensor>>>>;

/// All that the training split says of one step into the future.
pub trait Pairs {
    /// Shows what an operator sees, [`Inputs::column`](crate::Inputs::column), and what it is to put
    /// out: `[pair, number]` and `[pair, output·cell]`, some pairs at a time, always in one order.
    fn visit(
        &self,
        see: &mut dyn FnMut(ArrayView2<f64>, ArrayView2<f64>),
    ) -> Result<(), OperatorError>;
}
