//! The dilated residual network.

use crate::layers::{Beyond, Convolution, Gelu, Margin, Pointwise, Stencil, chained, gelu};
use crate::operator::all_positive;
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// How far apart the cells under the convolutions of a block are.
const DILATIONS: [usize; 7] = [1, 2, 4, 8, 4, 2, 1];

/// The dilated residual network: it sees far by convolutions that leave cells out.
///
/// ```text
/// v₀   = gelu(P₂ gelu(P₁ a))                      per cell; a: states and parameters
/// vₗ₊₁ = vₗ + gelu C₁ … gelu C₈ … gelu C₁ vₗ       C_d: 3 × 3 convolution of cells d apart
/// u    = Q₂ gelu(Q₁ v_L)                          per cell
/// ```
///
/// The dilations of a block are 1, 2, 4, 8, 4, 2, 1.
///
/// Source: Stachenfeld et al. (2022), arXiv 2112.15275, §3, in the form of `DilResNet-128` of PDEArena
/// (Gupta & Brandstetter 2022, arXiv 2209.15616): GELU, no norm, padding. Periodic axes go around.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DilResNet {
    /// Channels of the hidden layers, > 0. Default 24.
    pub width: usize,
    /// Blocks of seven convolutions, > 0. Default 4.
    pub blocks: usize,
    /// Cells of zeros beyond the end of every axis that is not periodic. Default 0; PDEArena has 9.
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
        let plane = Plane::of(interface, Self::NAME, Beyond::Zeros)?;
        let margin = Margin(interface.beyond_walls(self.padding));
        let larger = margin.around(&plane.cells);
        let larger = Plane { cells: [larger[0], larger[1]], ..plane };
        let width = self.width;
        let convolution = |dilation: usize, weights: &VarBuilder| {
            let stencils =
                larger.stencils(|cells, beyond| Stencil::dilated(cells, dilation, beyond));
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
            margin,
            blocks: (0..self.blocks).map(block).collect::<CandleResult<_>>()?,
            widen: map("widen", width, width)?,
            project: map("project", width, interface.outputs())?,
        }))
    }
}

struct DilResNetOperator {
    lift: [Pointwise; 2],
    margin: Margin,
    blocks: Vec<Vec<Convolution>>,
    widen: Pointwise,
    project: Pointwise,
}

impl Operator for DilResNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let v = gelu(&chained::<Gelu>(&inputs.channels()?, &self.lift.each_ref())?)?;
        let mut v = self.margin.add(&v)?;
        for block in &self.blocks {
            let convolved = block
                .iter()
                .try_fold(v.clone(), |v, convolution| gelu(&convolution.forward(&v)?))?;
            v = (v + convolved)?;
        }
        chained::<Gelu>(&self.margin.cut(&v)?, &[&self.widen, &self.project])
    }
}
