//! The Fourier neural operator of `CFDBench`.

use crate::layers::{
    FourierModes, Gelu, Pointwise, SpectralConvolution, chained, coordinates, gelu_sum,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The Fourier neural operator of `CFDBench`: GELU after every layer including the last, and no padding.
///
/// ```text
/// v₀   = P (a, θ, x)                lifting, per cell
/// vₗ₊₁ = gelu(K vₗ + W vₗ + b)       K: spectral convolution
/// u    = Q gelu(R v_L)              projection, per cell
/// ```
///
/// a: given states; θ: parameters; x: coordinates of the cell centres.
///
/// On `CFDBench`'s interface (u, v and a mask, 5 parameters) it has the 1,188,706 weights of the original if
/// each complex weight counts once.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963; Li et al. (2021), arXiv 2010.08895.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CfdbenchFno {
    /// Fourier modes along each axis and of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers. Default 4.
    pub layers: usize,
    /// Channels of the projection, > 0. Default 128.
    pub projection_channels: usize,
}

impl Default for CfdbenchFno {
    fn default() -> Self {
        Self { modes: 12, width: 32, layers: 4, projection_channels: 128 }
    }
}

impl Part for CfdbenchFno {
    const NAME: &'static str = "cfdbench-fno";
    const SUMMARY: &'static str = "Fourier neural operator as in CFDBench (Luo et al. 2023)";
    const RENAMED: &'static [Renamed] = &[Renamed::key("projection", "projection-channels")];

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[
            ("modes", self.modes),
            ("width", self.width),
            ("projection-channels", self.projection_channels),
        ])
    }
}

impl Architecture for CfdbenchFno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let cells = interface.axes();
        let modes = FourierModes::lowest(self.modes, cells);
        let (width, hidden) = (self.width, self.projection_channels);
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let spectral = weights.pp("spectral");
            let spectral = SpectralConvolution::new([width; 2], &modes, &spectral)?;
            Ok((spectral, Pointwise::new(width, width, &weights.pp("local"))?))
        };
        Ok(Box::new(CfdbenchFnoOperator {
            coordinates: coordinates(cells, weights.device(), weights.dtype())?,
            lift: Pointwise::new(interface.inputs() + cells.len(), width, &weights.pp("lift"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            widen: Pointwise::new(width, hidden, &weights.pp("widen"))?,
            project: Pointwise::new(hidden, interface.outputs(), &weights.pp("project"))?,
        }))
    }
}

struct CfdbenchFnoOperator {
    coordinates: Tensor,
    lift: Pointwise,
    layers: Vec<(SpectralConvolution, Pointwise)>,
    widen: Pointwise,
    project: Pointwise,
}

impl Operator for CfdbenchFnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let shape = [&[inputs.batch()?], &self.coordinates.dims()[1..]].concat();
        let coordinates = self.coordinates.broadcast_as(shape)?;
        let v = self.lift.forward(&Tensor::cat(&[inputs.channels()?, coordinates], 1)?)?;
        let v = self.layers.iter().try_fold(v, |v, (spectral, local)| {
            gelu_sum(&spectral.forward(&v)?, &local.forward(&v)?)
        })?;
        chained::<Gelu>(&v, &[&self.widen, &self.project])
    }
}
