//! The autoregressive feed-forward network of `CFDBench` (Auto-FFN).

use crate::layers::{ActivationKind, Perceptron, SampleAndPosition};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A perceptron of the given states, the parameters and a position, evaluated in every cell.
///
/// ```text
/// v₁ = A (a, θ) + B x + b,   vₗ₊₁ = W relu(vₗ) + b,   u(x) = v_(depth+1)
/// ```
///
/// a: given states; θ: parameters; x: coordinates of the cell.
///
/// On `CFDBench`'s interface (one channel, 64 × 64 cells, 5 parameters) it has the 1,102,401 weights of
/// Auto-FFN. Four things differ from the published code: `A (a, θ)` is computed once per sample instead of
/// once per cell; all cells are evaluated, where the code pairs the positions of a batch with the wrong
/// samples; coordinates lie in (−1, 1); the latest state is not added to the output, because the recipe's
/// `target = "increment"` does that.
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
        "autoregressive feed-forward network of a state and a position (Luo et al. 2023, CFDBench)";

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
        let (cells, activation) = (interface.axes(), ActivationKind::Relu);
        let rest = [&vec![self.width; self.depth][..], &[interface.outputs()]].concat();
        Ok(Box::new(AutoFfnOperator {
            first: SampleAndPosition::new(interface.numbers(), cells, self.width, &weights)?,
            rest: Perceptron::new(&rest, activation, &weights.pp("rest"))?,
            activation,
        }))
    }
}

struct AutoFfnOperator {
    first: SampleAndPosition,
    rest: Perceptron,
    activation: ActivationKind,
}

impl Operator for AutoFfnOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = self.first.forward(&inputs.column()?)?;
        self.rest.forward(&self.activation.apply(&v)?)
    }
}
