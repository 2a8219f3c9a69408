//! Subgrid closures of large-eddy simulation.

mod dynamic_smagorinsky;
mod gradients;
mod stresses;
mod wale;

pub(super) use stresses::Stresses;

use serde::{Deserialize, Serialize};

/// What stands for the motion below the grid's cells: a viscosity ν_t that turbulence adds.
///
/// ```text
/// τ(i,j) = −2 ν_t S(i,j),   S = ½ (∇u + ∇uᵀ),   Δ = (Δx Δy Δz)^⅓
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closure {
    /// Nothing: the grid is to resolve all motion.
    #[default]
    None,
    /// ν_t = C Δ² |S|, with C from the resolved motion at twice the width, averaged over planes.
    DynamicSmagorinsky,
    /// The wall-adapting local eddy viscosity, which vanishes at walls as y³.
    Wale,
}

impl Closure {
    /// C_w of [`Closure::Wale`]. The source has 0.5 for decaying isotropic turbulence; 0.325 is used in channels.
    pub const WALE_CONSTANT: f64 = 0.325;
}
