//! The U-Net with ConvNeXt blocks.

use crate::convolution_grid::{ConvolutionGrid, Level, PADDING_MODE};
use crate::layers::{
    Convolution, Depthwise, Gelu, LayerNorm, Padding, Pointwise, Stencil, chained, channel_scale,
};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The ε of the norms.
const EPSILON: f64 = 1e-6;

/// The U-Net with ConvNeXt blocks.
///
/// ```text
/// B v  = v + g ∘ W₂ gelu(W₁ N D v)       D: depthwise 7 × 7 convolution, N: layer norm, g: channel scale,
///                                       W₁: to four times the channels
/// down: blocks; unit norm, 2 × 2 convolution with stride 2 to twice the channels
/// up:   concatenation with the skip connection, linear map to half the channels; blocks; unit norm,
///       transposed 2 × 2 convolution to twice the cells and half the channels
/// ```
///
/// Lifting and projection are 3 × 3 convolutions. The unit norm is `γ v/|v|` over the channels of a cell. It
/// takes any number of cells: a level has `⌈n/2⌉` of the `n` cells of the level above.
///
/// Two things differ from the published code: convolutions have circular padding on periodic axes; biases of
/// the unit norms, which the code defines but does not use, are left out.
///
/// Source: Ohana et al. (2024), The Well, arXiv 2412.00568, and `unet_convnext` of its code; Liu et al. (2022),
/// arXiv 2201.03545, for the block.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNetConvNext {
    /// Channels on the finest level, > 0; each coarser level has twice as many. Default 12.
    pub width: usize,
    /// Downsamplings by two, 1 to 7. Default 3.
    pub levels: usize,
    /// Blocks per level on the way down, and as many on the way up, > 0. Default 1.
    pub blocks: usize,
    /// Blocks on the coarsest level, > 0. Default 1.
    pub bottleneck_blocks: usize,
    /// Initial value of the channel scale g, > 0; `layer_scale_init_value` of ConvNeXt. Default 0.1. The Well
    /// starts at 1e-6, with which the blocks have little effect until late in a long training.
    pub layer_scale_init: f64,
    /// Padding of convolutions on axes that are not periodic. Default `zeros`.
    pub padding_mode: Padding,
}

impl Default for UNetConvNext {
    fn default() -> Self {
        Self {
            width: 12,
            levels: 3,
            blocks: 1,
            bottleneck_blocks: 1,
            layer_scale_init: 0.1,
            padding_mode: Padding::Zeros,
        }
    }
}

impl Part for UNetConvNext {
    const NAME: &'static str = "unet-convnext";
    const SUMMARY: &'static str =
        "U-Net with ConvNeXt blocks (Ohana et al. 2024, The Well), two-dimensional";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("bottom", "bottleneck-blocks"),
        Renamed::key("gate", "layer-scale-init"),
        PADDING_MODE,
    ];

    fn check(&self) -> Result<(), Invalid> {
        let levels = (1..8).contains(&self.levels);
        Invalid::unless(levels, "levels", self.levels, "from 1 to 7")?;
        let scale = self.layer_scale_init;
        Invalid::unless(scale > 0.0, "layer-scale-init", scale, "greater than 0")?;
        all_positive(&[
            ("width", self.width),
            ("blocks", self.blocks),
            ("bottleneck-blocks", self.bottleneck_blocks),
        ])
    }
}

impl Architecture for UNetConvNext {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, self.padding_mode)?;
        let finest = Level { grid, width: self.width };
        let levels: Vec<Level> = std::iter::successors(Some(finest), |level| Some(level.coarser()))
            .take(self.levels)
            .collect();
        let coarsest = levels[self.levels - 1].coarser();
        let down = |(number, level): (usize, &Level)| {
            let weights = weights.pp(format!("down-{number}"));
            let stencils = level.grid.stencils(Stencil::strided_2);
            let channels = [level.width, 2 * level.width];
            Ok(Down {
                blocks: self.blocks(self.blocks, *level, &weights)?,
                resample: Resampling::new(channels, stencils, &weights.pp("resample"))?,
            })
        };
        let up = |(number, finer): (usize, &Level)| {
            let weights = weights.pp(format!("up-{number}"));
            let (level, stencils) = (finer.coarser(), finer.grid.cells.map(Stencil::transposed_2));
            let width = level.width;
            let join = || Pointwise::new(2 * width, width, &weights.pp("join"));
            Ok(Up {
                join: (number + 1 < self.levels).then(join).transpose()?,
                blocks: self.blocks(self.blocks, level, &weights)?,
                resample: Resampling::new([width, width / 2], stencils, &weights.pp("resample"))?,
            })
        };
        let outer = |channels, name: &str| finest.grid.convolution(channels, &weights.pp(name));
        Ok(Box::new(UNetConvNextOperator {
            lift: outer([interface.inputs(), self.width], "lift")?,
            down: levels.iter().enumerate().map(down).collect::<CandleResult<_>>()?,
            bottom: self.blocks(self.bottleneck_blocks, coarsest, &weights.pp("bottom"))?,
            up: levels.iter().enumerate().rev().map(up).collect::<CandleResult<_>>()?,
            project: outer([self.width, interface.outputs()], "project")?,
        }))
    }
}

impl UNetConvNext {
    fn blocks(&self, count: usize, level: Level, weights: &VarBuilder) -> CandleResult<Vec<Block>> {
        let block = |number| {
            Block::new(level, self.layer_scale_init, &weights.pp(format!("block-{number}")))
        };
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
    /// The linear map of the concatenation; not on the coarsest level, which has no skip connection.
    join: Option<Pointwise>,
    blocks: Vec<Block>,
    resample: Resampling,
}

impl Operator for UNetConvNextOperator {
    /// The skip connection of the finest level is not used, as in the published code.
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let through =
            |blocks: &[Block], v: Tensor| blocks.iter().try_fold(v, |v, block| block.forward(&v));
        let mut v = self.lift.forward(&inputs.channels()?)?;
        let mut skips = Vec::new();
        for level in &self.down {
            skips.push(v.clone());
            v = level.resample.forward(&through(&level.blocks, v)?)?;
        }
        v = through(&self.bottom, v)?;
        for level in &self.up {
            if let Some(join) = &level.join {
                let skip = skips.pop().expect("every level has a skip connection");
                v = join.forward(&Tensor::cat(&[v, skip], 1)?)?;
            }
            v = level.resample.forward(&through(&level.blocks, v)?)?;
        }
        self.project.forward(&v)
    }
}

/// A unit norm and a convolution that changes the number of cells.
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
        self.convolution.forward(&channel_scale(&v.broadcast_div(&length)?, &self.scale)?)
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
    fn new(level: Level, scale: f64, weights: &VarBuilder) -> CandleResult<Self> {
        let wide = |cells: usize, padding: Padding| Stencil::wide(cells, 7, padding);
        let width = level.width;
        Ok(Self {
            depthwise: Depthwise::new(width, level.grid.stencils(wide), &weights.pp("depthwise"))?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            widen: Pointwise::new(width, 4 * width, &weights.pp("widen"))?,
            narrow: Pointwise::new(4 * width, width, &weights.pp("narrow"))?,
            gate: weights.get_with_hints(width, "gate", Init::Const(scale))?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let normal = self.norm.forward(&self.depthwise.forward(v)?)?;
        let mixed = chained::<Gelu>(&normal, &[&self.widen, &self.narrow])?;
        v + channel_scale(&mixed, &self.gate)?
    }
}
