//! The autoregressive `DeepONet` of `CFDBench` with a convolutional branch (Auto-DeepONetCNN).

use crate::convolution_grid::ConvolutionGrid;
use crate::layers::{
    ActivationKind, Convolution, Padding, Perceptron, Stencil, TrunkNetwork, halved,
    linear_combination, max_pool, relu,
};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// A `DeepONet` with a convolutional branch. The product of branch and trunk is not summed, but passed to a
/// perceptron.
///
/// ```text
/// u(x) = F(b(a, θ) ⊙ t(x)) + β
/// b: 5 × 5 convolution, then `levels` times relu(pool(convolution)), then a convolution, flattened
/// t: trunk network, a perceptron;   F: head, a perceptron with two hidden layers
/// ```
///
/// With one predicted channel u of u, v and a mask on 64 × 64 cells and with 5 parameters it has the 742,730
/// weights of `CFDBench`'s Auto-DeepONetCNN. Four things differ from the published code: β, which the code
/// defines but does not use, is added; coordinates lie in (−1, 1); convolutions have circular padding on
/// periodic axes and zeros on the others; the latest state is not added to the output, because the recipe's
/// `target = "increment"` does that.
///
/// The number of trunk functions is `filters` times the number of cells on the coarsest level. Raise `levels`
/// on finer grids.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AutoDeepONetCnn {
    /// Channels of the convolutions, > 0. Default 32.
    pub filters: usize,
    /// Poolings, each of which halves the cells along each axis. Default 4.
    pub levels: usize,
    /// Channels of the trunk's hidden layers, > 0. Default 100.
    pub width: usize,
    /// Hidden layers of the trunk. Default 4.
    pub depth: usize,
    /// Channels of the head's hidden layers, > 0. Default 512.
    pub head_channels: usize,
}

impl Default for AutoDeepONetCnn {
    fn default() -> Self {
        Self { filters: 32, levels: 4, width: 100, depth: 4, head_channels: 512 }
    }
}

impl Part for AutoDeepONetCnn {
    const NAME: &'static str = "auto-deeponet-cnn";
    const SUMMARY: &'static str =
        "autoregressive DeepONet with a convolutional branch (Luo et al. 2023, CFDBench)";
    const RENAMED: &'static [Renamed] =
        &[Renamed::key("halvings", "levels"), Renamed::key("head", "head-channels")];

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("filters", self.filters),
            ("width", self.width),
            ("head-channels", self.head_channels),
        ];
        sizes
            .into_iter()
            .try_for_each(|(key, size)| Invalid::unless(size > 0, key, size, "greater than 0"))
    }
}

impl Architecture for AutoDeepONetCnn {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, Padding::Zeros)?;
        let (cells, outputs) = (grid.cells, interface.outputs());
        let branch = self.branch(interface.inputs(), grid, &weights.pp("branch"))?;
        let coarsest = (0..self.levels).fold(cells, |cells, _| cells.map(halved));
        let latent = self.filters * coarsest[0] * coarsest[1];
        let trunk = [&vec![self.width; self.depth][..], &[latent]].concat();
        let (activation, head) = (ActivationKind::Relu, self.head_channels);
        let uniform = 1.0 / (latent as f64).sqrt();
        let uniform = Init::Uniform { lo: -uniform, up: uniform };
        let first = weights.pp("head.first");
        Ok(Box::new(AutoDeepONetCnnOperator {
            branch,
            trunk: TrunkNetwork::new(&cells, &trunk, activation, &weights.pp("trunk"))?,
            weight: first.get_with_hints((1, head, latent), "weight", uniform)?,
            bias: first.get_with_hints(head, "bias", uniform)?,
            rest: Perceptron::new(&[head, head, outputs], activation, &weights.pp("head.rest"))?,
            constant: weights.get_with_hints((1, outputs, 1, 1), "bias", Init::Const(0.0))?,
        }))
    }
}

impl AutoDeepONetCnn {
    /// The convolutions, each after the first on the cells of one more pooling.
    fn branch(
        &self,
        inputs: usize,
        grid: ConvolutionGrid,
        weights: &VarBuilder,
    ) -> CandleResult<Vec<Convolution>> {
        let layer = |number: usize| {
            let poolings = number.saturating_sub(1);
            let grid = grid.with(|cells| (0..poolings).fold(cells, |cells, _| halved(cells)));
            let stencils = grid.stencils(|cells, padding| Stencil::wide(cells, 5, padding));
            let inputs = if number == 0 { inputs } else { self.filters };
            Convolution::new([inputs, self.filters], stencils, &weights.pp(number.to_string()))
        };
        (0..self.levels + 2).map(layer).collect()
    }
}

struct AutoDeepONetCnnOperator {
    branch: Vec<Convolution>,
    trunk: TrunkNetwork,
    /// The head's first map, `[1, head, latent]` and `[head]`.
    weight: Tensor,
    bias: Tensor,
    rest: Perceptron,
    constant: Tensor,
}

impl Operator for AutoDeepONetCnnOperator {
    /// `W (b ⊙ t) = (W diag b) t`, so that the product of branch and trunk is never stored.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let branch = self.branch_output(inputs)?.flatten_from(1)?.unsqueeze(1)?;
        let weight = self.weight.broadcast_mul(&branch)?;
        let v = relu(&linear_combination(&weight, &self.trunk.values()?, &self.bias)?)?;
        self.rest.forward(&v)?.broadcast_add(&self.constant)
    }
}

impl AutoDeepONetCnnOperator {
    /// The output of the branch, `[batch, filter, x, y]` on the coarsest cells.
    fn branch_output(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let (first, rest) = self.branch.split_first().expect("there are two or more");
        let (last, between) = rest.split_last().expect("there are two or more");
        let v =
            between.iter().try_fold(first.forward(&inputs.channels()?)?, |v, convolution| {
                relu(&max_pool(&convolution.forward(&v)?)?)
            })?;
        last.forward(&v)
    }
}
