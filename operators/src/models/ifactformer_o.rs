//! The implicit factorized transformer with chained kernels.

use super::factorized::{FactorizedNetwork, Kernels, Positions, RENAMED, Sizes, check};
use crate::layers::{Normal, Order};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The original implicit factorized transformer: as [`IFactFormerM`](super::IFactFormerM), but the kernels
/// are applied one after another, `K_z K_y K_x v`.
///
/// The published configuration for isotropic turbulence is `width = 96`, `iterations = 10`,
/// `kernels = { heads = 10, dim-head = 64, gain = 0.02 }` and five given states. With this gain the product of
/// the kernels is initially far below the ε of the norm that follows it, in three dimensions more than in
/// two, and so is the output of the layer: the loss decreases slowly at first.
///
/// Source: Yang, Li, Wang & Wang (2024), Theor. Appl. Mech. Lett., eqs. (6)–(12).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct IFactFormerO {
    /// Channels, even and > 0. Default 48.
    pub width: usize,
    /// Iterations of the layer, > 0. Default 4.
    pub iterations: usize,
    /// The attention kernels along the axes.
    pub kernels: Kernels,
    /// The positions of the cells.
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
    const RENAMED: &'static [Renamed] = RENAMED;

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
        let sizes = Sizes {
            width: self.width,
            layers: 1,
            iterations: self.iterations,
            order: Order::Chained,
            normal: Normal::Channels,
            kernels: &self.kernels,
            positions: &self.positions,
        };
        Ok(Box::new(FactorizedNetwork::new(&sizes, interface, &weights)?))
    }
}
