//! The multilayer perceptron.

use super::{Pointwise, Relu, chained, normalized_relu, relu};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use serde::{Deserialize, Serialize};

/// What stands between linear maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// See [`relu`].
    #[default]
    Relu,
    /// See [`normalized_relu`].
    NormalizedRelu,
}

impl Activation {
    /// Applies it.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => relu(x),
            Self::NormalizedRelu => normalized_relu(x),
        }
    }
}

/// `x₁ = W₁ x + b₁,  xₗ₊₁ = Wₗ₊₁ σ(xₗ) + bₗ₊₁`: linear maps of the channels of every cell, and an
/// activation between any two of them.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, out, …cells]`.
pub struct Perceptron {
    layers: Vec<Pointwise>,
    activation: Activation,
}

impl Perceptron {
    /// Maps between the given numbers of channels, named `0`, `1`, …
    pub fn new(widths: &[usize], activation: Activation, weights: &VarBuilder) -> Result<Self> {
        let pairs = widths.windows(2).enumerate();
        let layer = |(number, pair): (usize, &[usize])| {
            Pointwise::new(pair[0], pair[1], &weights.pp(number.to_string()))
        };
        Ok(Self { layers: pairs.map(layer).collect::<Result<_>>()?, activation })
    }

    /// Applies the maps.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if self.activation == Activation::Relu {
            return chained::<Relu>(x, &self.layers.iter().collect::<Vec<_>>());
        }
        let (first, rest) = self.layers.split_first().expect("there are two widths or more");
        rest.iter()
            .try_fold(first.forward(x)?, |x, layer| layer.forward(&self.activation.apply(&x)?))
    }
}
