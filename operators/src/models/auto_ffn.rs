//! The autoregressive feed-forward network of `CFDBench`.

use crate::layers::{Activation, Perceptron, SampleAndPlace};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A perceptron of all states, all parameters and the place, asked for every cell.
///
/// ```text
/// v₁ = A (a, θ) + B x + b,   vₗ₊₁ = W relu(vₗ) + b,   u(x) = v_(depth+1)
/// ```
///
/// On `CFDBench`'s interface (one channel, 64 × 64 cells, 5 parameters) it has the 1,102,401 weights
/// of its Auto-FFN. Four things differ: `A (a, θ)` is computed once a sample and not once a cell;
/// every cell is asked, where the original's batches ask the wrong samples; coordinates lie in
/// (−1, 1); and the last state is not added, for the recipe's `target = "increment"` does that.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AutoFfn {
    /// Channels of the hidden layers, > 0. Default 200.
    pub width: usize,
    /// Hidden layers, > 0. Default 8.
    pub depth: usize,
}

impl Default for AutoFfn {
    fn default() -> Self {
        Self { width: 200, depth: 8 }
    }
}

impl Part for AutoFfn {
    const NAME: &'static str = "auto-ffn";
    const SUMMARY: &'static str =
        "feed-forward network of a whole state and a place (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.depth > 0, "depth", self.depth, "greater than 0")
    }
}

impl Architecture for AutoFfn {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, activation) = (interface.axes(), Activation::Relu);
        let rest = [&vec![self.width; self.depth][..], &[interface.outputs()]].concat();
        Ok(Box::new(AutoFfnOperator {
            first: SampleAndPlace::new(interface.numbers(), cells, self.width, &weights)?,
            rest: Perceptron::new(&rest, activation, &weights.pp("rest"))?,
            activation,
        }))
    }
}

struct AutoFfnOperator {
    first: SampleAndPlace,
    rest: Perceptron,
    activation: Activation,
}

impl Operator for AutoFfnOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = self.first.forward(&inputs.column()?)?;
        self.rest.forward(&self.activation.apply(&v)?)
    }
}
