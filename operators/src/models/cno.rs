//! The convolutional neural operator.

use crate::layers::{Beyond, Convolution, Corners, GroupNorm, Resample, leaky_relu};
use crate::operator::all_positive;
use crate::plane::{Level, Plane};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// Of what is below zero, an activation keeps this share; PyTorch's value.
const SLOPE: f64 = 0.01;

/// The convolutional neural operator: a U-Net whose activations are taken on twice the cells, so that
/// they make no waves that the cells cannot carry.
///
/// ```text
/// Σ v = D σ(U v)             U: bicubic to twice the cells, D: to those wanted, σ: leaky ReLU
/// B v = Σ N C v              C: 3 × 3 convolution, N: norm
/// R v = v + N C Σ N C v
/// down: v kept as R … R v;  B onto half the cells and twice the channels
/// up:   B onto twice the cells and half the channels, then beside it B of what was kept
/// ```
///
/// between a lifting and a projection, each `C Σ C`. Cells are halved to `⌊n/2⌋`, at least 1.
///
/// Source: Raonić et al. (2023), arXiv 2302.01178, §3, and `CNO2d_simplified` of its code. Norms are
/// group norms with one group where the code has batch norms, which make a prediction depend on
/// its neighbours in the batch; as many weights. Periodic axes go around.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cno {
    /// Channels on the finest cells, > 0; half the code's `channel_multiplier`. Default 8.
    pub width: usize,
    /// How often cells are halved, 1 to 7. Default 3.
    pub levels: usize,
    /// Residual blocks of a level. Default 1.
    pub residual: usize,
    /// Residual blocks on the coarsest cells. Default 1.
    pub bottom: usize,
    /// Channels inside of lifting and projection, > 0. Default 32.
    pub latent: usize,
    /// What convolutions find beyond an axis that is not periodic. Default `zeros`.
    pub walls: Beyond,
}

impl Default for Cno {
    fn default() -> Self {
        Self { width: 8, levels: 3, residual: 1, bottom: 1, latent: 32, walls: Beyond::Zeros }
    }
}

impl Part for Cno {
    const NAME: &'static str = "cno";
    const SUMMARY: &'static str =
        "convolutional neural operator (Raonić et al. 2023), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let levels = (1..8).contains(&self.levels);
        Invalid::unless(levels, "levels", self.levels, "from 1 to 7")?;
        all_positive(&[("width", self.width), ("latent", self.latent)])
    }
}

impl Architecture for Cno {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let plane = Plane::of(interface, Self::NAME, self.walls)?;
        let level = |number: usize| Level {
            plane: plane.with(|cells| (cells >> number).max(1)),
            width: self.width << number,
        };
        let levels: Vec<Level> = (0..=self.levels).map(level).collect();
        let stage = |number: usize| {
            let weights = weights.pp(format!("level-{number}"));
            Stage::new(&levels[number..], self.residual, &weights)
        };
        let bottom = levels[self.levels];
        let outer = |channels, out, name: &str| {
            Outer::new([channels, self.latent, out], plane, &weights.pp(name))
        };
        let weights_bottom = weights.pp("bottom");
        Ok(Box::new(CnoOperator {
            lift: outer(interface.inputs(), self.width, "lift")?,
            stages: (0..self.levels).map(stage).collect::<CandleResult<_>>()?,
            bottom: Residual::several(self.bottom, bottom, &weights_bottom)?,
            carry: Block::new([bottom.width; 2], [bottom; 2], &weights_bottom.pp("carry"))?,
            project: outer(2 * self.width, interface.outputs(), "project")?,
        }))
    }
}

struct CnoOperator {
    lift: Outer,
    stages: Vec<Stage>,
    bottom: Vec<Residual>,
    carry: Block,
    project: Outer,
}

impl Operator for CnoOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let through = |blocks: &[Residual], v: Tensor| {
            blocks.iter().try_fold(v, |v, block| block.forward(&v))
        };
        let mut v = self.lift.forward(&inputs.channels()?)?;
        let mut kept = Vec::new();
        for stage in &self.stages {
            kept.push(through(&stage.residual, v.clone())?);
            v = stage.down.forward(&v)?;
        }
        v = self.carry.forward(&through(&self.bottom, v)?)?;
        for (stage, kept) in self.stages.iter().zip(kept).rev() {
            v = Tensor::cat(&[stage.up.forward(&v)?, stage.carry.forward(&kept)?], 1)?;
        }
        self.project.forward(&v)
    }
}

/// What happens between a level and the next coarser one.
struct Stage {
    residual: Vec<Residual>,
    carry: Block,
    down: Block,
    up: Block,
}

impl Stage {
    /// Of a level and those below it; what comes up from below has twice the channels, unless it
    /// comes from the bottom.
    fn new(levels: &[Level], residual: usize, weights: &VarBuilder) -> CandleResult<Self> {
        let (fine, coarse) = (levels[0], levels[1]);
        let below = if levels.len() == 2 { coarse.width } else { 2 * coarse.width };
        let (up, down) = ([below, fine.width], [fine.width, coarse.width]);
        Ok(Self {
            residual: Residual::several(residual, fine, weights)?,
            carry: Block::new([fine.width; 2], [fine; 2], &weights.pp("carry"))?,
            down: Block::new(down, [fine, coarse], &weights.pp("down"))?,
            up: Block::new(up, [coarse, fine], &weights.pp("up"))?,
        })
    }
}

/// The activation, on twice the cells.
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
            convolution: levels[0].plane.convolution(channels, &weights.pp("convolution"))?,
            norm: GroupNorm::new(channels[1], 1, &weights.pp("norm"))?,
            smooth: Smooth::new(levels[0].plane.cells, levels[1].plane.cells, weights)?,
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
                convolution: level.plane.convolution(channels, &second.pp("convolution"))?,
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
        plane: Plane,
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let convolution =
            |channels, name: &str| plane.convolution(channels, &weights.pp(name).pp("convolution"));
        Ok(Self {
            first: convolution([channels, latent], "first")?,
            smooth: Smooth::new(plane.cells, plane.cells, weights)?,
            second: convolution([latent, out], "second")?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        self.second.forward(&self.smooth.forward(&self.first.forward(v)?)?)
    }
}
