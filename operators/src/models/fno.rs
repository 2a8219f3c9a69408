//! The Fourier neural operator.

pub(super) mod neuraloperator;

use self::neuraloperator::{Blocks, full};
use crate::layers::{
    Gelu, Margin, Pointwise, Position, SpectralConvolution, Waves, chained, coordinates_at,
    gelu_sum, with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The Fourier neural operator.
///
/// ```text
/// v₀   = P(a, x)                    lifting, per cell; a: states and parameters, x: coordinates
/// vₗ₊₁ = gelu(K vₗ + W vₗ + b)       K: spectral convolution; the last layer without gelu
/// u    = Q gelu(R v_L)              projection, per cell
/// ```
///
/// Weights are real numbers, so that every complex one counts twice.
///
/// Source: Li et al. (2021), arXiv 2010.08895, eqs. (2)–(4), and what [`FnoStyle`] names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fno {
    /// Which of its forms. Default `inner`.
    pub style: FnoStyle,
    /// Kept waves along an axis, of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers, > 0. Default 4.
    pub layers: usize,
    /// Channels of the projection, and of neuraloperator's lifting, > 0. Default 128.
    pub projection: usize,
    /// Cells of zeros beyond the end of every axis that is not periodic. Default 8.
    pub padding: usize,
}

/// The forms of the Fourier neural operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FnoStyle {
    /// Coordinates are those of the cells' centres, and padding is inside the spectral convolutions
    /// (see [`SpectralConvolution`]): the layers between them never see it.
    #[default]
    Inner,
    /// As in `fourier_2d.py` and `fourier_3d.py` of the original: coordinates from 0 to 1 with both
    /// ends, and the padding is there from the lifting to the projection.
    Original,
    /// As in the library neuraloperator: see [`neuraloperator`].
    Neuraloperator,
}

impl Default for Fno {
    fn default() -> Self {
        Self {
            style: FnoStyle::Inner,
            modes: 12,
            width: 32,
            layers: 4,
            projection: 128,
            padding: 8,
        }
    }
}

impl Part for Fno {
    const NAME: &'static str = "fno";
    const SUMMARY: &'static str = "Fourier neural operator (Li et al. 2021)";

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("projection", self.projection),
        ])
    }
}

impl Architecture for Fno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, padding) = (interface.axes(), interface.beyond_walls(self.padding));
        let (waves, position, margin) = match self.style {
            FnoStyle::Inner => {
                let waves = Waves::lowest(self.modes, cells).padded(&padding);
                (waves, Position::Centre, Margin(vec![0; cells.len()]))
            }
            FnoStyle::Original => {
                let margin = Margin(padding);
                (Waves::lowest(self.modes, &margin.around(cells)), Position::Ends, margin)
            }
            FnoStyle::Neuraloperator => {
                let Self { modes, width, layers, projection: hidden, .. } = *self;
                let blocks = Blocks { modes, width, layers, hidden, padding };
                return Ok(Box::new(blocks.build(interface, &weights, full)?));
            }
        };
        let width = self.width;
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            Ok(Layer {
                spectral: SpectralConvolution::new([width; 2], &waves, &weights.pp("spectral"))?,
                local: Pointwise::new(width, width, &weights.pp("local"))?,
            })
        };
        let (inputs, hidden) = (interface.inputs() + cells.len(), self.projection);
        Ok(Box::new(FnoOperator {
            coordinates: coordinates_at(position, cells, weights.device(), weights.dtype())?,
            margin,
            lift: Pointwise::new(inputs, width, &weights.pp("lift"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            widen: Pointwise::new(width, hidden, &weights.pp("widen"))?,
            project: Pointwise::new(hidden, interface.outputs(), &weights.pp("project"))?,
        }))
    }
}

struct FnoOperator {
    coordinates: Tensor,
    margin: Margin,
    lift: Pointwise,
    layers: Vec<Layer>,
    widen: Pointwise,
    project: Pointwise,
}

struct Layer {
    spectral: SpectralConvolution,
    local: Pointwise,
}

impl Operator for FnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = self.lift.forward(&with_constants(&inputs.channels()?, &self.coordinates)?)?;
        let mut v = self.margin.add(&v)?;
        let (last, first) = self.layers.split_last().expect("there is at least one layer");
        for layer in first {
            v = gelu_sum(&layer.spectral.forward(&v)?, &layer.local.forward(&v)?)?;
        }
        v = self.margin.cut(&(last.spectral.forward(&v)? + last.local.forward(&v)?)?)?;
        chained::<Gelu>(&v, &[&self.widen, &self.project])
    }
}
