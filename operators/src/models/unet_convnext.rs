//! The U-Net of ConvNeXt blocks.

use crate::layers::{
    Beyond, Convolution, Depthwise, Gelu, LayerNorm, Pointwise, Stencil, chained, gate,
};
use crate::operator::all_positive;
use crate::plane::{Level, Plane};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// Keeps quotients finite.
const EPSILON: f64 = 1e-6;

/// The U-Net of ConvNeXt blocks.
///
/// ```text
/// B v  = v + g ∘ W₂ gelu(W₁ N D v)       D: depthwise 7 × 7 convolution, N: layer norm, g: a gate,
///                                       W₁ to four times the channels
/// down: blocks, unit norm, 2 × 2 convolution to half the cells and twice the channels
/// up:   beside what the way down saw there, to half the channels; blocks; unit norm, transposed
///       2 × 2 convolution to twice the cells and half the channels
/// ```
///
/// between two 3 × 3 convolutions. The unit norm is `γ v/|v|` over the channels of a cell. It works on
/// any number of cells: `n` are halved to `⌈n/2⌉`, and doubled to `n` again.
///
/// Source: Ohana et al. (2024), The Well, arXiv 2412.00568, and `unet_convnext` of its code, which
/// finds zeros beyond every axis (here periodic ones go around) and has biases in the unit norms
/// that it never applies; Liu et al. (2022), arXiv 2201.03545, for the block.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNetConvNext {
    /// Channels on the finest cells, > 0; every level has twice those above. Default 12.
    pub width: usize,
    /// How often cells are halved, 1 to 7. Default 3.
    pub levels: usize,
    /// Blocks of a level, each way, > 0. Default 1.
    pub blocks: usize,
    /// Blocks on the coarsest cells, > 0. Default 1.
    pub bottom: usize,
    /// What gates begin with, > 0. Default 0.1; The Well begins with 1e-6, of which it recovers in the
    /// course of a long training.
    pub gate: f64,
    /// What convolutions find beyond an axis that is not periodic. Default `zeros`.
    pub walls: Beyond,
}

impl Default for UNetConvNext {
    fn default() -> Self {
        Self { width: 12, levels: 3, blocks: 1, bottom: 1, gate: 0.1, walls: Beyond::Zeros }
    }
}

impl Part for UNetConvNext {
    const NAME: &'static str = "unet-convnext";
    const SUMMARY: &'static str =
        "U-Net of ConvNeXt blocks (Ohana et al. 2024, The Well), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let levels = (1..8).contains(&self.levels);
        Invalid::unless(levels, "levels", self.levels, "from 1 to 7")?;
        Invalid::unless(self.gate > 0.0, "gate", self.gate, "greater than 0")?;
        all_positive(&[("width", self.width), ("blocks", self.blocks), ("bottom", self.bottom)])
    }
}

impl Architecture for UNetConvNext {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let finest =
            Level { plane: Plane::of(interface, Self::NAME, self.walls)?, width: self.width };
        let levels: Vec<Level> = std::iter::successors(Some(finest), |level| Some(level.coarser()))
            .take(self.levels)
            .collect();
        let coarsest = levels[self.levels - 1].coarser();
        let down = |(number, level): (usize, &Level)| {
            let weights = weights.pp(format!("down-{number}"));
            let stencils = level.plane.stencils(Stencil::pairing);
            let channels = [level.width, 2 * level.width];
            Ok(Down {
                blocks: self.blocks(self.blocks, *level, &weights)?,
                resample: Resampling::new(channels, stencils, &weights.pp("resample"))?,
            })
        };
        let up = |(number, finer): (usize, &Level)| {
            let weights = weights.pp(format!("up-{number}"));
            let (level, stencils) = (finer.coarser(), finer.plane.cells.map(Stencil::parting));
            let width = level.width;
            let join = || Pointwise::new(2 * width, width, &weights.pp("join"));
            Ok(Up {
                join: (number + 1 < self.levels).then(join).transpose()?,
                blocks: self.blocks(self.blocks, level, &weights)?,
                resample: Resampling::new([width, width / 2], stencils, &weights.pp("resample"))?,
            })
        };
        let outer = |channels, name: &str| finest.plane.convolution(channels, &weights.pp(name));
        Ok(Box::new(UNetConvNextOperator {
            lift: outer([interface.inputs(), self.width], "lift")?,
            down: levels.iter().enumerate().map(down).collect::<CandleResult<_>>()?,
            bottom: self.blocks(self.bottom, coarsest, &weights.pp("bottom"))?,
            up: levels.iter().enumerate().rev().map(up).collect::<CandleResult<_>>()?,
            project: outer([self.width, interface.outputs()], "project")?,
        }))
    }
}

