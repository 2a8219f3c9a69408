//! The Fourier neural operator of the library neuraloperator, and the base of TFNO.
//!
//! ```text
//! v₀   = P₂ gelu(P₁ (a, θ, x))                x: coordinates of the lower faces of the cells
//! w    = gelu(K vₗ + W vₗ + b)                K: spectral convolution
//! vₗ₊₁ = gelu(M₂ gelu(M₁ w) + g ∘ vₗ)         M₁: to half the channels, M₂: back; g: channel scale
//! u    = Q₂ gelu(Q₁ v_L)
//! ```
//!
//! The two outer GELUs are omitted in the last layer. The spectral convolution has one more Fourier mode along
//! the last axis than along the others. Padding, which the library does not have by default, is inside the
//! spectral convolution.
//!
//! Source: neuraloperator, `neuralop/models/fno.py` and `layers/fno_block.py`, with their defaults;
//! `n_modes = 2 modes` along every axis. (Release 2.0.0 on PyPI shifts the modes of axes with an odd number of
//! modes incorrectly.)

use crate::layers::{
    Fourier, FourierModes, Gelu, Pointwise, Position, chained, channel_scale, coordinates_at,
    gelu_sum, with_constants,
};
use crate::{Inputs, Interface, Operator};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// The sizes of the network.
pub(crate) struct Blocks {
    pub(crate) modes: usize,
    pub(crate) width: usize,
    pub(crate) layers: usize,
    /// Channels within lifting and projection.
    pub(crate) hidden: usize,
    /// Cells of zeros appended to each axis.
    pub(crate) padding: Vec<usize>,
}

/// A parametrization of the weight of a spectral convolution, `[…modes, re|im, channel, out]`.
pub(crate) trait SpectralWeight: Send + Sync {
    fn weight(&self) -> Result<Tensor>;
}

/// The full weight: a matrix for each Fourier mode.
pub(crate) fn full(shape: &[usize], weights: &VarBuilder) -> Result<Box<dyn SpectralWeight>> {
    struct Full(Tensor);

    impl SpectralWeight for Full {
        fn weight(&self) -> Result<Tensor> {
            Ok(self.0.clone())
        }
    }

    let normal = Init::Randn { mean: 0.0, stdev: standard_deviation(shape) };
    Ok(Box::new(Full(weights.get_with_hints(shape, "weight", normal)?)))
}

/// The standard deviation of real and imaginary parts of a complex weight with `√(2/(channels + out))`.
pub(crate) fn standard_deviation(shape: &[usize]) -> f64 {
    let channels: usize = shape[shape.len() - 2..].iter().sum();
    (1.0 / channels as f64).sqrt()
}

impl Blocks {
    /// The network with the given parametrization of its spectral weights.
    pub(crate) fn build(
        &self,
        interface: &Interface,
        weights: &VarBuilder,
        spectral: impl Fn(&[usize], &VarBuilder) -> Result<Box<dyn SpectralWeight>>,
    ) -> Result<NeuralOperator> {
        let (cells, width) = (interface.axes(), self.width);
        let modes = FourierModes::lowest(self.modes, cells).padded(&self.padding).inclusive();
        let (device, dtype) = (weights.device(), weights.dtype());
        let fourier = Fourier::new(&modes, device, dtype)?;
        let shape = [fourier.modes(), &[2, width, width]].concat();
        let block = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            Ok(Block {
                spectral: spectral(&shape, &weights.pp("spectral"))?,
                local: Pointwise::new(width, width, &weights.pp("local"))?,
                mix: two([width, (width / 2).max(1), width], &weights.pp("mix"))?,
                scale: weights.get_with_hints(width, "gate.weight", Init::Const(1.0))?,
            })
        };
        let blocks = (0..self.layers).map(block).collect::<Result<_>>()?;
        let inputs = interface.inputs() + cells.len();
        Ok(NeuralOperator {
            coordinates: coordinates_at(Position::Start, cells, device, dtype)?,
            lift: two([inputs, self.hidden, width], &weights.pp("lift"))?,
            blocks,
            project: two([width, self.hidden, interface.outputs()], &weights.pp("project"))?,
            fourier,
        })
    }
}

/// Two linear maps of the channels, named `0` and `1`.
fn two([channels, hidden, out]: [usize; 3], weights: &VarBuilder) -> Result<[Pointwise; 2]> {
    let first = Pointwise::new(channels, hidden, &weights.pp("0"))?;
    Ok([first, Pointwise::new(hidden, out, &weights.pp("1"))?])
}

pub(crate) struct NeuralOperator {
    coordinates: Tensor,
    lift: [Pointwise; 2],
    fourier: Fourier,
    blocks: Vec<Block>,
    project: [Pointwise; 2],
}

struct Block {
    spectral: Box<dyn SpectralWeight>,
    local: Pointwise,
    mix: [Pointwise; 2],
    scale: Tensor,
}

impl Operator for NeuralOperator {
    fn forward(&self, inputs: &Inputs) -> Result<Tensor> {
        let through =
            |[first, second]: &[Pointwise; 2], x: &Tensor| chained::<Gelu>(x, &[first, second]);
        let mut v = through(&self.lift, &with_constants(&inputs.channels()?, &self.coordinates)?)?;
        for (number, block) in self.blocks.iter().enumerate() {
            let add = |a: Tensor, b: Tensor| {
                if number + 1 < self.blocks.len() { gelu_sum(&a, &b) } else { a + b }
            };
            let w =
                add(self.fourier.map(&v, &block.spectral.weight()?)?, block.local.forward(&v)?)?;
            v = add(through(&block.mix, &w)?, channel_scale(&v, &block.scale)?)?;
        }
        through(&self.project, &v)
    }
}
