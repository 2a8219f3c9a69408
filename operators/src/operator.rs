//! Recipes of networks, and networks.

use crate::{Fit, Inputs, Interface, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::Invalid;

/// A recipe of a network, read from a TOML table: what its fields say, built for any interface.
///
/// The smallest one, a network that looks at every cell by itself:
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
/// A registered one also derives `Deserialize` with defaults and implements [`data::Part`].
pub trait Architecture: Send + Sync {
    /// Builds the network with the weights that `weights` holds or draws.
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError>;

    /// Whether it goes on from the states so far. One that does not says from parameters and time
    /// alone what the flow is then: its rollouts pile up no errors, and it cannot be told how a flow
    /// began.
    fn is_autoregressive(&self) -> bool {
        true
    }

    /// How its weights are solved for, if they are not found down the gradient.
    fn fit(&self) -> Option<&dyn Fit> {
        None
    }
}

/// Refuses sizes that are 0.
pub(crate) fn all_positive(sizes: &[(&'static str, usize)]) -> Result<(), Invalid> {
    sizes.iter().try_for_each(|(key, size)| Invalid::unless(*size > 0, key, size, "greater than 0"))
}

/// A learned map from the states so far to the next one, or from parameters and time to a state.
pub trait Operator: Send + Sync {
    /// `[batch, history·channel, x, y]` → `[batch, output, x, y]`; every sample by itself.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor>;
}

/// An operator with the interface that it was built for, which it holds its inputs against.
pub struct Network {
    interface: Interface,
    operator: Box<dyn Operator>,
}

impl Network {
    /// Builds an architecture's operator.
    pub fn new(
        architecture: &dyn Architecture,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Self, OperatorError> {
        let operator = architecture.build(interface, weights)?;
        Ok(Self { interface: interface.clone(), operator })
    }

    /// What it was built for.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// The operator's output, `[batch, output, x, y]`: the channels that are predicted.
    ///
    /// Errors name the sizes found and those it was built for.
    pub fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        inputs.check(&self.interface)?;
        self.operator.forward(inputs)
    }
}
