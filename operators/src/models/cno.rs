//! The convolutional neural operator.

use crate::convolution_grid::{ConvolutionGrid, Level, PADDING_MODE};
use crate::layers::{Convolution, Corners, GroupNorm, Padding, Resample, leaky_relu};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// Slope of the leaky ReLU below zero; the default of PyTorch.
const SLOPE: f64 = 0.01;

/// The convolutional neural operator: a U-Net whose activations are evaluated on twice the cells, which
/// limits the aliasing that they cause.
///
/// ```text
/// Σ v = D σ(U v)             U: bicubic upsampling to twice the cells, D: bicubic downsampling, σ: leaky ReLU
/// B v = Σ N C v              C: 3 × 3 convolution, N: norm
/// R v = v + N C Σ N C v
/// down: the skip connection is R … R v;  B to half the cells and twice the channels
/// up:   B to twice the cells and half the channels, concatenated with B of the skip connection
/// ```
///
/// Lifting and projection are `C Σ C`. A level has `⌊n/2⌋` of the `n` cells of the level above, at least 1.
///
/// Two things differ from the published code: group norm with one group replaces batch norm, with which the
/// prediction of a sample depends on the rest of its batch (the number of weights is the same); periodic
/// axes have circular padding.
///
/// Source: Raonić et al. (2023), arXiv 2302.01178, §3, and `CNO2d_simplified` of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cno {
    /// Channels on the finest level, > 0; half of the code's `channel_multiplier`. Default 8.
    pub width: usize,
    /// Downsamplings by two, 1 to 7; the code's `N_layers`. Default 3.
    pub levels: usize,
    /// Residual blocks per level; the code's `N_res`. Default 1.
    pub residual_blocks: usize,
    /// Residual blocks on the coarsest level; the code's `N_res_neck`. Default 1.
    pub bottleneck_blocks: usize,
    /// Channels within lifting and projection, > 0; the code's `latent_lift_proj_dim`. Default 32.
    pub latent_channels: usize,
    /// Padding of convolutions on axes that are not periodic. Default `zeros`.
    pub padding_mode: Padding,
}

impl Default for Cno {
    fn default() -> Self {
        Self {
            width: 8,
            levels: 3,
            residual_blocks: 1,
            bottleneck_blocks: 1,
            latent_channels: 32,
            padding_mode: Padding::Zeros,
        }
    }
}

impl Part for Cno {
    const NAME: &'static str = "cno";
    const SUMMARY: &'static str =
        "convolutional neural operator (Raonić et al. 2023), two-dimensional";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("residual", "residual-blocks"),
        Renamed::key("bottom", "bottleneck-blocks"),
        Renamed::key("latent", "latent-channels"),
        PADDING_MODE,
    ];

    fn check(&self) -> Result<(), Invalid> {
        let levels = (1..8).contains(&self.levels);
        Invalid::unless(levels, "levels", self.levels, "from 1 to 7")?;
        all_positive(&[("width", self.width), ("latent-channels", self.latent_channels)])
    }
}

impl Architecture for Cno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, self.padding_mode)?;
        let level = |number: usize| Level {
            grid: grid.with(|cells| (cells >> number).max(1)),
            width: self.width << number,
        };
        let levels: Vec<Level> = (0..=self.levels).map(level).collect();
        let stage = |number: usize| {
            let weights = weights.pp(format!("level-{number}"));
            Stage::new(&levels[number..], self.residual_blocks, &weights)
        };
        let bottom = levels[self.levels];
        let outer = |channels, out, name: &str| {
            Outer::new([channels, self.latent_channels, out], grid, &weights.pp(name))
        };
        let weights_bottom = weights.pp("bottom");
        Ok(Box::new(CnoOperator {
            lift: outer(interface.inputs(), self.width, "lift")?,
            stages: (0..self.levels).map(stage).collect::<CandleResult<_>>()?,
            bottom: Residual::several(self.bottleneck_blocks, bottom, &weights_bottom)?,
            neck: Block::new([bottom.width; 2], [bottom; 2], &weights_bottom.pp("carry"))?,
            project: outer(2 * self.width, interface.outputs(), "project")?,
        }))
    }
}

struct CnoOperator {
    lift: Outer,
    stages: Vec<Stage>,
    bottom: Vec<Residual>,
    neck: Block,
    project: Outer,
}

