//! The encoder and decoder that the U-Nets `unet` and `cfdbench-unet` share.

use crate::convolution_grid::Level;
use crate::layers::{Convolution, GroupNorm, Pointwise};
use crate::{Inputs, Interface, Operator};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// What distinguishes one U-Net from another.
pub(in crate::models) trait Variant: Send + Sync + Sized {
    /// Two convolutions with norms and activations.
    type Block: Send + Sync;

    /// The channels after `down`, and the next coarser level.
    fn below(level: Level) -> (usize, Level);

    /// The maps between a level and the next coarser one.
    fn new(level: Level, weights: &VarBuilder) -> Result<Self>;

    /// To half the cells.
    fn down(&self, fine: &Tensor) -> Result<Tensor>;

    /// To twice the cells and half the channels.
    fn up(&self, coarse: &Tensor) -> Result<Tensor>;

    /// Adds the activations.
    fn block(halves: [(Convolution, GroupNorm); 2]) -> Self::Block;

    /// Applies a block.
    fn apply(block: &Self::Block, x: &Tensor) -> Result<Tensor>;
}

/// The network: all levels, and a linear map of the channels.
pub(in crate::models) struct EncoderDecoder<V: Variant> {
    finest: Stage<V>,
    head: Pointwise,
}

impl<V: Variant> EncoderDecoder<V> {
    /// With `levels` levels below the finest.
    pub(in crate::models) fn new(
        interface: &Interface,
        finest: Level,
        levels: usize,
        weights: &VarBuilder,
    ) -> Result<Self> {
        Ok(Self {
            finest: Stage::new(interface.inputs(), finest, levels, weights)?,
            head: Pointwise::new(finest.width, interface.outputs(), &weights.pp("head"))?,
        })
    }
}

impl<V: Variant> Operator for EncoderDecoder<V> {
    fn forward(&self, inputs: &Inputs) -> Result<Tensor> {
        self.head.forward(&self.finest.forward(&inputs.channels()?)?)
    }
}

/// A level with all coarser ones.
struct Stage<V: Variant> {
    before: V::Block,
    below: Option<Below<V>>,
}

/// The coarser levels, and the block after them.
struct Below<V: Variant> {
    resampling: V,
    stage: Box<Stage<V>>,
    after: V::Block,
}

impl<V: Variant> Stage<V> {
    fn new(channels: usize, level: Level, levels: usize, weights: &VarBuilder) -> Result<Self> {
        let before = block::<V>(channels, level, &weights.pp("before"))?;
        let below = (levels > 0).then(|| Below::new(level, levels, weights)).transpose()?;
        Ok(Self { before, below })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let fine = V::apply(&self.before, x)?;
        let Some(below) = &self.below else { return Ok(fine) };
        let coarse = below.stage.forward(&below.resampling.down(&fine)?)?;
        let coarse = below.resampling.up(&coarse)?;
        V::apply(&below.after, &Tensor::cat(&[fine, coarse], 1)?)
    }
}

impl<V: Variant> Below<V> {
    fn new(level: Level, levels: usize, weights: &VarBuilder) -> Result<Self> {
        let (channels, coarser) = V::below(level);
        let stage = Stage::new(channels, coarser, levels - 1, &weights.pp("below"))?;
        Ok(Self {
            resampling: V::new(level, weights)?,
            stage: Box::new(stage),
            after: block::<V>(2 * level.width, level, &weights.pp("after"))?,
        })
    }
}

fn block<V: Variant>(channels: usize, level: Level, weights: &VarBuilder) -> Result<V::Block> {
    let half = |channels: usize, weights: VarBuilder| -> Result<_> {
        let channels = [channels, level.width];
        let convolution = level.grid.convolution(channels, &weights.pp("convolution"))?;
        Ok((convolution, GroupNorm::new(level.width, 1, &weights.pp("norm"))?))
    };
    Ok(V::block([half(channels, weights.pp("first"))?, half(level.width, weights.pp("second"))?]))
}
