//! The residual network of `CFDBench`.

use crate::layers::{Beyond, Convolution, GroupNorm, Pointwise, Stencil, gelu};
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// Blocks of two wide convolutions, each added to what it began with.
///
/// ```text
/// vₗ₊₁ = S vₗ + N C gelu(N C vₗ)      C: 7 × 7 convolution, S: identity, or a linear map of the
///                                    channels where their number changes, N: group norm if wanted
/// ```
///
/// On `CFDBench`'s interface (u, v and a mask, 5 parameters) it has the 534,696 weights of the
/// original, which never applies 932 of them, those of batch norms: without any norm it soon
/// diverges, so here they are group norms. Three things differ besides: there is no dropout; walls
/// are what is nearest, but a periodic axis goes around; and the last state is not added, for the
/// recipe's `target = "increment"` does that.
///
/// Source: Luo, Chen & Zhang (2023), arXiv 2310.05963, after He et al. (2016), arXiv 1512.03385.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ResNet {
    /// Channels between blocks, > 0. Default 16.
    pub width: usize,
    /// Channels within a block, > 0. Default 64.
    pub hidden: usize,
    /// Blocks besides the first and the last. Default 4.
    pub depth: usize,
    /// Cells under a convolution along an axis, odd. Default 7.
    pub kernel: usize,
    /// Whether convolutions are followed by a group norm, one group. Default true.
    pub norm: bool,
}

impl Default for ResNet {
    fn default() -> Self {
        Self { width: 16, hidden: 64, depth: 4, kernel: 7, norm: true }
    }
}

impl Part for ResNet {
    const NAME: &'static str = "resnet";
    const SUMMARY: &'static str =
        "residual network with 7×7 convolutions (Luo et al. 2023, CFDBench)";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")?;
        Invalid::unless(self.hidden > 0, "hidden", self.hidden, "greater than 0")?;
        Invalid::unless(self.kernel % 2 == 1, "kernel", self.kernel, "odd")
    }
}

impl Architecture for ResNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let plane = Plane::of(interface, Self::NAME, Beyond::Nearest)?;
        let stencils = plane.stencils(|cells, beyond| Stencil::wide(cells, self.kernel, beyond));
        let inner = vec![self.width; self.depth + 1];
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
            first: half(channels, self.hidden, weights.pp("first"))?,
            second: half(self.hidden, out, weights.pp("second"))?,
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

/// A convolution, and a norm if wanted.
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
