//! The modern U-Net.

use crate::convolution_grid::{ConvolutionGrid, PADDING_MODE};
use crate::layers::{Convolution, GroupNorm, Padding, Pointwise, Stencil};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The modern U-Net of PDEArena: residual blocks, with a skip connection from each block on the way down.
///
/// ```text
/// B v  = S v + C gelu(N C gelu(N v))      C: 3 × 3 convolution, N: group norm,
///                                        S: identity, or a linear map of the channels if their number changes
/// down: the blocks of a level, then a 3 × 3 convolution with stride 2
/// up:   the blocks of a level and one more, each on the concatenation with a skip connection; then a
///       transposed 4 × 4 convolution to twice the cells
/// ```
///
/// It takes any number of cells: a level has `⌈n/2⌉` of the `n` cells of the level above. One thing differs
/// from the published code: convolutions have circular padding on periodic axes.
///
/// Source: Gupta & Brandstetter (2022), arXiv 2209.15616, §4, and `Unetmod` in `twod_unet.py` of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNetModern {
    /// Channels on the finest level, a multiple of `groups`, > 0. Default 16.
    pub width: usize,
    /// Groups of the last norm, > 0; all others have one group. Default 8.
    pub groups: usize,
    /// The channels of each level over those of the level above, > 0; for the first level, over `width`.
    /// Default `[1, 2, 2]`.
    pub channel_multipliers: Vec<usize>,
    /// Blocks per level on the way down, > 0. Default 1.
    pub blocks: usize,
    /// Padding of convolutions on axes that are not periodic. Default `zeros`.
    pub padding_mode: Padding,
}

impl Default for UNetModern {
    fn default() -> Self {
        Self {
            width: 16,
            groups: 8,
            channel_multipliers: vec![1, 2, 2],
            blocks: 1,
            padding_mode: Padding::Zeros,
        }
    }
}

impl Part for UNetModern {
    const NAME: &'static str = "unet-modern";
    const SUMMARY: &'static str =
        "modern U-Net (Gupta & Brandstetter 2022, PDEArena), two-dimensional";
    const RENAMED: &'static [Renamed] =
        &[Renamed::key("multipliers", "channel-multipliers"), PADDING_MODE];

    fn check(&self) -> Result<(), Invalid> {
        let whole = self.width > 0 && self.width.is_multiple_of(self.groups);
        Invalid::unless(whole, "width", self.width, "a multiple of `groups`, greater than 0")?;
        let (key, count) = ("channel-multipliers", self.channel_multipliers.len());
        let is_valid = (1..8).contains(&count);
        Invalid::unless(is_valid, key, format!("{count} numbers"), "1 to 7 numbers")?;
        let each = self.channel_multipliers.iter().map(|factor| (key, *factor));
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
        let finest = ConvolutionGrid::of(interface, Self::NAME, self.padding_mode)?;
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
    /// A level with all coarser ones, with `channels` channels at its input and at its output.
    fn stage(
        &self,
        level: usize,
        channels: usize,
        grid: ConvolutionGrid,
        weights: &VarBuilder,
    ) -> CandleResult<Stage> {
        let width = channels * self.channel_multipliers[level];
        let block = |from: usize, to: usize, name: &str, number: usize| {
            Block::new([from, to], grid, &weights.pp(format!("{name}-{number}")))
        };
        let down = (0..self.blocks)
            .map(|number| block(if number == 0 { channels } else { width }, width, "down", number));
        let same = (0..self.blocks).map(|number| block(2 * width, width, "up", number));
        let last = block(width + channels, channels, "up", self.blocks);
        let below = if level + 1 < self.channel_multipliers.len() {
            let coarser = weights.pp(format!("level-{}", level + 1));
            let stage = self.stage(level + 1, width, grid.coarser(), &coarser)?;
            let [strided, transposed] =
                [Stencil::strided_3, Stencil::transposed_4].map(|of| grid.stencils(of));
            Below::Level {
                down: Convolution::new([width; 2], strided, &weights.pp("halve"))?,
                stage: Box::new(stage),
                up: Convolution::new([width; 2], transposed, &weights.pp("spread"))?,
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

/// A level with all coarser ones.
struct Stage {
    down: Vec<Block>,
    below: Below,
    up: Vec<Block>,
}

enum Below {
    Level { down: Convolution, stage: Box<Stage>, up: Convolution },
    Bottom(Vec<Block>),
}

impl Stage {
    /// Skip connections are used in reverse order: the last one on the way down is the first on the way up.
    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        let mut skips = vec![x.clone()];
        for block in &self.down {
            skips.push(block.forward(&skips[skips.len() - 1])?);
        }
        let deepest = skips[skips.len() - 1].clone();
        let mut v = match &self.below {
            Below::Level { down, stage, up } => {
                up.forward(&stage.forward(&down.forward(&deepest)?)?)?
            }
            Below::Bottom(blocks) => {
                blocks.iter().try_fold(deepest, |v, block| block.forward(&v))?
            }
        };
        for (block, skip) in self.up.iter().zip(skips.iter().rev()) {
            v = block.forward(&Tensor::cat(&[&v, skip], 1)?)?;
        }
        Ok(v)
    }
}

/// A residual block: twice group norm, GELU, convolution.
struct Block {
    halves: [(GroupNorm, Convolution); 2],
    shortcut: Option<Pointwise>,
}

impl Block {
    fn new(
        [from, to]: [usize; 2],
        grid: ConvolutionGrid,
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let half = |channels: usize, weights: VarBuilder| -> CandleResult<_> {
            let norm = GroupNorm::new(channels, 1, &weights.pp("norm"))?;
            Ok((norm, grid.convolution([channels, to], &weights.pp("convolution"))?))
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
