//! The feed-forward network of `CFDBench`, a function of time.

use crate::layers::{ActivationKind, Perceptron, SampleAndPosition};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A perceptron of parameters, time and position. The given states are not inputs.
///
/// ```text
/// v₁ = A (θ, t) + B x + b,   vₗ₊₁ = W σ(vₗ) + b,   u(t, x) = v_(depth+1)
/// ```
///
/// On `CFDBench`'s interface (one channel, 5 parameters) it has the 71,701 weights of FFN. Two things differ
/// from the published code: all cells are evaluated, in training too, instead of a random thousand; time and
/// coordinates lie in (−1, 1).
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ffn {
    /// Channels of the hidden layers, > 0. Default 100.
    pub width: usize,
    /// Hidden layers, > 0. Default 8.
    pub depth: usize,
    /// The activation σ. Default `normalized-relu`, as published.
    pub activation: ActivationKind,
}

impl Default for Ffn {
    fn default() -> Self {
        Self { width: 100, depth: 8, activation: ActivationKind::NormalizedRelu }
    }
}

impl Part for Ffn {
    const NAME: &'static str = "ffn";
    const SUMMARY: &'static str =
        "feed-forward network of parameters, time and position (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.depth > 0, "depth", self.depth, "greater than 0")
    }
}

impl Architecture for Ffn {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, activation) = (interface.axes(), self.activation);
        let numbers = interface.parameters + 1;
        let rest = [&vec![self.width; self.depth][..], &[interface.outputs()]].concat();
        Ok(Box::new(FfnOperator {
            first: SampleAndPosition::new(numbers, cells, self.width, &weights)?,
            rest: Perceptron::new(&rest, activation, &weights.pp("rest"))?,
            activation,
        }))
    }

    fn is_autoregressive(&self) -> bool {
        false
    }
}

struct FfnOperator {
    first: SampleAndPosition,
    rest: Perceptron,
    activation: ActivationKind,
}

impl Operator for FfnOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let sample = Tensor::cat(&[inputs.parameters, &inputs.times.unsqueeze(1)?], 1)?;
        let v = self.first.forward(&sample.unsqueeze(2)?)?;
        self.rest.forward(&self.activation.apply(&v)?)
    }
}
