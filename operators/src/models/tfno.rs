//! The tensorized Fourier neural operator.

mod factors;

use super::fno::neuraloperator::Blocks;
use crate::operator::all_positive;
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The tensorized Fourier neural operator: the variant of the library neuraloperator with spectral weights
/// that are low-rank tensors.
///
/// ```text
/// W(k, c, o) = Σ_r G(r₁, …, rₙ) U₁(k₁, r₁) … Uₙ(o, rₙ)       Tucker
///            = Σ_r λ(r) U₁(k₁, r) … Uₙ(o, r)                 CP
/// ```
///
/// Core and factors are complex. The ranks are chosen such that about the fraction `rank` of the full number
/// of weights remains.
///
/// Source: Kossaifi et al. (2024), arXiv 2310.00120, §3.2; the ranks are those of tensorly-torch 0.5 and
/// tensorly 0.10.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tfno {
    /// The factorization of the spectral weights. Default `tucker`.
    pub factorization: Factorization,
    /// The fraction of the full number of spectral weights, > 0, ≤ 1. Default 0.1.
    pub rank: f64,
    /// Fourier modes along each axis and of each sign, > 0. Default 8.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers, > 0. Default 4.
    pub layers: usize,
    /// Channels of the projection and of the lifting, > 0. Default 64.
    pub projection_channels: usize,
    /// Cells of zeros appended to each axis that is not periodic. Default 8.
    pub padding: usize,
}

/// Low-rank factorizations of a tensor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factorization {
    /// A core tensor and one matrix per axis.
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
            projection_channels: 64,
            padding: 8,
        }
    }
}

impl Part for Tfno {
    const NAME: &'static str = "tfno";
    const SUMMARY: &'static str = "tensorized Fourier neural operator (Kossaifi et al. 2024)";
    const RENAMED: &'static [Renamed] = &[Renamed::key("projection", "projection-channels")];

    fn check(&self) -> Result<(), Invalid> {
        let is_fraction = self.rank > 0.0 && self.rank <= 1.0;
        Invalid::unless(is_fraction, "rank", self.rank, "greater than 0 and at most 1")?;
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("projection-channels", self.projection_channels),
        ])
    }
}

impl Architecture for Tfno {
    /// Fourier modes and pointwise layers: weights of a map between functions.
    fn is_resolution_free(&self) -> bool {
        true
    }

    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let padding = interface.padding(self.padding);
        let Self { modes, width, layers, projection_channels: hidden, .. } = *self;
        let blocks = Blocks { modes, width, layers, hidden, padding };
        let operator = blocks.build(interface, &weights, |shape, weights| {
            factors::factorized(self.factorization, self.rank, shape, weights)
        })?;
        Ok(Box::new(operator))
    }
}
