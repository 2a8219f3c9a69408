//! The wall-adapting local eddy viscosity.

use super::Closure;
use super::gradients::{Gradient, contract, strain};

/// ν_t of a velocity gradient in cells of width `delta` in m.
///
/// ```text
/// ν_t = (C_w Δ)² (Sᵈ:Sᵈ)^(3/2) / ((S:S)^(5/2) + (Sᵈ:Sᵈ)^(5/4))
/// ```
///
/// with C_w = [`Closure::WALE_CONSTANT`] and Sᵈ the symmetric part without trace of the square of the gradient. It
/// vanishes in pure shear.
///
/// Source: Nicoud & Ducros (1999), Flow Turbul. Combust. 62, 183.
#[inline(always)]
pub(super) fn viscosity(g: &Gradient, delta: f64) -> f64 {
    let mut square = [[0.0; 3]; 3];
    for i in 0..3 {
        for j in 0..3 {
            square[i][j] = g[i][0] * g[0][j] + g[i][1] * g[1][j] + g[i][2] * g[2][j];
        }
    }
    let mut traceless = strain(&square);
    let third = (traceless[0] + traceless[1] + traceless[2]) / 3.0;
    for part in &mut traceless[..3] {
        *part -= third;
    }
    let strain = strain(g);
    let (s, d) = (contract(&strain, &strain), contract(&traceless, &traceless));
    // Powers of ½ and ¼ by square roots; without motion both sums vanish, and so does ν_t.
    let root = d.sqrt();
    let denominator = s * s * s.sqrt() + d * root.sqrt();
    if denominator > 0.0 {
        (Closure::WALE_CONSTANT * delta).powi(2) * d * root / denominator
    } else {
        0.0
    }
}
