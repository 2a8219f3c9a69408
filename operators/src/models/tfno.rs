//! The tensorized Fourier neural operator.

mod factors;

use super::fno::neuraloperator::Blocks;
use crate::operator::all_positive;
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The Fourier neural operator of neuraloperator, its spectral weights low-rank tensors.
///
/// ```text
/// W(k, c, o) = Σ_r G(r₁, …, rₙ) U₁(k₁, r₁) … Uₙ(o, rₙ)       Tucker
///            = Σ_r λ(r) U₁(k₁, r) … Uₙ(o, r)                 CP
/// ```
///
/// Core and factors are complex. Ranks keep about the given share of the full weight's numbers.
///
/// Source: Kossaifi et al. (2024), arXiv 2310.00120, §3.2; tensorly-torch 0.5 and tensorly 0.10 for
/// the ranks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tfno {
    /// How weights are made of factors. Default `tucker`.
    pub factorization: Factorization,
    /// The share of the full weight's numbers that is kept, > 0, ≤ 1. Default 0.1.
    pub rank: f64,
    /// Kept waves along an axis, of each sign, > 0. Default 8.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers, > 0. Default 4.
    pub layers: usize,
    /// Channels of the projection and of the lifting, > 0. Default 64.
    pub projection: usize,
    /// Cells of zeros beyond the end of every axis that is not periodic. Default 8.
    pub padding: usize,
}

/// Low-rank forms of a tensor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factorization {
    /// A small core, and a matrix for every axis.
    #[default]
    Tucker,
    /// A sum of outer products.
    Cp,
}

impl Default for Tfno {
    fn default() -> Self {
        Self {
            factorization: Factorization::Tucker,
            rank: 0.1,
            modes: 8,
            width: 32,
            layers: 4,
            projection: 64,
            padding: 8,
        }
    }
}

impl Part for Tfno {
    const NAME: &'static str = "tfno";
    const SUMMARY: &'static str = "tensorized Fourier neural operator (Kossaifi et al. 2024)";

    fn check(&self) -> Result<(), Invalid> {
        let share = self.rank > 0.0 && self.rank <= 1.0;
        Invalid::unless(share, "rank", self.rank, "greater than 0 and at most 1")?;
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("projection", self.projection),
        ])
    }
}

impl Architecture for Tfno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let padding = interface.beyond_walls(self.padding);
        let Self { modes, width, layers, projection: hidden, .. } = *self;
        let blocks = Blocks { modes, width, layers, hidden, padding };
        let operator = blocks.build(interface, &weights, |shape, weights| {
            factors::kernel(self.factorization, self.rank, shape, weights)
        })?;
        Ok(Box::new(operator))
    }
}
