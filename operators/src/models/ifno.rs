//! The implicit Fourier neural operator.

use crate::layers::{
    FourierModes, Gelu, Pointwise, SpectralConvolution, chained, coordinates, gelu_sum,
    with_constants,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The implicit Fourier neural operator: one Fourier layer, iterated L times with step 1/L.
///
/// ```text
/// v₀   = P (a, θ, x)                      lifting, per cell
/// vₗ₊₁ = vₗ + gelu(K vₗ + W vₗ + b)/L       the same K, W, b in all L iterations
/// u    = Q gelu(R v_L)                    projection, per cell
/// ```
///
/// a: given states; θ: parameters; x: coordinates of the cell centres. Two things differ from the paper: the
/// activation is GELU, and axes that are not periodic are padded inside the spectral convolution.
///
/// Source: You et al. (2022), Comput. Methods Appl. Mech. Eng. 398, 115296 (arXiv 2203.08205), eq. (11).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Ifno {
    /// Fourier modes along each axis and of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layer, > 0. Default 32.
    pub width: usize,
    /// Iterations of the layer, L > 0. Default 4.
    pub iterations: usize,
    /// Channels of the projection, > 0. Default 128.
    pub projection_channels: usize,
    /// Cells of zeros appended to each axis that is not periodic. Default 8.
    pub padding: usize,
}

impl Default for Ifno {
    fn default() -> Self {
        Self { modes: 12, width: 32, iterations: 4, projection_channels: 128, padding: 8 }
    }
}

impl Part for Ifno {
    const NAME: &'static str = "ifno";
    const SUMMARY: &'static str = "implicit Fourier neural operator (You et al. 2022)";
    const RENAMED: &'static [Renamed] = &[Renamed::key("projection", "projection-channels")];

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("iterations", self.iterations),
            ("projection-channels", self.projection_channels),
        ])
    }
}

impl Architecture for Ifno {
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
        let modes = FourierModes::lowest(self.modes, cells).padded(&padding);
        let inputs = interface.inputs() + cells.len();
        let outputs = interface.outputs();
        Ok(Box::new(IfnoOperator {
            coordinates: coordinates(cells, weights.device(), weights.dtype())?,
            lift: Pointwise::new(inputs, width, &weights.pp("lift"))?,
            spectral: SpectralConvolution::new([width; 2], &modes, &weights.pp("spectral"))?,
            local: Pointwise::new(width, width, &weights.pp("local"))?,
            iterations: self.iterations,
            widen: Pointwise::new(width, self.projection_channels, &weights.pp("widen"))?,
            project: Pointwise::new(self.projection_channels, outputs, &weights.pp("project"))?,
        }))
    }
}

struct IfnoOperator {
    coordinates: Tensor,
    lift: Pointwise,
    spectral: SpectralConvolution,
    local: Pointwise,
    iterations: usize,
    widen: Pointwise,
    project: Pointwise,
}

impl Operator for IfnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let mut v = self.lift.forward(&with_constants(&inputs.channels()?, &self.coordinates)?)?;
        for _ in 0..self.iterations {
            let change = gelu_sum(&self.spectral.forward(&v)?, &self.local.forward(&v)?)?;
            v = (v + (change / self.iterations as f64)?)?;
        }
        chained::<Gelu>(&v, &[&self.widen, &self.project])
    }
}
