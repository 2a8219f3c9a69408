//! The U-Net.

pub(super) mod encoder_decoder;

use self::encoder_decoder::{EncoderDecoder, Variant};
use crate::convolution_grid::{ConvolutionGrid, Level, PADDING_MODE};
use crate::layers::{Convolution, ConvolutionBlock, GroupNorm, Padding, Stencil};
use crate::{Architecture, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// A U-Net with strided convolutions.
///
/// ```text
/// down:   vₗ₊₁ = B(S vₗ), with S a 3 × 3 convolution with stride 2 to twice the channels
/// up:     v = B(vₗ, T v), with T nearest-neighbour upsampling and a 3 × 3 convolution to half the channels
/// B:      twice 3 × 3 convolution, group norm with one group, GELU
/// ```
///
/// It takes any number of cells: a level has `⌈n/2⌉` of the `n` cells of the level above. Coordinates are
/// not inputs: only the padding at the ends of the axes distinguishes positions.
///
/// Source: Ronneberger, Fischer & Brox (2015), arXiv 1505.04597, fig. 1. Three things differ from it: strided
/// convolutions replace pooling; there are group norms with one group, as in PDEArena; the activation is
/// GELU.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UNet {
    /// Channels on the finest level, > 0; each coarser level has twice as many. Default 16.
    pub width: usize,
    /// Downsamplings by two, < 8. Default 3.
    pub levels: usize,
    /// Padding of convolutions on axes that are not periodic. Default `zeros`.
    pub padding_mode: Padding,
}

impl Default for UNet {
    fn default() -> Self {
        Self { width: 16, levels: 3, padding_mode: Padding::Zeros }
    }
}

impl Part for UNet {
    const NAME: &'static str = "unet";
    const SUMMARY: &'static str =
        "U-Net (Ronneberger et al. 2015) with group norm, two-dimensional";
    const RENAMED: &'static [Renamed] = &[PADDING_MODE];

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
        let grid = ConvolutionGrid::of(interface, Self::NAME, self.padding_mode)?;
        let finest = Level { grid, width: self.width };
        let network = EncoderDecoder::<Strided>::new(interface, finest, self.levels, &weights)?;
        Ok(Box::new(network))
    }
}

/// Strided convolution to half the cells; upsampling and convolution back.
struct Strided {
    down: Convolution,
    up: Convolution,
}

impl Variant for Strided {
    type Block = ConvolutionBlock;

    fn below(level: Level) -> (usize, Level) {
        (level.coarser().width, level.coarser())
    }

    fn new(level: Level, weights: &VarBuilder) -> CandleResult<Self> {
        let (fine, coarse) = (level.width, level.coarser().width);
        let [strided, upsampled] =
            [Stencil::strided_3, Stencil::upsampled_3].map(|of| level.grid.stencils(of));
        Ok(Self {
            down: Convolution::new([fine, coarse], strided, &weights.pp("down"))?,
            up: Convolution::new([coarse, fine], upsampled, &weights.pp("up"))?,
        })
    }

    fn down(&self, fine: &Tensor) -> CandleResult<Tensor> {
        self.down.forward(fine)
    }

    fn up(&self, coarse: &Tensor) -> CandleResult<Tensor> {
        self.up.forward(coarse)
    }

    fn block(halves: [(Convolution, GroupNorm); 2]) -> ConvolutionBlock {
        ConvolutionBlock::new(halves.into())
    }

    fn apply(block: &ConvolutionBlock, x: &Tensor) -> CandleResult<Tensor> {
        block.forward(x)
    }
}
