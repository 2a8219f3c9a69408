//! The autoregressive feed-forward network of `CFDBench`.

use crate::layers::{Activation, Perceptron, Pointwise, centred, sum_of_functions};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
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
        let (cells, width, activation) = (interface.axes(), self.width, Activation::Relu);
        let (numbers, axes) = (interface.numbers(), cells.len());
        let bound = 1.0 / ((numbers + axes) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let rest = [&vec![width; self.depth][..], &[interface.outputs()]].concat();
        Ok(Box::new(AutoFfnOperator {
            coordinates: centred(cells, &weights)?,
            of_sample: Pointwise::new(numbers, width, &weights.pp("sample"))?,
            of_place: weights.pp("place").get_with_hints((width, axes), "weight", uniform)?,
            rest: Perceptron::new(&rest, activation, &weights.pp("rest"))?,
            activation,
        }))
    }
}

struct AutoFfnOperator {
    coordinates: Tensor,
    of_sample: Pointwise,
    of_place: Tensor,
    rest: Perceptron,
    activation: Activation,
}

impl Operator for AutoFfnOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let of_sample = self.of_sample.forward(&inputs.column()?)?.squeeze(2)?;
        let (width, axes) = self.of_place.dims2()?;
        let of_place = self.of_place.broadcast_as((inputs.batch()?, width, axes))?;
        let v = sum_of_functions(&of_place, &self.coordinates, &of_sample)?;
        self.rest.forward(&self.activation.apply(&v)?)
    }
}
