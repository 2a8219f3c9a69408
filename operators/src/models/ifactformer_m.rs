//! The implicit factorized transformer with parallel kernels.

use super::factorized::{FactorizedNetwork, Kernels, Positions, RENAMED, Sizes, check};
use crate::layers::{Normal, Order};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The modified implicit factorized transformer: one layer of attention along the axes, iterated L times
/// with step 1/L. The kernels of the axes are applied in parallel.
///
/// ```text
/// u₀   = lift(a, θ) + E p               p: positions, as Fourier features
/// uₗ₊₁ = uₗ + F(uₗ)/L,  l = 0 … L−1       the same F in every iteration
/// F u  = W₂ gelu(W₁ norm(K_x v, K_y v, K_z v)),   v = W_v n,   n = norm u
/// K_a(i, j) = q_i · k_j                 from the means of n over all axes but a; no softmax
/// ```
///
/// On a plane there is no z. Each parameter is lifted as one more field; the published code has none. The
/// published configuration for the channel flow is `width = 96`, `iterations = 10`,
/// `kernels = { heads = 5, dim-head = 96, gain = 0.02 }`,
/// `positions = { lengths = [4π, 2, 4π/3], fourier-scale = 8 }`.
///
/// Source: arXiv 2412.18840 and its published code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct IFactFormerM {
    /// Channels, even and > 0. Default 48.
    pub width: usize,
    /// Iterations of the layer, L > 0. Default 4.
    pub iterations: usize,
    /// The release of the published code. Default `2025-12`.
    pub release: Release,
    /// The attention kernels along the axes.
    pub kernels: Kernels,
    /// The positions of the cells.
    pub positions: Positions,
}

/// A release of the published code of IFactFormer-m.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Release {
    /// Normalizes each plane of equal x over its cells and channels, and ends a layer with two additional
    /// linear maps. The only release with a published number of weights.
    #[serde(rename = "2025-02")]
    First,
    /// Normalizes each channel over all cells.
    #[serde(rename = "2025-12")]
    Second,
}

impl Default for IFactFormerM {
    fn default() -> Self {
        Self {
            width: 48,
            iterations: 4,
            release: Release::Second,
            kernels: Kernels::default(),
            positions: Positions::default(),
        }
    }
}

impl Part for IFactFormerM {
    const NAME: &'static str = "ifactformer-m";
    const SUMMARY: &'static str = "implicit factorized transformer with parallel kernels (2024)";
    const RENAMED: &'static [Renamed] = RENAMED;

    fn check(&self) -> Result<(), Invalid> {
        check(self.width, ("iterations", self.iterations), &self.kernels, &self.positions)
    }
}

impl Architecture for IFactFormerM {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let normal = match self.release {
            Release::First => Normal::Planes,
            Release::Second => Normal::Channels,
        };
        let sizes = Sizes {
            width: self.width,
            layers: 1,
            iterations: self.iterations,
            order: Order::Parallel,
            normal,
            kernels: &self.kernels,
            positions: &self.positions,
        };
        Ok(Box::new(FactorizedNetwork::new(&sizes, interface, &weights)?))
    }
}
