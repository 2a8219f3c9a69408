//! The factorized Fourier neural operator.

use crate::layers::{
    Identity, Pointwise, Relu, SpectralByAxis, added_chain, chained, coordinates, with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The factorized Fourier neural operator: transforms along one axis at a time, and a feed-forward
/// network behind them.
///
/// ```text
/// v₀   = P(a, x)                          lifting, per cell; a: states and parameters, x: coordinates
/// fₗ   = W₂ relu(W₁ Σ_a K_a vₗ + b₁) + b₂   K_a: spectral convolution along axis a
/// vₗ₊₁ = vₗ + fₗ
/// u    = Q R f_{L−1}                      what the last layer adds, not what it adds to
/// ```
///
/// All linear maps are weight-normalized, `W = g v/|v|` for every row. Coordinates are those of cell
/// centres; padding is inside the transforms.
///
/// Source: Tran et al. (2023), arXiv 2111.13802, eqs. (7)–(10), and `factorized_fno/grid_2d.py` of
/// its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ffno {
    /// Kept waves along an axis, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Layers, > 0. Default 4.
    pub layers: usize,
    /// How many times wider the feed-forward networks are inside, > 0. Default 4.
    pub factor: usize,
    /// Whether all layers have the same spectral weights. Default true.
    pub shared: bool,
    /// Channels of the projection, > 0. Default 128.
    pub projection: usize,
    /// Cells of zeros beyond the end of every axis that is not periodic. Default 8.
    pub padding: usize,
}

impl Default for Ffno {
    fn default() -> Self {
        Self {
            modes: 12,
            width: 32,
            layers: 4,
            factor: 4,
            shared: true,
            projection: 128,
            padding: 8,
        }
    }
}

impl Part for Ffno {
    const NAME: &'static str = "ffno";
    const SUMMARY: &'static str = "factorized Fourier neural operator (Tran et al. 2023)";

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("factor", self.factor),
            ("projection", self.projection),
        ])
    }
}

impl Architecture for Ffno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, width) = (interface.axes(), self.width);
        let padding = interface.beyond_walls(self.padding);
        let (device, dtype) = (weights.device(), weights.dtype());
        let fourier = SpectralByAxis::new(self.modes, cells, &padding, device, dtype)?;
        let shared = self.shared.then(|| self.spectral(&fourier, &weights)).transpose()?;
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let inside = self.factor * width;
            Ok(Layer {
                spectral: match &shared {
                    Some(shared) => shared.clone(),
                    None => self.spectral(&fourier, &weights)?,
                },
                widen: Normalized::new(width, inside, &weights.pp("widen"))?,
                narrow: Normalized::new(inside, width, &weights.pp("narrow"))?,
            })
        };
        let layers = (0..self.layers).map(layer).collect::<CandleResult<_>>()?;
        let (inputs, outputs) = (interface.inputs() + cells.len(), interface.outputs());
        Ok(Box::new(FfnoOperator {
            coordinates: coordinates(cells, device, dtype)?,
            fourier,
            lift: Normalized::new(inputs, width, &weights.pp("lift"))?,
            layers,
            widen: Normalized::new(width, self.projection, &weights.pp("widen"))?,
            project: Normalized::new(self.projection, outputs, &weights.pp("project"))?,
        }))
    }
}

impl Ffno {
    /// A weight an axis, normal with a tenth of Glorot's deviation.
    fn spectral(
        &self,
        fourier: &SpectralByAxis,
        weights: &VarBuilder,
    ) -> CandleResult<Vec<Tensor>> {
        let weight = |(waves, axis): (usize, &str)| {
            let stdev = 0.1 / ((2 * self.width * waves) as f64).sqrt();
            let shape = (waves, 2, self.width, self.width);
            weights.pp("spectral").get_with_hints(shape, axis, Init::Randn { mean: 0.0, stdev })
        };
        fourier.waves().into_iter().zip(["x", "y", "z"]).map(weight).collect()
    }
}

struct FfnoOperator {
    coordinates: Tensor,
    fourier: SpectralByAxis,
    lift: Normalized,
    layers: Vec<Layer>,
    widen: Normalized,
    project: Normalized,
}

struct Layer {
    spectral: Vec<Tensor>,
    widen: Normalized,
    narrow: Normalized,
}

impl Operator for FfnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let a = with_constants(&inputs.channels()?, &self.coordinates)?;
        let mut v = self.lift.map()?.forward(&a)?;
        let (last, first) = self.layers.split_last().expect("there is at least one layer");
        for layer in first {
            let sum = self.fourier.map(&v, &layer.spectral)?;
            v = added_chain::<Relu>(&v, 1.0, &sum, &[&layer.widen.map()?, &layer.narrow.map()?])?;
        }
        let sum = self.fourier.map(&v, &last.spectral)?;
        let v = chained::<Relu>(&sum, &[&last.widen.map()?, &last.narrow.map()?])?;
        chained::<Identity>(&v, &[&self.widen.map()?, &self.project.map()?])
    }
}

/// `y = g v x/|v| + b` in every cell, a g for every row of v.
///
/// Source: Salimans & Kingma (2016), arXiv 1602.07868, eq. (2).
struct Normalized {
    direction: Tensor,
    length: Tensor,
    bias: Tensor,
}

impl Normalized {
    /// v and b uniform in ±1/√channels; g is |v|'s root mean square, 1/√3.
    fn new(channels: usize, out: usize, weights: &VarBuilder) -> CandleResult<Self> {
        let bound = 1.0 / (channels as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let length = Init::Const(1.0 / 3.0_f64.sqrt());
        Ok(Self {
            direction: weights.get_with_hints((out, channels), "direction", uniform)?,
            length: weights.get_with_hints((out, 1), "length", length)?,
            bias: weights.get_with_hints(out, "bias", uniform)?,
        })
    }

    /// As it is now.
    fn map(&self) -> CandleResult<Pointwise> {
        let norm = self.direction.sqr()?.sum_keepdim(1)?.sqrt()?;
        let weight = self.direction.broadcast_mul(&(&self.length / norm)?)?;
        Ok(Pointwise::of(weight, Some(self.bias.clone())))
    }
}
