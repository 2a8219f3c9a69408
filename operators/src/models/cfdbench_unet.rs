//! The U-Net of `CFDBench`.

use crate::layers::{Beyond, Convolution, GroupNorm, Pointwise, Stencil, halved, max_pool, relu};
use crate::plane::{Level, Plane};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A U-Net in the original manner: pooling on the way down, transposed convolutions on the way up.
///
/// ```text
/// down:   vₗ = B(pool vₗ₋₁) on half the cells with twice the channels
/// up:     T v on twice the cells with half the channels, beside vₗ, B
/// B:      twice convolution, norm, relu
/// ```
///
/// Odd cells: the last row or column is left out below, and zeros stand for it above.
///
/// On `CFDBench`'s interface (u, v and a mask, 5 parameters) it has its 1,095,038 weights. Three
/// things differ: group norm with one group, for batch norm makes a sample's prediction depend on
/// others; walls are what is nearest, but a periodic axis goes around; and the last state is not
/// added, for the recipe's `target = "increment"` does that.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963; Ronneberger, Fischer & Brox (2015),
/// arXiv 1505.04597, fig. 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CfdbenchUNet {
    /// Channels on the finest cells, > 0; every level has twice those above. Default 12.
    pub width: usize,
    /// How often cells are halved. Default 4.
    pub levels: usize,
}

impl Default for CfdbenchUNet {
    fn default() -> Self {
        Self { width: 12, levels: 4 }
    }
}

impl Part for CfdbenchUNet {
    const NAME: &'static str = "cfdbench-unet";
    const SUMMARY: &'static str =
        "U-Net with pooling and transposed convolutions (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.levels < 8, "levels", self.levels, "less than 8")
    }
}

impl Architecture for CfdbenchUNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let plane = Plane::of(interface, Self::NAME, Beyond::Nearest)?;
        let finest = Level { plane, width: self.width };
        Ok(Box::new(CfdbenchUNetOperator {
            body: Stage::new(interface.inputs(), finest, self.levels, &weights)?,
            head: Pointwise::new(self.width, interface.outputs(), &weights.pp("head"))?,
        }))
    }
}

struct CfdbenchUNetOperator {
    body: Stage,
    head: Pointwise,
}

impl Operator for CfdbenchUNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        self.head.forward(&self.body.forward(&inputs.channels()?)?)
    }
}

/// A level with all that is below it.
struct Stage {
    before: Block,
    below: Option<Below>,
}

struct Below {
    stage: Box<Stage>,
    up: Convolution,
    /// Cells of zeros that make up for those left out by pooling.
    missing: [usize; 2],
    after: Block,
}

impl Stage {
    fn new(
        channels: usize,
        level: Level,
        levels: usize,
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let before = Block::new(channels, level, &weights.pp("before"))?;
        let below = (levels > 0).then(|| Below::new(level, levels, weights)).transpose()?;
        Ok(Self { before, below })
    }

    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        let fine = self.before.forward(x)?;
        let Some(below) = &self.below else { return Ok(fine) };
        let coarse = below.up.forward(&below.stage.forward(&max_pool(&fine)?)?)?;
        let [x, y] = below.missing;
        let coarse = coarse.pad_with_zeros(2, 0, x)?.pad_with_zeros(3, 0, y)?;
        below.after.forward(&Tensor::cat(&[fine, coarse], 1)?)
    }
}

impl Below {
    fn new(level: Level, levels: usize, weights: &VarBuilder) -> CandleResult<Self> {
        let (fine, cells) = (level.width, level.plane.cells);
        let coarser = Level { plane: level.plane.with(halved), width: 2 * fine };
        let missing = cells.map(|cells| if cells > 1 { cells % 2 } else { 0 });
        let parting = [0, 1].map(|axis| Stencil::parting(cells[axis] - missing[axis]));
        let below = weights.pp("below");
        Ok(Self {
            stage: Box::new(Stage::new(fine, coarser, levels - 1, &below)?),
            up: Convolution::new([coarser.width, fine], parting, &weights.pp("up"))?,
            missing,
            after: Block::new(2 * fine, level, &weights.pp("after"))?,
        })
    }
}

/// Twice convolution, norm, relu.
struct Block([(Convolution, GroupNorm); 2]);

impl Block {
    fn new(channels: usize, level: Level, weights: &VarBuilder) -> CandleResult<Self> {
        let half = |channels: usize, weights: VarBuilder| -> CandleResult<_> {
            let channels = [channels, level.width];
            let convolution = level.plane.convolution(channels, &weights.pp("convolution"))?;
            Ok((convolution, GroupNorm::new(level.width, 1, &weights.pp("norm"))?))
        };
        Ok(Self([half(channels, weights.pp("first"))?, half(level.width, weights.pp("second"))?]))
    }

    fn forward(&self, x: &Tensor) -> CandleResult<Tensor> {
        self.0.iter().try_fold(x.clone(), |x, (convolution, norm)| {
            relu(&norm.forward(&convolution.forward(&x)?)?)
        })
    }
}
