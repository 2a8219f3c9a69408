//! The Fourier neural operator of `CFDBench`.

use crate::layers::{Gelu, Pointwise, SpectralConvolution, Waves, chained, coordinates, gelu_sum};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The Fourier neural operator as `CFDBench` has it: GELU after every layer, also the last, and no
/// padding, whatever the walls.
///
/// ```text
/// v₀   = P(a, x)                    lifting, per cell; a: states and parameters, x: coordinates
/// vₗ₊₁ = gelu(K vₗ + W vₗ + b)       K: spectral convolution
/// u    = Q gelu(R v_L)              projection, per cell
/// ```
///
/// On its interface (u, v and a mask, 5 parameters) it has the 1,188,706 weights of the original, if
/// complex ones count once. Coordinates are those of the cells' centres.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963; Li et al. (2021), arXiv 2010.08895.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CfdbenchFno {
    /// Kept waves along an axis, of each sign, > 0. Default 12.
    pub modes: usize,
    /// Channels of the hidden layers, > 0. Default 32.
    pub width: usize,
    /// Fourier layers. Default 4.
    pub layers: usize,
    /// Channels of the projection, > 0. Default 128.
    pub projection: usize,
}

impl Default for CfdbenchFno {
    fn default() -> Self {
        Self { modes: 12, width: 32, layers: 4, projection: 128 }
    }
}

impl Part for CfdbenchFno {
    const NAME: &'static str = "cfdbench-fno";
    const SUMMARY: &'static str =
        "Fourier neural operator in the form of CFDBench (Luo et al. 2023)";

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [("modes", self.modes), ("width", self.width), ("projection", self.projection)];
        sizes
            .into_iter()
            .try_for_each(|(key, size)| Invalid::unless(size > 0, key, size, "greater than 0"))
    }
}

impl Architecture for CfdbenchFno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let cells = interface.axes();
        let waves = Waves::lowest(self.modes, cells);
        let (width, hidden) = (self.width, self.projection);
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let spectral = weights.pp("spectral");
            let spectral = SpectralConvolution::new([width; 2], &waves, &spectral)?;
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