impl Operator for CnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let through = |blocks: &[Residual], v: Tensor| {
            blocks.iter().try_fold(v, |v, block| block.forward(&v))
        };
        let mut v = self.lift.forward(&inputs.channels()?)?;
        let mut skips = Vec::new();
        for stage in &self.stages {
            skips.push(through(&stage.residual, v.clone())?);
            v = stage.down.forward(&v)?;
        }
        v = self.neck.forward(&through(&self.bottom, v)?)?;
        for (stage, skip) in self.stages.iter().zip(skips).rev() {
            v = Tensor::cat(&[stage.up.forward(&v)?, stage.skip.forward(&skip)?], 1)?;
        }
        self.project.forward(&v)
    }
}

/// The blocks between a level and the next coarser one.
struct Stage {
    residual: Vec<Residual>,
    skip: Block,
    down: Block,
    up: Block,
}

impl Stage {
    /// Of a level and all coarser ones. The input of the way up is a concatenation and has twice the channels
    /// of the coarser level, except on the coarsest one.
    fn new(levels: &[Level], residual: usize, weights: &VarBuilder) -> CandleResult<Self> {
        let (fine, coarse) = (levels[0], levels[1]);
        let below = if levels.len() == 2 { coarse.width } else { 2 * coarse.width };
        let (up, down) = ([below, fine.width], [fine.width, coarse.width]);
        Ok(Self {
            residual: Residual::several(residual, fine, weights)?,
            skip: Block::new([fine.width; 2], [fine; 2], &weights.pp("carry"))?,
            down: Block::new(down, [fine, coarse], &weights.pp("down"))?,
            up: Block::new(up, [coarse, fine], &weights.pp("up"))?,
        })
    }
}

/// The activation, evaluated on twice the cells.
struct Smooth {
    up: Resample,
    down: Resample,
}

impl Smooth {
    fn new(from: [usize; 2], onto: [usize; 2], weights: &VarBuilder) -> CandleResult<Self> {
        let twice = from.map(|cells| 2 * cells);
        let (device, dtype) = (weights.device(), weights.dtype());
        Ok(Self {
            up: Resample::bicubic(&from, &twice, Corners::Free, device, dtype)?,
            down: Resample::bicubic(&twice, &onto, Corners::Free, device, dtype)?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        self.down.forward(&leaky_relu(&self.up.forward(v)?, SLOPE)?)
    }
}

struct Block {
    convolution: Convolution,
    norm: GroupNorm,
    smooth: Smooth,
}

impl Block {
    fn new(channels: [usize; 2], levels: [Level; 2], weights: &VarBuilder) -> CandleResult<Self> {
        Ok(Self {
            convolution: levels[0].grid.convolution(channels, &weights.pp("convolution"))?,
            norm: GroupNorm::new(channels[1], 1, &weights.pp("norm"))?,
            smooth: Smooth::new(levels[0].grid.cells, levels[1].grid.cells, weights)?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        self.smooth.forward(&self.norm.forward(&self.convolution.forward(v)?)?)
    }
}

struct Residual {
    block: Block,
    convolution: Convolution,
    norm: GroupNorm,
}

impl Residual {
    fn several(count: usize, level: Level, weights: &VarBuilder) -> CandleResult<Vec<Self>> {
        let channels = [level.width; 2];
        let one = |number: usize| {
            let weights = weights.pp(format!("residual-{number}"));
            let second = weights.pp("second");
            Ok(Self {
                block: Block::new(channels, [level; 2], &weights.pp("first"))?,
                convolution: level.grid.convolution(channels, &second.pp("convolution"))?,
                norm: GroupNorm::new(level.width, 1, &second.pp("norm"))?,
            })
        };
        (0..count).map(one).collect()
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        v + self.norm.forward(&self.convolution.forward(&self.block.forward(v)?)?)?
    }
}

/// Lifting or projection.
struct Outer {
    first: Convolution,
    smooth: Smooth,
    second: Convolution,
}

impl Outer {
    fn new(
        [channels, latent, out]: [usize; 3],
        grid: ConvolutionGrid,
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let convolution =
            |channels, name: &str| grid.convolution(channels, &weights.pp(name).pp("convolution"));
        Ok(Self {
            first: convolution([channels, latent], "first")?,
            smooth: Smooth::new(grid.cells, grid.cells, weights)?,
            second: convolution([latent, out], "second")?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        self.second.forward(&self.smooth.forward(&self.first.forward(v)?)?)
    }
}
