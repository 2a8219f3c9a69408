//! The U-shaped neural operator.

use crate::layers::{
    Corners, DomainPadding, FourierModes, Gelu, Pointwise, Position, Resample, SpectralConvolution,
    chained, coordinates_at, gelu, gelu_sum, with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// The U-shaped neural operator: Fourier layers to fewer cells and back, with skip connections.
///
/// ```text
/// v    = gelu(P₂ gelu(P₁ (a, θ, sin 2πx, cos 2πx)))    per cell; x: coordinates
/// Lᵢ v = gelu(K v + B (W v + b))                       to cᵢ times the cells along each axis
/// u    = Q₂ gelu(Q₁ (L₆ …, v))
/// ```
///
/// a: given states; θ: parameters; K: spectral convolution; B: bicubic interpolation. The seven layers have
/// `c = ¾, ½, ¼, ¼, ½, ¾, 1` times the cells of the input and `3/2, 3, 6, 6, 3, 3/2, 1` times `width`
/// channels. Layers on the way up act on the concatenation with the layer of the same cells on the way down.
///
/// One thing differs from the published code: padding is appended to axes that are not periodic, not to all.
///
/// Source: Rahman, Ross & Azizzadenesheli (2023), arXiv 2204.11127, §4, and `navier_stokes_uno2d.py` of its
/// code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Uno {
    /// Channels on the full grid, even, > 0. Default 16.
    pub width: usize,
    /// Fourier modes of each sign in the layers from or to all, ¾ and ½ of the cells, > 0; limited to half of the
    /// smaller number of cells, before or after the layer. Default `[22, 14, 6]`.
    pub modes: [usize; 3],
    /// Cells of zeros appended to each axis that is not periodic. Default 8.
    pub padding: usize,
}

impl Default for Uno {
    fn default() -> Self {
        Self { width: 16, modes: [22, 14, 6], padding: 8 }
    }
}

impl Part for Uno {
    const NAME: &'static str = "uno";
    const SUMMARY: &'static str = "U-shaped neural operator (Rahman et al. 2023), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let even = self.width > 0 && self.width.is_multiple_of(2);
        Invalid::unless(even, "width", self.width, "even and greater than 0")?;
        all_positive(&self.modes.map(|modes| ("modes", modes)))
    }
}

impl Architecture for Uno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let cells = interface.plane(Self::NAME)?;
        let padding = DomainPadding(interface.padding(self.padding));
        let all = padding.padded(&cells);
        let part = |quarters: usize| -> Vec<usize> {
            all.iter().map(|cells| (cells * quarters / 4).max(1)).collect()
        };
        let (width, [fine, middle, coarse]) = (self.width, self.modes);
        let [w0, w1, w2, w3] = [width, 3 * width / 2, 3 * width, 6 * width];
        // Channels, modes, and quarters of the cells, each before and after the layer.
        let sizes = [
            ([w0, w1], fine, [4, 3]),
            ([w1, w2], middle, [3, 2]),
            ([w2, w3], coarse, [2, 1]),
            ([w3, w3], coarse, [1, 1]),
            ([w3, w2], coarse, [1, 2]),
            ([2 * w2, w1], middle, [2, 3]),
            ([2 * w1, w0], fine, [3, 4]),
        ];
        let layer = |(number, (channels, modes, quarters)): (usize, ([usize; 2], usize, _))| {
            let weights = weights.pp(format!("layer-{number}"));
            Layer::new(channels, modes, <[usize; 2]>::map(quarters, part), &weights)
        };
        let (inputs, outputs) = (interface.inputs() + 2 * cells.len(), interface.outputs());
        let phases =
            (coordinates_at(Position::Ends, &cells, weights.device(), weights.dtype())? * TAU)?;
        Ok(Box::new(UnoOperator {
            positions: Tensor::cat(&[phases.sin()?, phases.cos()?], 1)?,
            padding,
            lift: [
                Pointwise::new(inputs, width / 2, &weights.pp("lift.0"))?,
                Pointwise::new(width / 2, width, &weights.pp("lift.1"))?,
            ],
            layers: sizes.into_iter().enumerate().map(layer).collect::<CandleResult<_>>()?,
            widen: Pointwise::new(2 * width, 4 * width, &weights.pp("widen"))?,
            project: Pointwise::new(4 * width, outputs, &weights.pp("project"))?,
        }))
    }
}

struct UnoOperator {
    /// Sines and cosines of the coordinates, `[1, 2·axis, x, y]`.
    positions: Tensor,
    padding: DomainPadding,
    lift: [Pointwise; 2],
    layers: Vec<Layer>,
    widen: Pointwise,
    project: Pointwise,
}

impl Operator for UnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = with_constants(&inputs.channels()?, &self.positions)?;
        let v = gelu(&chained::<Gelu>(&v, &self.lift.each_ref())?)?;
        let v = self.padding.pad(&v)?;
        let layer = |number: usize, v: &Tensor| self.layers[number].forward(v);
        let first = layer(0, &v)?;
        let second = layer(1, &first)?;
        let coarse = layer(3, &layer(2, &second)?)?;
        let back = layer(5, &Tensor::cat(&[layer(4, &coarse)?, second], 1)?)?;
        let back = layer(6, &Tensor::cat(&[back, first], 1)?)?;
        let both = self.padding.crop(&Tensor::cat(&[back, v], 1)?)?;
        chained::<Gelu>(&both, &[&self.widen, &self.project])
    }
}

struct Layer {
    spectral: SpectralConvolution,
    local: Pointwise,
    resample: Resample,
}

impl Layer {
    fn new(
        channels: [usize; 2],
        modes: usize,
        [from, onto]: [Vec<usize>; 2],
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let modes = FourierModes::lowest(modes, &from).onto(&onto);
        let (device, dtype) = (weights.device(), weights.dtype());
        Ok(Self {
            spectral: SpectralConvolution::new(channels, &modes, &weights.pp("spectral"))?,
            local: Pointwise::new(channels[0], channels[1], &weights.pp("local"))?,
            resample: Resample::bicubic(&from, &onto, Corners::Aligned, device, dtype)?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        gelu_sum(&self.spectral.forward(v)?, &self.resample.forward(&self.local.forward(v)?)?)
    }
}
