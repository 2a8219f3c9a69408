//! The autoregressive `DeepONet` of `CFDBench` with convolutions in its branch.

use crate::layers::{
    Activation, Beyond, Convolution, Functions, Perceptron, Stencil, halved, max_pool, relu,
    sum_of_functions,
};
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A `DeepONet` whose branch looks at the state through convolutions, and whose product is not summed
/// but read by a perceptron.
///
/// ```text
/// u(x) = F(b(a) ⊙ t(x)) + β
/// b: convolution, then `halvings` times relu(pool(convolution)), then a convolution, flattened
/// t: trunk, a perceptron;   F: head, a perceptron with two hidden layers
/// ```
///
/// Where u is the one channel predicted of u, v and a mask on 64 × 64 cells with 5 parameters, it has
/// the 742,730 weights of `CFDBench`'s Auto-DeepONetCNN. Four things differ: β, which the original
/// has and forgets, is added; coordinates lie in (−1, 1); an axis that is not periodic has zeros
/// beyond, a periodic one its other end; and the last state is not added, for the recipe's
/// `target = "increment"` does that.
///
/// The branch has a number for each coarsest cell and filter: with more cells, halve more often.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AutoDeepONetCnn {
    /// Channels of the convolutions, > 0. Default 32.
    pub filters: usize,
    /// How often cells are halved. Default 4.
    pub halvings: usize,
    /// Channels of the trunk's hidden layers, > 0. Default 100.
    pub width: usize,
    /// Hidden layers of the trunk. Default 4.
    pub depth: usize,
    /// Channels of the head's hidden layers, > 0. Default 512.
    pub head: usize,
}

impl Default for AutoDeepONetCnn {
    fn default() -> Self {
        Self { filters: 32, halvings: 4, width: 100, depth: 4, head: 512 }
    }
}

impl Part for AutoDeepONetCnn {
    const NAME: &'static str = "auto-deeponet-cnn";
    const SUMMARY: &'static str =
        "DeepONet with a convolutional branch, from state to state (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [("filters", self.filters), ("width", self.width), ("head", self.head)];
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
        let plane = Plane::of(interface, Self::NAME, Beyond::Zeros)?;
        let (cells, outputs) = (plane.cells, interface.outputs());
        let branch = self.branch(interface.inputs(), plane, &weights.pp("branch"))?;
        let coarsest = (0..self.halvings).fold(cells, |cells, _| cells.map(halved));
        let latent = self.filters * coarsest[0] * coarsest[1];
        let trunk = [&vec![self.width; self.depth][..], &[latent]].concat();
        let (activation, head) = (Activation::Relu, self.head);
        let uniform = 1.0 / (latent as f64).sqrt();
        let uniform = Init::Uniform { lo: -uniform, up: uniform };
        let first = weights.pp("head.first");
        Ok(Box::new(AutoDeepONetCnnOperator {
            branch,
            trunk: Functions::new(&cells, &trunk, activation, &weights.pp("trunk"))?,
            weight: first.get_with_hints((1, head, latent), "weight", uniform)?,
            bias: first.get_with_hints(head, "bias", uniform)?,
            rest: Perceptron::new(&[head, head, outputs], activation, &weights.pp("head.rest"))?,
            constant: weights.get_with_hints((1, outputs, 1, 1), "bias", Init::Const(0.0))?,
        }))
    }
}

impl AutoDeepONetCnn {
    /// The convolutions on ever coarser cells.
    fn branch(
        &self,
        inputs: usize,
        plane: Plane,
        weights: &VarBuilder,
    ) -> CandleResult<Vec<Convolution>> {
        let layer = |number: usize| {
            let halvings = number.saturating_sub(1);
            let plane = plane.with(|cells| (0..halvings).fold(cells, |cells, _| halved(cells)));
            let stencils = plane.stencils(|cells, beyond| Stencil::wide(cells, 5, beyond));
            let inputs = if number == 0 { inputs } else { self.filters };
            Convolution::new([inputs, self.filters], stencils, &weights.pp(number.to_string()))
        };
        (0..self.halvings + 2).map(layer).collect()
    }
}

struct AutoDeepONetCnnOperator {
    branch: Vec<Convolution>,
    trunk: Functions,
    /// The head's first map, `[1, head, latent]` and `[head]`.
    weight: Tensor,
    bias: Tensor,
    rest: Perceptron,
    constant: Tensor,
}

impl Operator for AutoDeepONetCnnOperator {
    /// `W (b ⊙ t) = (W diag b) t`: the product of branch and trunk is never stored.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let branch = self.seen(inputs)?.flatten_from(1)?.unsqueeze(1)?;
        let weight = self.weight.broadcast_mul(&branch)?;
        let v = relu(&sum_of_functions(&weight, &self.trunk.values()?, &self.bias)?)?;
        self.rest.forward(&v)?.broadcast_add(&self.constant)
    }
}

impl AutoDeepONetCnnOperator {
    /// What the convolutions see, `[batch, filter, x, y]` on the coarsest cells.
    fn seen(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let (first, rest) = self.branch.split_first().expect("there are two or more");
        let (last, between) = rest.split_last().expect("there are two or more");
        let v =
            between.iter().try_fold(first.forward(&inputs.channels()?)?, |v, convolution| {
                relu(&max_pool(&convolution.forward(&v)?)?)
            })?;
        last.forward(&v)
    }
}
