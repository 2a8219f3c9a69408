//! Architectures, and the networks that they build.

use crate::{Fit, Inputs, Interface, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::Invalid;

/// An architecture: a struct that is read from a TOML table and builds a network for any interface.
///
/// A small example is a network that acts on each cell separately:
///
/// ```
/// use candle_nn::VarBuilder;
/// use operators::layers::{Gelu, Pointwise, chained};
/// use operators::{Architecture, Inputs, Interface, Operator, OperatorError};
///
/// struct Cellwise {
///     width: usize,
/// }
///
/// impl Architecture for Cellwise {
///     fn build(&self, interface: &Interface, weights: VarBuilder) -> Result<Box<dyn Operator>, OperatorError> {
///         Ok(Box::new(CellwiseOperator {
///             widen: Pointwise::new(interface.inputs(), self.width, &weights.pp("widen"))?,
///             project: Pointwise::new(self.width, interface.outputs(), &weights.pp("project"))?,
///         }))
///     }
/// }
///
/// struct CellwiseOperator {
///     widen: Pointwise,
///     project: Pointwise,
/// }
///
/// impl Operator for CellwiseOperator {
///     fn forward(&self, inputs: &Inputs) -> candle_core::Result<candle_core::Tensor> {
///         chained::<Gelu>(&inputs.channels()?, &[&self.widen, &self.project])
///     }
/// }
/// ```
///
/// An architecture in the registry also derives `Deserialize` with defaults and implements [`data::Part`]. A
/// complete one, with its training, is `examples/add_an_operator.rs`.
pub trait Architecture: Send + Sync {
    /// Builds the network. `weights` provides the weights by name: random initial ones or those of a checkpoint.
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError>;

    /// Whether the next state is predicted from the states before it. An architecture that is not autoregressive
    /// predicts a state from parameters and time alone: its errors do not accumulate in a rollout, but it cannot
    /// take an initial state into account.
    fn is_autoregressive(&self) -> bool {
        true
    }

    /// Whether trained weights describe a map between functions, which does not depend on the grid on which they are
    /// sampled: such an operator can be evaluated on another grid than it was trained on.
    fn is_resolution_free(&self) -> bool {
        false
    }

    /// How the weights are computed if they have a closed form.
    fn fit(&self) -> Option<&dyn Fit> {
        None
    }
}

/// Refuses a size of 0.
pub(crate) fn all_positive(sizes: &[(&'static str, usize)]) -> Result<(), Invalid> {
    sizes.iter().try_for_each(|(key, size)| Invalid::unless(*size > 0, key, size, "greater than 0"))
}

/// A learned map from given states to the next one, or from parameters and time to a state.
pub trait Operator: Send + Sync {
    /// `[batch, history·channel, x, y]` → `[batch, output, x, y]`. Samples do not depend on one another.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor>;
}

/// An operator with the interface that it was built for. The sizes of its inputs are checked.
pub struct Network {
    interface: Interface,
    operator: Box<dyn Operator>,
}

impl Network {
    /// Builds the operator of an architecture.
    pub fn new(
        architecture: &dyn Architecture,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Self, OperatorError> {
        let operator = architecture.build(interface, weights)?;
        Ok(Self { interface: interface.clone(), operator })
    }

    /// The sizes that it was built for.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// The output of the operator, `[batch, output, x, y]`: the predicted channels.
    ///
    /// Errors name the sizes found and those expected.
    pub fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        inputs.check(&self.interface)?;
        self.operator.forward(inputs)
    }
}
