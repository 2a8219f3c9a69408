//! The U-Net.

use crate::layers::{Beyond, Convolution, ConvolutionBlock, GroupNorm, Pointwise, Stencil};
use crate::plane::{Level, Plane};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A U-Net: convolutions on ever coarser cells, and back with what the finer ones saw.
///
/// ```text
/// down:   vₗ = B(vₗ₋₁),  on to half the cells and twice the channels by a convolution
/// up:     by a convolution to twice the cells and half the channels, beside vₗ, B
/// B:      twice convolution, group norm, gelu
/// ```
///
/// It works on any number of cells: `n` are halved to `⌈n/2⌉`, and doubled to `n` again. Nothing
/// tells it where it is but the ends of the axes.
///
/// Source: Ronneberger, Fischer & Brox (2015), arXiv 1505.04597, fig. 1, with strided convolutions
/// for pooling, group norm (one group, as in PDEArena) and GELU.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNet {
    /// Channels on the finest cells, > 0; every level has twice those above. Default 16.
    pub width: usize,
    /// How often cells are halved. Default 3.
    pub levels: usize,
    /// What convolutions find beyond an axis that is not periodic. Default `zeros`.
    pub walls: Beyond,
}

impl Default for UNet {
    fn default() -> Self {
        Self { width: 16, levels: 3, walls: Beyond::Zeros }
    }
}

impl Part for UNet {
    const NAME: &'static str = "unet";
    const SUMMARY: &'static str =
        "U-Net (Ronneberger et al. 2015) with group norm, two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.levels < 8, "levels", self.levels, "less than 8")
    }
}

impl Architecture for UNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let inputs = interface.inputs();
        let finest =
            Level { plane: Plane::of(interface, Self::NAME, self.walls)?, width: self.width };
        Ok(Box::new(UNetOperator {
            body: Stage::new(inputs, finest, self.levels, &weights)?,
            head: Pointwise::new(self.width, interface.outputs(), &weights.pp("head"))?,
        }))
    }
}

struct UNetOperator {
    body: Stage,
    head: Pointwise,
}

impl Operator for UNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        self.head.forward(&self.body.forward(&inputs.channels()?)?)
    }
}

/// A level with all that is below it.
struct Stage {
    before: ConvolutionBlock,
    below: Option<Below>,
}

struct Below {
    down: Convolution,
    stage: Box<Stage>,
    up: Convolution,
    after: ConvolutionBlock,
}

impl Stage {
    fn new(
        channels: usize,
        level: Level,
        levels: usize,
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let before = block(channels, level, &weights.pp("before"))?;
        let below = (levels > 0).then(|| Below::new(level, levels, weights)).transpose()?;
        Ok(Self { before, below })
    }

    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        let fine = self.before.forward(x)?;
        let Some(below) = &self.below else { return Ok(fine) };
        let coarse = below.stage.forward(&below.down.forward(&fine)?)?;
        below.after.forward(&Tensor::cat(&[fine, below.up.forward(&coarse)?], 1)?)
    }
}

impl Below {
    fn new(level: Level, levels: usize, weights: &VarBuilder) -> CandleResult<Self> {
        let (fine, coarse) = (level.width, level.coarser().width);
        let [halving, doubling] =
            [Stencil::halving, Stencil::doubling].map(|of| level.plane.stencils(of));
        Ok(Self {
            down: Convolution::new([fine, coarse], halving, &weights.pp("down"))?,
            stage: Box::new(Stage::new(coarse, level.coarser(), levels - 1, &weights.pp("below"))?),
            up: Convolution::new([coarse, fine], doubling, &weights.pp("up"))?,
            after: block(2 * fine, level, &weights.pp("after"))?,
        })
    }
}

/// Twice convolution, group norm, gelu.
fn block(channels: usize, level: Level, weights: &VarBuilder) -> CandleResult<ConvolutionBlock> {
    let half = |channels: usize, weights: VarBuilder| -> CandleResult<_> {
        let channels = [channels, level.width];
        let convolution = level.plane.convolution(channels, &weights.pp("convolution"))?;
        Ok((convolution, GroupNorm::new(level.width, 1, &weights.pp("norm"))?))
    };
    let halves = [half(channels, weights.pp("first"))?, half(level.width, weights.pp("second"))?];
    Ok(ConvolutionBlock::new(halves.into()))
}
