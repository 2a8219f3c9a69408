//! The residual network of `CFDBench`.

use crate::convolution_grid::ConvolutionGrid;
use crate::layers::{Convolution, GroupNorm, Padding, Pointwise, Stencil, gelu};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// A residual network: blocks of two wide convolutions with a skip connection.
///
/// ```text
/// vₗ₊₁ = S vₗ + N C gelu(N C vₗ)      C: 7 × 7 convolution, N: group norm if `norm`,
///                                    S: identity, or a linear map of the channels if their number changes
/// ```
///
/// On `CFDBench`'s interface (u, v and a mask, 5 parameters) it has the 534,696 weights of the original. The
/// original has batch norms, 932 of these weights, but never applies them; without any norm its rollouts
/// soon diverge. Therefore group norms with one group are applied here. Three more things differ from the
/// published code: there is no dropout; convolutions have circular padding on periodic axes and replicate
/// padding on the others; the latest state is not added to the output, because the recipe's
/// `target = "increment"` does that.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963, after He et al. (2016), arXiv 1512.03385.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ResNet {
    /// Channels between blocks, > 0. Default 16.
    pub width: usize,
    /// Channels within a block, > 0. Default 64.
    pub hidden_channels: usize,
    /// Blocks besides the first and the last. Default 4.
    pub blocks: usize,
    /// Cells of a convolution along each axis, odd. Default 7.
    pub kernel_size: usize,
    /// Whether convolutions are followed by a group norm with one group. Default true.
    pub norm: bool,
}

impl Default for ResNet {
    fn default() -> Self {
        Self { width: 16, hidden_channels: 64, blocks: 4, kernel_size: 7, norm: true }
    }
}

impl Part for ResNet {
    const NAME: &'static str = "resnet";
    const SUMMARY: &'static str =
        "residual network with 7×7 convolutions (Luo et al. 2023, CFDBench)";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("hidden", "hidden-channels"),
        Renamed::key("depth", "blocks"),
        Renamed::key("kernel", "kernel-size"),
    ];

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[("width", self.width), ("hidden-channels", self.hidden_channels)])?;
        Invalid::unless(self.kernel_size % 2 == 1, "kernel-size", self.kernel_size, "odd")
    }
}

impl Architecture for ResNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, Padding::Replicate)?;
        let stencils =
            grid.stencils(|cells, padding| Stencil::wide(cells, self.kernel_size, padding));
        let inner = vec![self.width; self.blocks + 1];
        let widths = [&[interface.inputs()], &inner[..], &[interface.outputs()]].concat();
        let block = |(number, pair): (usize, &[usize])| {
            let weights = weights.pp(format!("block-{number}"));
            self.block(pair[0], pair[1], &stencils, &weights)
        };
        let blocks = widths.windows(2).enumerate().map(block);
        Ok(Box::new(ResNetOperator { blocks: blocks.collect::<CandleResult<_>>()? }))
    }
}

impl ResNet {
    fn block(
        &self,
        channels: usize,
        out: usize,
        stencils: &[Stencil; 2],
        weights: &VarBuilder,
    ) -> CandleResult<Block> {
        let half = |channels: usize, out: usize, weights: VarBuilder| -> CandleResult<_> {
            let norm = || GroupNorm::new(out, 1, &weights.pp("norm"));
            let convolution = weights.pp("convolution");
            let convolution = Convolution::new([channels, out], stencils.clone(), &convolution)?;
            Ok(Half { convolution, norm: self.norm.then(norm).transpose()? })
        };
        let shortcut = || Pointwise::new(channels, out, &weights.pp("shortcut"));
        Ok(Block {
            first: half(channels, self.hidden_channels, weights.pp("first"))?,
            second: half(self.hidden_channels, out, weights.pp("second"))?,
            shortcut: (channels != out).then(shortcut).transpose()?,
        })
    }
}

struct ResNetOperator {
    blocks: Vec<Block>,
}

impl Operator for ResNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        self.blocks.iter().try_fold(inputs.channels()?, |v, block| block.forward(&v))
    }
}

struct Block {
    first: Half,
    second: Half,
    shortcut: Option<Pointwise>,
}

impl Block {
    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let change = self.second.forward(&gelu(&self.first.forward(v)?)?)?;
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(v)? + change,
            None => v + change,
        }
    }
}

/// A convolution with an optional norm.
struct Half {
    convolution: Convolution,
    norm: Option<GroupNorm>,
}

impl Half {
    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let v = self.convolution.forward(v)?;
        self.norm.as_ref().map_or(Ok(v.clone()), |norm| norm.forward(&v))
    }
}
