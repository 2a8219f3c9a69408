//! The factorized transformer.

use super::factorized::{FactorizedNetwork, Kernels, Positions, RENAMED, Sizes, check};
use crate::layers::{Normal, Order};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The factorized transformer: layers of attention along one axis at a time.
///
/// ```text
/// uₗ₊₁ = uₗ + E p + Fₗ(uₗ + E p)             p: positions, as Fourier features
/// F u = W₂ gelu(W₁ norm(K_z K_y K_x v)),   v = W_v n,   n = norm u
/// K_a(i, j) = q_i · k_j                    from the means of n over all axes but a; no softmax
/// ```
///
/// In the published code, the layers are followed by steps in a latent space that differ from example to
/// example. Here the layers are between the lifting and the projection of Yang et al., who compare them with
/// [`IFactFormerO`](super::IFactFormerO). Their configuration is `width = 96`, `layers = 4`,
/// `kernels = { heads = 10, dim-head = 64, gain = 0.02 }` and five given states.
///
/// Source: Li, Shu & Barati Farimani (2023), arXiv 2305.17560; Yang et al. (2024), Theor. Appl. Mech. Lett.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FactFormer {
    /// Channels, even and > 0. Default 48.
    pub width: usize,
    /// Layers, each with its own weights, > 0. Default 3.
    pub layers: usize,
    /// The attention kernels along the axes.
    pub kernels: Kernels,
    /// The positions of the cells.
    pub positions: Positions,
}

impl Default for FactFormer {
    fn default() -> Self {
        let (kernels, positions) = (Kernels::default(), Positions::default());
        Self { width: 48, layers: 3, kernels, positions }
    }
}

impl Part for FactFormer {
    const NAME: &'static str = "factformer";
    const SUMMARY: &'static str = "factorized transformer (Li et al. 2023)";
    const RENAMED: &'static [Renamed] = RENAMED;

    fn check(&self) -> Result<(), Invalid> {
        check(self.width, ("layers", self.layers), &self.kernels, &self.positions)
    }
}

impl Architecture for FactFormer {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let sizes = Sizes {
            width: self.width,
            layers: self.layers,
            iterations: 1,
            order: Order::Chained,
            normal: Normal::Channels,
            kernels: &self.kernels,
            positions: &self.positions,
        };
        Ok(Box::new(FactorizedNetwork::new(&sizes, interface, &weights)?))
    }
}
