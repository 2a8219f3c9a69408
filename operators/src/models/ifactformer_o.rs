//! The implicit factorized transformer with chained kernels.

use super::factorized::{Kernels, Plan, Positions, Trunk, check};
use crate::layers::{Normal, Order};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The original implicit factorized transformer: as [`IFactFormerM`](super::IFactFormerM), but with
/// each kernel applied to what the one before it made, `K_z K_y K_x v`.
///
/// Source: Yang, Li, Wang & Wang (2024), Theor. Appl. Mech. Lett., eqs. (6)–(12). Published for
/// isotropic turbulence: `width = 96`, `iterations = 10`, `kernels = { heads = 10, width = 64, gain =
/// 0.02 }` and five states of history. With that gain, and with three axes more than with two, the
/// chain of kernels begins far below the ε of its norm, and so does the layer's output: training
/// starts slowly.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct IFactFormerO {
    /// Channels, even and > 0. Default 48.
    pub width: usize,
    /// How often the layer is applied, > 0. Default 4.
    pub iterations: usize,
    /// The kernels along the axes.
    pub kernels: Kernels,
    /// Where the cells are.
    pub positions: Positions,
}

impl Default for IFactFormerO {
    fn default() -> Self {
        let (kernels, positions) = (Kernels::default(), Positions::default());
        Self { width: 48, iterations: 4, kernels, positions }
    }
}

impl Part for IFactFormerO {
    const NAME: &'static str = "ifactformer-o";
    const SUMMARY: &'static str = "implicit factorized transformer with chained kernels (2024)";

    fn check(&self) -> Result<(), Invalid> {
        check(self.width, ("iterations", self.iterations), &self.kernels, &self.positions)
    }
}

impl Architecture for IFactFormerO {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let plan = Plan {
            width: self.width,
            layers: 1,
            iterations: self.iterations,
            order: Order::Chained,
            normal: Normal::Channels,
            kernels: &self.kernels,
            positions: &self.positions,
        };
        Ok(Box::new(Trunk::new(&plan, interface, &weights)?))
    }
}
