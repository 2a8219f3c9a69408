//! The multilayer perceptron.

use super::{Pointwise, Relu, chained, normalized_relu, relu};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use serde::{Deserialize, Serialize};

/// The activation between the linear maps of a perceptron.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivationKind {
    /// See [`relu`].
    #[default]
    Relu,
    /// See [`normalized_relu`].
    NormalizedRelu,
}

impl ActivationKind {
    /// Applies it.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => relu(x),
            Self::NormalizedRelu => normalized_relu(x),
        }
    }
}

/// Linear maps of the channels of every cell, with an activation σ between any two of them:
/// `x₁ = W₁ x + b₁,  xₗ₊₁ = Wₗ₊₁ σ(xₗ) + bₗ₊₁`.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`.
pub struct Perceptron {
    layers: Vec<Pointwise>,
    activation: ActivationKind,
}

impl Perceptron {
    /// Maps between consecutive widths, whose weights are named `0`, `1`, …; at least two widths.
    pub fn new(widths: &[usize], activation: ActivationKind, weights: &VarBuilder) -> Result<Self> {
        let pairs = widths.windows(2).enumerate();
        let layer = |(number, pair): (usize, &[usize])| {
            Pointwise::new(pair[0], pair[1], &weights.pp(number.to_string()))
        };
        Ok(Self { layers: pairs.map(layer).collect::<Result<_>>()?, activation })
    }

    /// Applies the maps.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if self.activation == ActivationKind::Relu {
            return chained::<Relu>(x, &self.layers.iter().collect::<Vec<_>>());
        }
        let (first, rest) = self.layers.split_first().expect("there are at least two widths");
        rest.iter()
            .try_fold(first.forward(x)?, |x, layer| layer.forward(&self.activation.apply(&x)?))
    }
}
