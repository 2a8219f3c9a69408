//! The Fourier neural operator.

pub(super) mod neuraloperator;

use self::neuraloperator::{Blocks, full};
use crate::layers::{
    DomainPadding, FourierModes, Gelu, Pointwise, Position, SpectralConvolution, chained,
    coordinates_at, gelu_sum, with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The Fourier neural operator.
///
/// ```text
/// v₀   = P (a, θ, x)                lifting, per cell
/// vₗ₊₁ = gelu(K vₗ + W vₗ + b)       K: spectral convolution; the last layer without GELU
/// u    = Q gelu(R v_L)              projection, per cell
/// ```
///
/// a: given states; θ: parameters; x: coordinates. Weights are real numbers: each complex weight counts
/// twice. What differs between this program and the published codes is the choice of [`FnoStyle`].
///
/// Source: Li et al. (2021), arXiv 2010.08895, eqs. (2)–(4), and the codes that [`FnoStyle`] names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fno {
    /// The variant. Default `inner`.
    pub style: FnoStyle,
    /// Fourier modes along each axis and of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers, > 0. Default 4.
    pub layers: usize,
    /// Channels of the projection, and of the lifting of `style = "neuraloperator"`, > 0. Default 128.
    pub projection_channels: usize,
    /// Cells of zeros appended to each axis that is not periodic. Default 8.
    pub padding: usize,
}

/// The variants of the Fourier neural operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FnoStyle {
    /// Coordinates are those of the cell centres. The padding is inside the spectral convolutions (see
    /// [`SpectralConvolution`]): all other layers act on the unpadded grid.
    #[default]
    Inner,
    /// As in `fourier_2d.py` and `fourier_3d.py` of Li et al.: coordinates run from 0 to 1, both included, and
    /// the padding extends from the lifting to the projection.
    Original,
    /// As in the library neuraloperator, see [`neuraloperator`].
    Neuraloperator,
}

impl Default for Fno {
    fn default() -> Self {
        Self {
            style: FnoStyle::Inner,
            modes: 12,
            width: 32,
            layers: 4,
            projection_channels: 128,
            padding: 8,
        }
    }
}

impl Part for Fno {
    const NAME: &'static str = "fno";
    const SUMMARY: &'static str = "Fourier neural operator (Li et al. 2021)";
    const RENAMED: &'static [Renamed] = &[Renamed::key("projection", "projection-channels")];

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("projection-channels", self.projection_channels),
        ])
    }
}

impl Architecture for Fno {
    /// Fourier modes and pointwise layers: weights of a map between functions.
    fn is_resolution_free(&self) -> bool {
        true
    }

    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let (cells, padding) = (interface.axes(), interface.padding(self.padding));
        let (modes, position, padding) = match self.style {
            FnoStyle::Inner => {
                let modes = FourierModes::lowest(self.modes, cells).padded(&padding);
                (modes, Position::Centre, DomainPadding(vec![0; cells.len()]))
            }
            FnoStyle::Original => {
                let padding = DomainPadding(padding);
                (FourierModes::lowest(self.modes, &padding.padded(cells)), Position::Ends, padding)
            }
            FnoStyle::Neuraloperator => {
                let Self { modes, width, layers, projection_channels: hidden, .. } = *self;
                let blocks = Blocks { modes, width, layers, hidden, padding };
                return Ok(Box::new(blocks.build(interface, &weights, full)?));
            }
        };
        let width = self.width;
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            Ok(Layer {
                spectral: SpectralConvolution::new([width; 2], &modes, &weights.pp("spectral"))?,
                local: Pointwise::new(width, width, &weights.pp("local"))?,
            })
        };
        let (inputs, hidden) = (interface.inputs() + cells.len(), self.projection_channels);
        Ok(Box::new(FnoOperator {
            coordinates: coordinates_at(position, cells, weights.device(), weights.dtype())?,
            padding,
            lift: Pointwise::new(inputs, width, &weights.pp("lift"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            widen: Pointwise::new(width, hidden, &weights.pp("widen"))?,
            project: Pointwise::new(hidden, interface.outputs(), &weights.pp("project"))?,
        }))
    }
}

struct FnoOperator {
    coordinates: Tensor,
    padding: DomainPadding,
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
        let mut v = self.padding.pad(&v)?;
        let (last, first) = self.layers.split_last().expect("there is at least one layer");
        for layer in first {
            v = gelu_sum(&layer.spectral.forward(&v)?, &layer.local.forward(&v)?)?;
        }
        v = self.padding.crop(&(last.spectral.forward(&v)? + last.local.forward(&v)?)?)?;
        chained::<Gelu>(&v, &[&self.widen, &self.project])
    }
}
