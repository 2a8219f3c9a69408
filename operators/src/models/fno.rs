//! The Fourier neural operator.

use crate::layers::{Pointwise, SpectralConvolution, Waves, coordinates, gelu, gelu_sum};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The two-dimensional Fourier neural operator in its original form.
///
/// ```text
/// v₀   = P(a, x)                    lifting, per cell; a: states and parameters, x: coordinates
/// vₗ₊₁ = gelu(K vₗ + W vₗ + b)       K: spectral convolution; the last layer without gelu
/// u    = Q gelu(R v_L)              projection, per cell
/// ```
///
/// Source: Li et al. (2021), arXiv 2010.08895, eqs. (2)–(4), and `fourier_2d.py` of its code.
/// Three things differ: coordinates are those of cell centres; padding is inside the spectral
/// convolutions (see [`SpectralConvolution`]), not around all layers; and weights are real numbers,
/// so that every complex one counts twice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Fno {
    /// Kept waves along an axis, of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers, > 0. Default 4.
    pub layers: usize,
    /// Channels of the projection, > 0. Default 128.
    pub projection: usize,
    /// Cells of zeros beyond the end of every axis that is not periodic. Default 8.
    pub padding: usize,
}

impl Default for Fno {
    fn default() -> Self {
        Self { modes: 12, width: 32, layers: 4, projection: 128, padding: 8 }
    }
}

impl Part for Fno {
    const NAME: &'static str = "fno";
    const SUMMARY: &'static str = "Fourier neural operator (Li et al. 2021), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("modes", self.modes),
            ("width", self.width),
            ("layers", self.layers),
            ("projection", self.projection),
        ];
        sizes
            .into_iter()
            .try_for_each(|(key, size)| Invalid::unless(size > 0, key, size, "greater than 0"))
    }
}

impl Architecture for Fno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let cells = interface.plane(Self::NAME)?;
        let padding = [0, 1].map(|axis| if interface.periodic[axis] { 0 } else { self.padding });
        let waves = Waves::lowest(self.modes, &cells).padded(&padding);
        let width = self.width;
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let spectral = weights.pp("spectral");
            Ok(Layer {
                spectral: SpectralConvolution::new([width; 2], &waves, &spectral)?,
                local: Pointwise::new(width, width, &weights.pp("local"))?,
            })
        };
        let inputs = interface.inputs() + cells.len();
        let hidden = self.projection;
        Ok(Box::new(FnoOperator {
            coordinates: coordinates(&cells, weights.device(), weights.dtype())?,
            lift: Pointwise::new(inputs, width, &weights.pp("lift"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            widen: Pointwise::new(width, hidden, &weights.pp("widen"))?,
            project: Pointwise::new(hidden, interface.outputs(), &weights.pp("project"))?,
        }))
    }
}

struct FnoOperator {
    coordinates: Tensor,
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
        let (_, axes, nx, ny) = self.coordinates.dims4()?;
        let coordinates = self.coordinates.broadcast_as((inputs.batch()?, axes, nx, ny))?;
        let mut v = self.lift.forward(&Tensor::cat(&[inputs.channels()?, coordinates], 1)?)?;
        let (last, first) = self.layers.split_last().expect("there is at least one layer");
        for layer in first {
            v = gelu_sum(&layer.spectral.forward(&v)?, &layer.local.forward(&v)?)?;
        }
        v = (last.spectral.forward(&v)? + last.local.forward(&v)?)?;
        self.project.forward(&gelu(&self.widen.forward(&v)?)?)
    }
}
