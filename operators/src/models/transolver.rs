//! Transolver.

use crate::convolution_grid::{ConvolutionGrid, PADDING_MODE};
use crate::layers::{
    Gelu, LayerNorm, Padding, Pointwise, SliceAttention, Stencil, added_chain, chained,
    coordinates, with_constants,
};
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part, Renamed};
use serde::{Deserialize, Serialize};

/// The ε of the layer norms; the default of PyTorch.
const EPSILON: f64 = 1e-5;

/// Transolver on a structured two-dimensional grid: a transformer whose tokens are slices of the domain, soft
/// clusters of cells with learned weights.
///
/// ```text
/// v = P gelu(L (a, θ, r))                             r: distances from the points of a reference grid
/// v ← v + A norm v,   v ← v + M₂ gelu(M₁ norm v)      in each layer; A: SliceAttention
/// u = Q norm v
/// ```
///
/// a: given states; θ: parameters. The published configuration for the Navier–Stokes equations is
/// `width = 256`, `layers = 8`, `heads = 8`, `slices = 32`. Three things differ from the published code:
/// coordinates are those of the cell centres; convolutions have circular padding on periodic axes; the
/// placeholder for missing fields, 256 weights without an effect, is left out.
///
/// Source: Wu et al. (2024), arXiv 2402.02366, §3, and `Transolver_2D.py` of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Transolver {
    /// Channels, > 0, a multiple of `heads`. Default 48.
    pub width: usize,
    /// Layers, > 0. Default 4.
    pub layers: usize,
    /// Attention heads, > 0. Default 4.
    pub heads: usize,
    /// Slices per head, > 1. Default 16.
    pub slices: usize,
    /// Hidden channels of the feed-forward networks over `width`, > 0. Default 1.
    pub mlp_ratio: usize,
    /// Points of the reference grid along each axis, > 1; the code's `ref`. Default 8.
    pub reference_points: usize,
    /// Padding of convolutions on axes that are not periodic. Default `zeros`.
    pub padding_mode: Padding,
}

impl Default for Transolver {
    fn default() -> Self {
        Self {
            width: 48,
            layers: 4,
            heads: 4,
            slices: 16,
            mlp_ratio: 1,
            reference_points: 8,
            padding_mode: Padding::Zeros,
        }
    }
}

impl Part for Transolver {
    const NAME: &'static str = "transolver";
    const SUMMARY: &'static str = "Transolver (Wu et al. 2024), two-dimensional";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("expansion", "mlp-ratio"),
        Renamed::key("places", "reference-points"),
        PADDING_MODE,
    ];

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("width", self.width, 0),
            ("layers", self.layers, 0),
            ("heads", self.heads, 0),
            ("slices", self.slices, 1),
            ("mlp-ratio", self.mlp_ratio, 0),
            ("reference-points", self.reference_points, 1),
        ];
        for (key, size, least) in sizes {
            Invalid::unless(size > least, key, size, &format!("greater than {least}"))?;
        }
        let whole = self.width.is_multiple_of(self.heads);
        Invalid::unless(whole, "width", self.width, "a multiple of the heads")
    }
}

impl Architecture for Transolver {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let grid = ConvolutionGrid::of(interface, Self::NAME, self.padding_mode)?;
        let stencils = grid.stencils(Stencil::same);
        let layer =
            |number: usize| Layer::new(self, &stencils, &weights.pp(format!("layer-{number}")));
        let (points, width) = (self.reference_points, self.width);
        let inputs = interface.inputs() + points * points;
        Ok(Box::new(TransolverOperator {
            distances: distances(grid.cells, points, weights.device(), weights.dtype())?,
            lift: linear([inputs, 2 * width], &weights.pp("lift"))?,
            narrow: linear([2 * width, width], &weights.pp("narrow"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            project: linear([width, interface.outputs()], &weights.pp("project"))?,
        }))
    }
}

/// A linear map with weights that are normal with standard deviation 0.02, and with bias 0.
fn linear(channels: [usize; 2], weights: &VarBuilder) -> CandleResult<Pointwise> {
    let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
    Pointwise::drawn(channels, normal, Some(Init::Const(0.0)), weights)
}

struct TransolverOperator {
    /// `[1, point, x, y]`.
    distances: Tensor,
    lift: Pointwise,
    narrow: Pointwise,
    layers: Vec<Layer>,
    norm: LayerNorm,
    project: Pointwise,
}

impl Operator for TransolverOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let a = with_constants(&inputs.channels()?, &self.distances)?;
        let v = chained::<Gelu>(&a, &[&self.lift, &self.narrow])?;
        let v = self.layers.iter().try_fold(v, |v, layer| layer.forward(&v))?;
        self.project.forward(&self.norm.forward(&v)?)
    }
}

struct Layer {
    norms: [LayerNorm; 2],
    attention: SliceAttention,
    widen: Pointwise,
    narrow: Pointwise,
}

impl Layer {
    fn new(
        options: &Transolver,
        stencils: &[Stencil; 2],
        weights: &VarBuilder,
    ) -> CandleResult<Self> {
        let (width, inner) = (options.width, options.mlp_ratio * options.width);
        let norm = |name| LayerNorm::new(width, EPSILON, &weights.pp(name));
        let attention = weights.pp("attention");
        Ok(Self {
            norms: [norm("norm-1")?, norm("norm-2")?],
            attention: SliceAttention::new(
                width,
                options.heads,
                options.slices,
                stencils,
                &attention,
            )?,
            widen: linear([width, inner], &weights.pp("widen"))?,
            narrow: linear([inner, width], &weights.pp("narrow"))?,
        })
    }

    fn forward(&self, v: &Tensor) -> CandleResult<Tensor> {
        let [first, second] = &self.norms;
        let v = self.attention.added(v, &first.forward(v)?)?;
        added_chain::<Gelu>(&v, 1.0, &second.forward(&v)?, &[&self.widen, &self.narrow])
    }
}

/// Distances of all cells from the points of a reference grid that spans the domain, in units of the lengths
/// of the axes: `[1, point, x, y]`.
fn distances(
    cells: [usize; 2],
    points: usize,
    device: &Device,
    dtype: DType,
) -> CandleResult<Tensor> {
    let [x, y] =
        [0, 1].map(|axis| coordinates(&cells, &Device::Cpu, DType::F64)?.get(0)?.get(axis));
    let (x, y) = (x?, y?);
    let position = |i: usize| i as f64 / (points - 1) as f64;
    let distance = |point: usize| {
        ((&x - position(point / points))?.sqr()? + (&y - position(point % points))?.sqr()?)?.sqrt()
    };
    let distances = (0..points * points).map(distance).collect::<CandleResult<Vec<_>>>()?;
    Tensor::stack(&distances, 0)?.unsqueeze(0)?.to_dtype(dtype)?.to_device(device)
}
