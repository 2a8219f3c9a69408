//! The autoregressive enhanced `DeepONet` of `CFDBench` (Auto-EDeepONet).

use crate::layers::{ActivationKind, Perceptron, TrunkNetwork, linear_combination};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// An enhanced `DeepONet` with one branch for the given states and one for the parameters.
///
/// ```text
/// u_c(x) = Σ_k b_ck(a) p_k(θ) t_k(x) + β_c
/// ```
///
/// a: given states; θ: parameters; b, p: branch networks; t: trunk network. All are perceptrons with ReLU.
/// Without parameters p is 1.
///
/// On `CFDBench`'s interface (one channel, 64 × 64 cells, 5 parameters) it has the 622,701 weights of
/// Auto-EDeepONet. It differs from the published code as [`AutoDeepONet`](super::AutoDeepONet) does.
///
/// Source: Tan & Chen (2022), arXiv 2202.08942; Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AutoEDeepONet {
    /// Trunk functions, and channels of the hidden layers, > 0. Default 100.
    pub width: usize,
    /// Linear maps in each branch and in the trunk, > 0. Default 8.
    pub depth: usize,
}

impl Default for AutoEDeepONet {
    fn default() -> Self {
        Self { width: 100, depth: 8 }
    }
}

impl Part for AutoEDeepONet {
    const NAME: &'static str = "auto-edeeponet";
    const SUMMARY: &'static str =
        "autoregressive enhanced DeepONet with two branches (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.depth > 0, "depth", self.depth, "greater than 0")
    }
}

impl Architecture for AutoEDeepONet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (outputs, parameters) = (interface.outputs(), interface.parameters);
        let perceptron = |inputs: usize, last: usize, name: &str| {
            let hidden = vec![self.width; self.depth - 1];
            let widths = [&[inputs], &hidden[..], &[last]].concat();
            Perceptron::new(&widths, ActivationKind::Relu, &weights.pp(name))
        };
        let states = interface.numbers() - parameters;
        let of_parameters = || perceptron(parameters, self.width, "branch-of-parameters");
        let trunk = vec![self.width; self.depth];
        let (cells, activation) = (interface.axes(), ActivationKind::Relu);
        Ok(Box::new(AutoEDeepONetOperator {
            states: perceptron(states, outputs * self.width, "branch-of-states")?,
            parameters: (parameters > 0).then(of_parameters).transpose()?,
            trunk: TrunkNetwork::new(cells, &trunk, activation, &weights.pp("trunk"))?,
            bias: weights.get_with_hints(outputs, "bias", Init::Const(0.0))?,
        }))
    }
}

struct AutoEDeepONetOperator {
    states: Perceptron,
    parameters: Option<Perceptron>,
    trunk: TrunkNetwork,
    bias: Tensor,
}

impl Operator for AutoEDeepONetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let mut coefficients =
            self.states.forward(&inputs.states.flatten_from(1)?.unsqueeze(2)?)?;
        if let Some(branch) = &self.parameters {
            let of_parameters = branch.forward(&inputs.parameters.unsqueeze(2)?)?;
            let outputs = self.bias.elem_count();
            coefficients = (coefficients * of_parameters.repeat((1, outputs, 1))?)?;
        }
        linear_combination(&coefficients, &self.trunk.values()?, &self.bias)
    }
}
