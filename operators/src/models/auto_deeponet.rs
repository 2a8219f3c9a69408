//! The autoregressive `DeepONet` of `CFDBench` (Auto-DeepONet).

use crate::layers::{ActivationKind, Perceptron, TrunkNetwork, linear_combination};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A `DeepONet` that maps the given states and the parameters to the next state.
///
/// ```text
/// u_c(x) = Σ_k b_ck(a, θ) t_k(x) + β_c
/// ```
///
/// a: given states; θ: parameters; b: branch network; t: trunk network. Both are perceptrons with ReLU.
///
/// On `CFDBench`'s interface (one channel, 64 × 64 cells, 5 parameters) it has the 551,901 weights of
/// Auto-DeepONet. Three things differ from the published code: coordinates lie in (−1, 1); each channel has
/// its own coefficients of the same trunk functions; the latest state is not added to the output, because
/// the recipe's `target = "increment"` does that.
///
/// Source: Lu et al. (2021), Nat. Mach. Intell. 3, 218, eq. (2); Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AutoDeepONet {
    /// Trunk functions, and channels of the hidden layers, > 0. Default 100.
    pub width: usize,
    /// Linear maps in the branch and in the trunk, > 0. Default 8.
    pub depth: usize,
}

impl Default for AutoDeepONet {
    fn default() -> Self {
        Self { width: 100, depth: 8 }
    }
}

impl Part for AutoDeepONet {
    const NAME: &'static str = "auto-deeponet";
    const SUMMARY: &'static str = "autoregressive DeepONet (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.depth > 0, "depth", self.depth, "greater than 0")
    }
}

impl Architecture for AutoDeepONet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (activation, outputs) = (ActivationKind::Relu, interface.outputs());
        let trunk = vec![self.width; self.depth];
        let hidden = vec![self.width; self.depth - 1];
        let branch = [&[interface.numbers()], &hidden[..], &[outputs * self.width]].concat();
        let cells = interface.axes();
        Ok(Box::new(AutoDeepONetOperator {
            branch: Perceptron::new(&branch, activation, &weights.pp("branch"))?,
            trunk: TrunkNetwork::new(cells, &trunk, activation, &weights.pp("trunk"))?,
            bias: weights.get_with_hints(outputs, "bias", Init::Const(0.0))?,
        }))
    }
}

struct AutoDeepONetOperator {
    branch: Perceptron,
    trunk: TrunkNetwork,
    bias: Tensor,
}

impl Operator for AutoDeepONetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let coefficients = self.branch.forward(&inputs.column()?)?;
        linear_combination(&coefficients, &self.trunk.values()?, &self.bias)
    }
}
