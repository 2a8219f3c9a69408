//! The Fourier neural operator of the library neuraloperator, and with it TFNO's.
//!
//! ```text
//! v₀   = P₂ gelu(P₁ (a, x))                  x: coordinates of the cells' starts
//! w    = gelu(K vₗ + W vₗ + b)                K: spectral convolution
//! vₗ₊₁ = gelu(M₂ gelu(M₁ w) + g ∘ vₗ)         M₁ halves the channels, M₂ doubles them; g: a gate
//! u    = Q₂ gelu(Q₁ v_L)
//! ```
//!
//! The last layer is without its two outer gelus. The spectral convolution keeps one wave more along
//! the last axis. Padding, which the library does not have by default, is inside of it.
//!
//! Source: neuraloperator, `neuralop/models/fno.py` and `layers/fno_block.py`, with their defaults;
//! `n_modes = 2 modes` along every axis. (PyPI's 2.0.0 shifts the waves of odd axes wrongly.)

use crate::layers::{
    Fourier, Gelu, Pointwise, Position, Waves, chained, coordinates_at, gate, gelu_sum,
    with_constants,
};
use crate::{Inputs, Interface, Operator};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// The sizes of all blocks.
pub(crate) struct Blocks {
    pub(crate) modes: usize,
    pub(crate) width: usize,
    pub(crate) layers: usize,
    /// Channels inside of lifting and projection.
    pub(crate) hidden: usize,
    /// Cells of zeros beyond every axis.
    pub(crate) padding: Vec<usize>,
}

/// What makes a spectral convolution's weight, `[…waves, re|im, channel, out]`.
pub(crate) trait Kernel: Send + Sync {
    fn weight(&self) -> Result<Tensor>;
}

/// A weight of its own for every wave.
pub(crate) fn full(shape: &[usize], weights: &VarBuilder) -> Result<Box<dyn Kernel>> {
    struct Full(Tensor);

    impl Kernel for Full {
        fn weight(&self) -> Result<Tensor> {
            Ok(self.0.clone())
        }
    }

    let normal = Init::Randn { mean: 0.0, stdev: deviation(shape) };
    Ok(Box::new(Full(weights.get_with_hints(shape, "weight", normal)?)))
}

/// Of each part of a weight that has the deviation `√(2/(channels + out))`.
pub(crate) fn deviation(shape: &[usize]) -> f64 {
    let channels: usize = shape[shape.len() - 2..].iter().sum();
    (1.0 / channels as f64).sqrt()
}

impl Blocks {
    /// The network, with kernels of that kind.
    pub(crate) fn build(
        &self,
        interface: &Interface,
        weights: &VarBuilder,
        kernel: impl Fn(&[usize], &VarBuilder) -> Result<Box<dyn Kernel>>,
    ) -> Result<NeuralOperator> {
        let (cells, width) = (interface.axes(), self.width);
        let waves = Waves::lowest(self.modes, cells).padded(&self.padding).with_edge();
        let (device, dtype) = (weights.device(), weights.dtype());
        let fourier = Fourier::new(&waves, device, dtype)?;
        let shape = [fourier.waves(), &[2, width, width]].concat();
        let block = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            Ok(Block {
                kernel: kernel(&shape, &weights.pp("spectral"))?,
                local: Pointwise::new(width, width, &weights.pp("local"))?,
                mix: two([width, (width / 2).max(1), width], &weights.pp("mix"))?,
                gate: weights.get_with_hints(width, "gate.weight", Init::Const(1.0))?,
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

/// Two maps of the channels, named `0` and `1`.
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
    kernel: Box<dyn Kernel>,
    local: Pointwise,
    mix: [Pointwise; 2],
    gate: Tensor,
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
            let w = add(self.fourier.map(&v, &block.kernel.weight()?)?, block.local.forward(&v)?)?;
            v = add(through(&block.mix, &w)?, gate(&v, &block.gate)?)?;
        }
        through(&self.project, &v)
    }
}
