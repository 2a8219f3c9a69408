//! The modern U-Net.

use crate::layers::{Beyond, Convolution, GroupNorm, Pointwise, Stencil};
use crate::operator::all_positive;
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The modern U-Net of PDEArena: residual blocks, and everything on the way down is seen on the way
/// up.
///
/// ```text
/// B v  = S v + C gelu(N C gelu(N v))      C: 3 × 3 convolution, N: group norm, S: identity, or a
///                                        linear map of the channels where their number changes
/// down: the blocks of a level, then a convolution to half the cells
/// up:   the blocks of a level and one more, each beside what the way down saw there; then a
///       transposed 4 × 4 convolution to twice the cells
/// ```
///
/// It works on any number of cells: `n` are halved to `⌈n/2⌉`, and doubled to `n` again.
///
/// Source: Gupta & Brandstetter (2022), arXiv 2209.15616, §4, and `twod_unet.py` of its code
/// (`Unetmod`), which finds zeros beyond every axis; here periodic ones go around.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNetModern {
    /// Channels on the finest cells, a multiple of `groups`, > 0. Default 16.
    pub width: usize,
    /// Groups of the last norm, > 0; all others have one. Default 8.
    pub groups: usize,
    /// How many times the channels of the level above each level has, > 0, the first that of `width`.
    /// Default `[1, 2, 2]`.
    pub multipliers: Vec<usize>,
    /// Blocks of a level on the way down, > 0. Default 1.
    pub blocks: usize,
    /// What convolutions find beyond an axis that is not periodic. Default `zeros`.
    pub walls: Beyond,
}

impl Default for UNetModern {
    fn default() -> Self {
        Self { width: 16, groups: 8, multipliers: vec![1, 2, 2], blocks: 1, walls: Beyond::Zeros }
    }
}

impl Part for UNetModern {
    const NAME: &'static str = "unet-modern";
    const SUMMARY: &'static str =
        "modern U-Net (Gupta & Brandstetter 2022, PDEArena), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let whole = self.width > 0 && self.width.is_multiple_of(self.groups);
        Invalid::unless(whole, "width", self.width, "a multiple of `groups`, greater than 0")?;
        let levels = (1..8).contains(&self.multipliers.len());
        let count = self.multipliers.len();
        Invalid::unless(levels, "multipliers", format!("{count} numbers"), "1 to 7 numbers")?;
        let each = self.multipliers.iter().map(|factor| ("multipliers", *factor));
        all_positive(
            &each.chain([("blocks", self.blocks), ("groups", self.groups)]).collect::<Vec<_>>(),
        )
    }
}

impl Architecture for UNetModern {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let finest = Plane::of(interface, Self::NAME, self.walls)?;
        let width = self.width;
        let lift = finest.convolution([interface.inputs(), width], &weights.pp("lift"))?;
        Ok(Box::new(UNetModernOperator {
            lift,
            stage: self.stage(0, width, finest, &weights.pp("level-0"))?,
            norm: GroupNorm::new(width, self.groups, &weights.pp("norm"))?,
            project: finest.convolution([width, interface.outputs()], &weights.pp("project"))?,
        }))
    }
}

impl UNetModern {
    /// A level and all below it, from so many channels to as many.
    fn stage(
        &self,
        level: usize,
        channels: usize,
        plane: Plane,
        weights: &VarBuilder,
    ) -> CandleResult<Stage> {
        let width = channels * self.multipliers[level];
        let block = |from: usize, to: usize, name: &str, number: usize| {
            Block::new([from, to], plane, &weights.pp(format!("{name}-{number}")))
        };
        let down = (0..self.blocks)
            .map(|number| block(if number == 0 { channels } else { width }, width, "down", number));
        let same = (0..self.blocks).map(|number| block(2 * width, width, "up", number));
        let last = block(width + channels, channels, "up", self.blocks);
        let below = if level + 1 < self.multipliers.len() {
            let coarser = weights.pp(format!("level-{}", level + 1));
            let stage = self.stage(level + 1, width, plane.coarser(), &coarser)?;
            let [halving, spreading] =
                [Stencil::halving, Stencil::spreading].map(|of| plane.stencils(of));
            Below::Level {
                halve: Convolution::new([width; 2], halving, &weights.pp("halve"))?,
                stage: Box::new(stage),
                spread: Convolution::new([width; 2], spreading, &weights.pp("spread"))?,
            }
        } else {
            Below::Bottom(vec![
                block(width, width, "bottom", 0)?,
                block(width, width, "bottom", 1)?,
            ])
        };
        Ok(Stage {
            down: down.collect::<CandleResult<_>>()?,
            below,
            up: same.chain([last]).collect::<CandleResult<_>>()?,
        })
    }
}

struct UNetModernOperator {
    lift: Convolution,
    stage: Stage,
    norm: GroupNorm,
    project: Convolution,
}

impl Operator for UNetModernOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = self.stage.forward(&self.lift.forward(&inputs.channels()?)?)?;
        self.project.forward(&self.norm.forward_gelu(&v)?)
    }
}

/// A level with all that is below it.
struct Stage {
    down: Vec<Block>,
    below: Below,
    up: Vec<Block>,
}

enum Below {
    Level { halve: Convolution, stage: Box<Stage>, spread: Convolution },
    Bottom(Vec<Block>),
}

impl Stage {
    /// The last thing seen on the way down is the first beside the way up.
    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        let mut seen = vec![x.clone()];
        for block in &self.down {
            seen.push(block.forward(&seen[seen.len() - 1])?);
        }
        let deepest = seen[seen.len() - 1].clone();
        let mut v = match &self.below {
            Below::Level { halve, stage, spread } => {
                spread.forward(&stage.forward(&halve.forward(&deepest)?)?)?
            }
            Below::Bottom(blocks) => {
                blocks.iter().try_fold(deepest, |v, block| block.forward(&v))?
            }
        };
        for (block, seen) in self.up.iter().zip(seen.iter().rev()) {
            v = block.forward(&Tensor::cat(&[&v, seen], 1)?)?;
        }
        Ok(v)
    }
}

/// Twice group norm, gelu, convolution; added to what it began with.
struct Block {
    halves: [(GroupNorm, Convolution); 2],
    shortcut: Option<Pointwise>,
}

impl Block {
    fn new([from, to]: [usize; 2], plane: Plane, weights: &VarBuilder) -> CandleResult<Self> {
        let half = |channels: usize, weights: VarBuilder| -> CandleResult<_> {
            let norm = GroupNorm::new(channels, 1, &weights.pp("norm"))?;
            Ok((norm, plane.convolution([channels, to], &weights.pp("convolution"))?))
        };
        let shortcut = || Pointwise::new(from, to, &weights.pp("shortcut"));
        Ok(Self {
            halves: [half(from, weights.pp("first"))?, half(to, weights.pp("second"))?],
            shortcut: (from != to).then(shortcut).transpose()?,
        })
    }

    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        let v = self.halves.iter().try_fold(x.clone(), |v, (norm, convolution)| {
            convolution.forward(&norm.forward_gelu(&v)?)
        })?;
        match &self.shortcut {
            Some(shortcut) => v + shortcut.forward(x)?,
            None => v + x,
        }
    }
}
