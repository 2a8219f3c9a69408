//! The `DeepONet` of `CFDBench`, a function of time.

use crate::layers::{ActivationKind, Perceptron, Pointwise, centred_coordinates};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A `DeepONet` of parameters, time and position. The given states are not inputs.
///
/// ```text
/// u_c(t, x) = Σ_k b_ck(θ) f_k(t, x) + β_c      f(t, x) = T(A t + a + B x + b)
/// ```
///
/// θ: parameters; b: branch network; T: trunk network. Both are perceptrons; without parameters b is 1.
///
/// On `CFDBench`'s interface (one channel, 5 parameters) it has the 142,501 weights of `DeepONet`. Two things
/// differ from the published code: all cells are evaluated, in training too, instead of a random thousand;
/// time and coordinates lie in (−1, 1).
///
/// Source: Lu et al. (2021), Nat. Mach. Intell. 3, 218, eq. (2); Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DeepONet {
    /// Trunk functions, and channels of the hidden layers, > 0. Default 100.
    pub width: usize,
    /// Linear maps in the branch and in the trunk, > 1. Default 8.
    pub depth: usize,
    /// The activation between linear maps. Default `normalized-relu`, as published.
    pub activation: ActivationKind,
}

impl Default for DeepONet {
    fn default() -> Self {
        Self { width: 100, depth: 8, activation: ActivationKind::NormalizedRelu }
    }
}

impl Part for DeepONet {
    const NAME: &'static str = "deeponet";
    const SUMMARY: &'static str =
        "DeepONet of parameters, time and position (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.depth > 1, "depth", self.depth, "greater than 1")
    }
}

impl Architecture for DeepONet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (width, outputs, cells) = (self.width, interface.outputs(), interface.axes());
        let hidden = vec![width; self.depth - 1];
        let branch = || {
            let widths = [&[interface.parameters], &hidden[..], &[outputs * width]].concat();
            Perceptron::new(&widths, self.activation, &weights.pp("branch"))
        };
        let trunk = vec![width; self.depth];
        Ok(Box::new(DeepONetOperator {
            branch: (interface.parameters > 0).then(branch).transpose()?,
            time: Pointwise::new(1, width, &weights.pp("time"))?,
            place: Pointwise::new(cells.len(), width, &weights.pp("place"))?,
            coordinates: centred_coordinates(cells, &weights)?,
            trunk: Perceptron::new(&trunk, self.activation, &weights.pp("trunk"))?,
            bias: weights.get_with_hints(outputs, "bias", Init::Const(0.0))?,
        }))
    }

    fn is_autoregressive(&self) -> bool {
        false
    }
}

struct DeepONetOperator {
    branch: Option<Perceptron>,
    time: Pointwise,
    place: Pointwise,
    coordinates: Tensor,
    trunk: Perceptron,
    bias: Tensor,
}

impl Operator for DeepONetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let (samples, outputs) = (inputs.batch()?, self.bias.elem_count());
        let functions = self.functions(inputs.times)?;
        let flat = functions.flatten_from(2)?;
        let coefficients = match &self.branch {
            Some(branch) => branch.forward(&inputs.parameters.unsqueeze(2)?)?,
            None => flat.narrow(2, 0, 1)?.ones_like()?.repeat((1, outputs, 1))?,
        };
        let sums = coefficients.reshape((samples, outputs, ()))?.matmul(&flat)?;
        let sums = sums.broadcast_add(&self.bias.reshape((1, outputs, 1))?)?;
        sums.reshape([&[samples, outputs], &functions.dims()[2..]].concat())
    }
}

impl DeepONetOperator {
    /// The trunk functions at these times, `[batch, function, …cells]`.
    fn functions(&self, times: &Tensor) -> CandleResult<Tensor> {
        let of_time = self.time.forward(&times.reshape(((), 1, 1))?)?;
        let of_place = self.place.forward(&self.coordinates)?;
        let ones = vec![1; of_place.rank() - 2];
        let of_time = of_time.reshape([&of_time.dims()[..2], &ones].concat())?;
        self.trunk.forward(&of_place.broadcast_add(&of_time)?)
    }
}
