//! The linear operator.

use crate::layers::{Beyond, Convolution, Stencil};
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// One convolution and nothing else: an explicit finite-difference scheme whose stencil is learned.
///
/// ```text
/// u(i) = b + Σ_k W_k a(i + k)      a: states and parameters as channels
/// ```
///
/// What beats it has learned more than how a flow is carried and diffuses on the average.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Linear {
    /// Cells under the stencil along an axis, odd. Default 5.
    pub kernel: usize,
}

impl Default for Linear {
    fn default() -> Self {
        Self { kernel: 5 }
    }
}

impl Part for Linear {
    const NAME: &'static str = "linear";
    const SUMMARY: &'static str = "one convolution: a learned linear finite-difference scheme";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.kernel % 2 == 1, "kernel", self.kernel, "odd")
    }
}

impl Architecture for Linear {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let plane = Plane::of(interface, Self::NAME, Beyond::Nearest)?;
        let stencils = plane.stencils(|cells, beyond| Stencil::wide(cells, self.kernel, beyond));
        let channels = [interface.inputs(), interface.outputs()];
        Ok(Box::new(LinearOperator(Convolution::new(channels, stencils, &weights)?)))
    }
}

struct LinearOperator(Convolution);

impl Operator for LinearOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        self.0.forward(&inputs.channels()?)
    }
}
