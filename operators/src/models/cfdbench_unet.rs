//! The U-Net of `CFDBench`.

use super::unet::encoder_decoder::{EncoderDecoder, Variant};
use crate::convolution_grid::{ConvolutionGrid, Level};
use crate::layers::{Convolution, GroupNorm, Padding, Stencil, halved, max_pool, relu};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// A U-Net with max pooling and transposed convolutions.
///
/// ```text
/// down:   vₗ = B(pool vₗ₋₁) on half the cells with twice the channels
/// up:     v = B(T v, vₗ), with T a transposed 2 × 2 convolution to twice the cells and half the channels
/// B:      twice 3 × 3 convolution, norm, ReLU
/// ```
///
/// Where the number of cells along an axis is odd, the last cell is left out on the way down and replaced by
/// zeros on the way up.
///
/// On `CFDBench`'s interface (u, v and a mask, 5 parameters) it has the 1,095,038 weights of the original.
/// Three things differ from the published code: group norm with one group replaces batch norm, with which
/// the prediction of a sample depends on the rest of its batch; convolutions have circular padding on
/// periodic axes and replicate padding on the others; the latest state is not added to the output, because
/// the recipe's `target = "increment"` does that.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963; Ronneberger, Fischer & Brox (2015),
/// arXiv 1505.04597, fig. 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CfdbenchUNet {
    /// Channels on the finest level, > 0; each coarser level has twice as many. Default 12.
    pub width: usize,
    /// Poolings, each of which halves the cells along each axis, < 8. Default 4.
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
        let grid = ConvolutionGrid::of(interface, Self::NAME, Padding::Replicate)?;
        let finest = Level { grid, width: self.width };
        let network = EncoderDecoder::<Pooled>::new(interface, finest, self.levels, &weights)?;
        Ok(Box::new(network))
    }
}

/// Max pooling to half the cells; transposed convolution back.
struct Pooled {
    up: Convolution,
    /// Cells along each axis that pooling leaves out, 0 or 1; zeros replace them on the way up.
    left_out: [usize; 2],
}

impl Variant for Pooled {
    type Block = [(Convolution, GroupNorm); 2];

    fn below(level: Level) -> (usize, Level) {
        (level.width, Level { grid: level.grid.with(halved), width: 2 * level.width })
    }

    fn new(level: Level, weights: &VarBuilder) -> CandleResult<Self> {
        let (channels, cells) = ([2 * level.width, level.width], level.grid.cells);
        let left_out = cells.map(|cells| if cells > 1 { cells % 2 } else { 0 });
        let stencils = [0, 1].map(|axis| Stencil::transposed_2(cells[axis] - left_out[axis]));
        Ok(Self { up: Convolution::new(channels, stencils, &weights.pp("up"))?, left_out })
    }

    fn down(&self, fine: &Tensor) -> CandleResult<Tensor> {
        max_pool(fine)
    }

    fn up(&self, coarse: &Tensor) -> CandleResult<Tensor> {
        let [x, y] = self.left_out;
        self.up.forward(coarse)?.pad_with_zeros(2, 0, x)?.pad_with_zeros(3, 0, y)
    }

    fn block(halves: [(Convolution, GroupNorm); 2]) -> Self::Block {
        halves
    }

    fn apply(block: &Self::Block, x: &Tensor) -> CandleResult<Tensor> {
        block.iter().try_fold(x.clone(), |x, (convolution, norm)| {
            relu(&norm.forward(&convolution.forward(&x)?)?)
        })
    }
}
