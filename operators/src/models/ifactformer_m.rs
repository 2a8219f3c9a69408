//! The implicit factorized transformer with parallel kernels.

use super::factorized::{Kernels, Plan, Positions, Trunk, check};
use crate::layers::{Normal, Order};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The modified implicit factorized transformer: one layer of attention along the axes, applied
/// several times in small steps, its kernels side by side.
///
/// ```text
/// u₀   = lift(a) + E p                  p: places, as Fourier features
/// uₗ₊₁ = uₗ + F(uₗ)/L,  l = 0 … L−1       the same F every time
/// F u  = W₂ gelu(W₁ norm(K_x v, K_y v, K_z v)),   v = W_v n,  n = norm u
/// K_a(i, j) = q_i · k_j                 from the means of n over all axes but a; no softmax
/// ```
///
/// Source: arXiv 2412.18840 and its released code; of a plane, the same without z. With parameters
/// each is one more field that is lifted, where the original has none. What is published for the
/// channel flow is `width = 96`, `iterations = 10`, `kernels = { heads = 5, width = 96, gain = 0.02 }`,
/// `positions = { lengths = [4π, 2, 4π/3], frequency = 8 }`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct IFactFormerM {
    /// Channels, even and > 0. Default 48.
    pub width: usize,
    /// How often the layer is applied, L > 0. Default 4.
    pub iterations: usize,
    /// Which of two released codes. Default `2025-12`.
    pub release: Release,
    /// The kernels along the axes.
    pub kernels: Kernels,
    /// Where the cells are.
    pub positions: Positions,
}

/// Which released code of IFactFormer-m.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Release {
    /// Normalizes each plane of equal x over its cells and channels, and ends a layer with two
    /// linear maps more. The only one with a published count of weights.
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
        let plan = Plan {
            width: self.width,
            layers: 1,
            iterations: self.iterations,
            order: Order::Parallel,
            normal,
            kernels: &self.kernels,
            positions: &self.positions,
        };
        Ok(Box::new(Trunk::new(&plan, interface, &weights)?))
    }
}
