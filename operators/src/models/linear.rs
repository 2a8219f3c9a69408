//! The linear operator.

use crate::convolution_grid::ConvolutionGrid;
use crate::layers::{Convolution, Padding, Stencil};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// One convolution: an explicit finite-difference scheme whose stencil is learned.
///
/// ```text
/// u(i) = b + Σ_k W_k a(i + k)      a: given states and parameters as channels
/// ```
///
/// Convolutions have circular padding on periodic axes and replicate padding on the others. It serves as a
/// baseline: an operator that is more accurate has learned more than mean advection and diffusion.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Linear {
    /// Cells of the stencil along each axis, odd. Default 5.
    pub kernel_size: usize,
}

impl Default for Linear {
    fn default() -> Self {
        Self { kernel_size: 5 }
    }
}

impl Part for Linear {
    const NAME: &'static str = "linear";
    const SUMMARY: &'static str = "one convolution: a learned linear finite-difference scheme";
    const RENAMED: &'static [Renamed] = &[Renamed::key("kernel", "kernel-size")];

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.kernel_size % 2 == 1, "kernel-size", self.kernel_size, "odd")
    }
}

impl Architecture for Linear {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, Padding::Replicate)?;
        let stencils =
            grid.stencils(|cells, padding| Stencil::wide(cells, self.kernel_size, padding));
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
