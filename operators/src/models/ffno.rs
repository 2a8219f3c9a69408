//! The factorized Fourier neural operator.

use crate::layers::{
    Identity, Pointwise, Relu, SpectralByAxis, added_chain, chained, coordinates, with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The factorized Fourier neural operator: spectral convolutions along one axis at a time, followed by a
/// feed-forward network.
///
/// ```text
/// v₀   = P (a, θ, x)                      lifting, per cell
/// fₗ   = W₂ relu(W₁ Σ_a K_a vₗ + b₁) + b₂   K_a: spectral convolution along axis a
/// vₗ₊₁ = vₗ + fₗ
/// u    = Q R f_{L−1}                      of the last layer's increment, not of v_L
/// ```
///
/// a: given states; θ: parameters; x: coordinates of the cell centres. All linear maps are weight-normalized,
/// `W = g v/|v|` for each row. One thing differs from the published code: only axes that are not periodic are
/// padded, and the padding is inside the spectral convolutions.
///
/// Source: Tran et al. (2023), arXiv 2111.13802, eqs. (7)–(10), and `factorized_fno/grid_2d.py` of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ffno {
    /// Fourier modes along each axis, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Layers, > 0. Default 4.
    pub layers: usize,
    /// Hidden channels of the feed-forward networks over `width`, > 0. Default 4.
    pub factor: usize,
    /// Whether all layers share their spectral weights. Default true.
    pub share_weight: bool,
    /// Channels of the projection, > 0. Default 128.
    pub projection_channels: usize,
    /// Cells of zeros appended to each axis that is not periodic. Default 8.
    pub padding: usize,
}

impl Default for Ffno {
    fn default() -> Self {
        Self {
            modes: 12,
            width: 32,
            layers: 4,
            factor: 4,
            share_weight: true,
            projection_channels: 128,
            padding: 8,
        }
    }
}

impl Part for Ffno {
    const NAME: &'static str = "ffno";
    const SUMMARY: &'static str = "factorized Fourier neural operator (Tran et al. 2023)";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("shared", "share-weight"),
        Renamed::key("projection", "projection-channels"),
    ];

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("factor", self.factor),
            ("projection-channels", self.projection_channels),
        ])
    }
}

impl Architecture for Ffno {
    /// Fourier modes and pointwise layers: weights of a map between functions.
    fn is_resolution_free(&self) -> bool {
        true
    }

    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, width) = (interface.axes(), self.width);
        let padding = interface.padding(self.padding);
        let (device, dtype) = (weights.device(), weights.dtype());
        let fourier = SpectralByAxis::new(self.modes, cells, &padding, device, dtype)?;
        let shared = self.share_weight.then(|| self.spectral(&fourier, &weights)).transpose()?;
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let inside = self.factor * width;
            Ok(Layer {
                spectral: match &shared {
                    Some(shared) => shared.clone(),
                    None => self.spectral(&fourier, &weights)?,
                },
                widen: WeightNormalized::new(width, inside, &weights.pp("widen"))?,
                narrow: WeightNormalized::new(inside, width, &weights.pp("narrow"))?,
            })
        };
        let layers = (0..self.layers).map(layer).collect::<CandleResult<_>>()?;
        let (inputs, outputs) = (interface.inputs() + cells.len(), interface.outputs());
        Ok(Box::new(FfnoOperator {
            coordinates: coordinates(cells, device, dtype)?,
            fourier,
            lift: WeightNormalized::new(inputs, width, &weights.pp("lift"))?,
            layers,
            widen: WeightNormalized::new(width, self.projection_channels, &weights.pp("widen"))?,
            project: WeightNormalized::new(
                self.projection_channels,
                outputs,
                &weights.pp("project"),
            )?,
        }))
    }
}

impl Ffno {
    /// One weight per axis, normal with a tenth of the standard deviation of Glorot & Bengio (2010).
    fn spectral(
        &self,
        fourier: &SpectralByAxis,
        weights: &VarBuilder,
    ) -> CandleResult<Vec<Tensor>> {
        let weight = |(modes, axis): (usize, &str)| {
            let stdev = 0.1 / ((2 * self.width * modes) as f64).sqrt();
            let shape = (modes, 2, self.width, self.width);
            weights.pp("spectral").get_with_hints(shape, axis, Init::Randn { mean: 0.0, stdev })
        };
        fourier.modes().into_iter().zip(["x", "y", "z"]).map(weight).collect()
    }
}

struct FfnoOperator {
    coordinates: Tensor,
    fourier: SpectralByAxis,
    lift: WeightNormalized,
    layers: Vec<Layer>,
    widen: WeightNormalized,
    project: WeightNormalized,
}

struct Layer {
    spectral: Vec<Tensor>,
    widen: WeightNormalized,
    narrow: WeightNormalized,
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

/// A weight-normalized linear map of the channels, `y = g v x/|v| + b`, with one g for each row of v.
///
/// Source: Salimans & Kingma (2016), arXiv 1602.07868, eq. (2).
struct WeightNormalized {
    direction: Tensor,
    length: Tensor,
    bias: Tensor,
}

impl WeightNormalized {
    /// v and b are uniform in ±1/√channels; g is the root mean square of |v|, 1/√3.
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

    /// The map with the current weights.
    fn map(&self) -> CandleResult<Pointwise> {
        let norm = self.direction.sqr()?.sum_keepdim(1)?.sqrt()?;
        let weight = self.direction.broadcast_mul(&(&self.length / norm)?)?;
        Ok(Pointwise::of(weight, Some(self.bias.clone())))
    }
}
