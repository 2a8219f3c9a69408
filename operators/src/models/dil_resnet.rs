//! The dilated residual network.

use crate::convolution_grid::ConvolutionGrid;
use crate::layers::{Convolution, DomainPadding, Gelu, Padding, Pointwise, Stencil, chained, gelu};
use crate::operator::all_positive;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// The dilations of the convolutions of a block.
const DILATIONS: [usize; 7] = [1, 2, 4, 8, 4, 2, 1];

/// The dilated residual network: residual blocks of dilated convolutions, on the full grid.
///
/// ```text
/// v₀   = gelu(P₂ gelu(P₁ (a, θ)))                 per cell
/// vₗ₊₁ = vₗ + gelu C₁ … gelu C₈ … gelu C₁ vₗ       C_d: 3 × 3 convolution with dilation d
/// u    = Q₂ gelu(Q₁ v_L)                          per cell
/// ```
///
/// a: given states; θ: parameters. The dilations of a block are 1, 2, 4, 8, 4, 2, 1.
///
/// The network is that of `DilResNet-128` of PDEArena, with GELU, without norms, and with optional cells of
/// padding. One thing differs from its code: periodic axes have circular padding.
///
/// Source: Stachenfeld et al. (2022), arXiv 2112.15275, §3; PDEArena: Gupta & Brandstetter (2022),
/// arXiv 2209.15616.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DilResNet {
    /// Channels of the hidden layers, > 0. Default 24.
    pub width: usize,
    /// Blocks of seven convolutions, > 0. Default 4.
    pub blocks: usize,
    /// Cells of zeros appended to each axis that is not periodic. Default 0; PDEArena has 9.
    pub padding: usize,
}

impl Default for DilResNet {
    fn default() -> Self {
        Self { width: 24, blocks: 4, padding: 0 }
    }
}

impl Part for DilResNet {
    const NAME: &'static str = "dil-resnet";
    const SUMMARY: &'static str =
        "dilated residual network (Stachenfeld et al. 2022), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        all_positive(&[("width", self.width), ("blocks", self.blocks)])
    }
}

impl Architecture for DilResNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, Padding::Zeros)?;
        let padding = DomainPadding(interface.padding(self.padding));
        let larger = padding.padded(&grid.cells);
        let larger = ConvolutionGrid { cells: [larger[0], larger[1]], ..grid };
        let width = self.width;
        let convolution = |dilation: usize, weights: &VarBuilder| {
            let stencils =
                larger.stencils(|cells, padding| Stencil::dilated(cells, dilation, padding));
            Convolution::new([width; 2], stencils, weights)
        };
        let block = |number: usize| {
            let weights = weights.pp(format!("block-{number}"));
            let numbered = DILATIONS.into_iter().enumerate();
            numbered
                .map(|(i, dilation)| convolution(dilation, &weights.pp(i.to_string())))
                .collect()
        };
        let map = |name: &str, channels, out| Pointwise::new(channels, out, &weights.pp(name));
        Ok(Box::new(DilResNetOperator {
            lift: [map("lift.0", interface.inputs(), width)?, map("lift.1", width, width)?],
            padding,
            blocks: (0..self.blocks).map(block).collect::<CandleResult<_>>()?,
            widen: map("widen", width, width)?,
            project: map("project", width, interface.outputs())?,
        }))
    }
}

struct DilResNetOperator {
    lift: [Pointwise; 2],
    padding: DomainPadding,
    blocks: Vec<Vec<Convolution>>,
    widen: Pointwise,
    project: Pointwise,
}

impl Operator for DilResNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = gelu(&chained::<Gelu>(&inputs.channels()?, &self.lift.each_ref())?)?;
        let mut v = self.padding.pad(&v)?;
        for block in &self.blocks {
            let convolved = block
                .iter()
                .try_fold(v.clone(), |v, convolution| gelu(&convolution.forward(&v)?))?;
            v = (v + convolved)?;
        }
        chained::<Gelu>(&self.padding.crop(&v)?, &[&self.widen, &self.project])
    }
}