impl UNetConvNext {
    fn blocks(&self, count: usize, level: Level, weights: &VarBuilder) -> CandleResult<Vec<Block>> {
        let block = |number| Block::new(level, self.gate, &weights.pp(format!("block-{number}")));
        (0..count).map(block).collect()
    }
}

struct UNetConvNextOperator {
    lift: Convolution,
    down: Vec<Down>,
    bottom: Vec<Block>,
    up: Vec<Up>,
    project: Convolution,
}

struct Down {
    blocks: Vec<Block>,
    resample: Resampling,
}

struct Up {
    /// Of what the way down saw, but for the coarsest cells.
    join: Option<Pointwise>,
    blocks: Vec<Block>,
    resample: Resampling,
}

impl Operator for UNetConvNextOperator {
    /// What the finest level saw is not looked at again.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let through =
            |blocks: &[Block], v: Tensor| blocks.iter().try_fold(v, |v, block| block.forward(&v));
        let mut v = self.lift.forward(&inputs.channels()?)?;
        let mut seen = Vec::new();
        for level in &self.down {
            seen.push(v.clone());
            v = level.resample.forward(&through(&level.blocks, v)?)?;
        }
        v = through(&self.bottom, v)?;
        for level in &self.up {
            if let Some(join) = &level.join {
                let seen = seen.pop().expect("every level was seen on the way down");
                v = join.forward(&Tensor::cat(&[v, seen], 1)?)?;
            }
            v = level.resample.forward(&through(&level.blocks, v)?)?;
        }
        self.project.forward(&v)
    }
}

/// A unit norm and a convolution to other cells.
struct Resampling {
    scale: Tensor,
    convolution: Convolution,
}

impl Resampling {
    fn new(
        channels: [usize; 2],
        stencils: [Stencil; 2],
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        Ok(Self {
            scale: weights.get_with_hints(channels[0], "scale", Init::Const(1.0))?,
            convolution: Convolution::new(channels, stencils, &weights.pp("convolution"))?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let length = v.sqr()?.sum_keepdim(1)?.sqrt()?.maximum(EPSILON)?;
        self.convolution.forward(&gate(&v.broadcast_div(&length)?, &self.scale)?)
    }
}

struct Block {
    depthwise: Depthwise,
    norm: LayerNorm,
    widen: Pointwise,
    narrow: Pointwise,
    gate: Tensor,
}

impl Block {
    fn new(level: Level, start: f64, weights: &VarBuilder) -> CandleResult<Self> {
        let wide = |cells: usize, beyond: Beyond| Stencil::wide(cells, 7, beyond);
        let width = level.width;
        Ok(Self {
            depthwise: Depthwise::new(width, level.plane.stencils(wide), &weights.pp("depthwise"))?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            widen: Pointwise::new(width, 4 * width, &weights.pp("widen"))?,
            narrow: Pointwise::new(4 * width, width, &weights.pp("narrow"))?,
            gate: weights.get_with_hints(width, "gate", Init::Const(start))?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let normal = self.norm.forward(&self.depthwise.forward(v)?)?;
        let mixed = chained::<Gelu>(&normal, &[&self.widen, &self.narrow])?;
        v + gate(&mixed, &self.gate)?
    }
}
