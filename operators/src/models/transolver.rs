//! Transolver.

use crate::layers::{
    Beyond, Gelu, LayerNorm, Pointwise, SliceAttention, Stencil, added_chain, chained, coordinates,
    with_constants,
};
use crate::plane::Plane;
use crate::{Architecture, Inputs, Interface, Operator, OperatorError};
use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_nn::{Init, VarBuilder};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// PyTorch's value.
const EPSILON: f64 = 1e-5;

/// Transolver on a plane: a transformer whose tokens are slices of the domain, learned from the
/// state.
///
/// ```text
/// v = P gelu(L (a, r))                         r: distances to a coarse grid of places
/// v ← v + A norm v,   v ← v + M₂ gelu(M₁ norm v)      for every layer; A: SliceAttention
/// u = Q norm v
/// ```
///
/// Source: Wu et al. (2024), arXiv 2402.02366, §3, and its code for structured meshes
/// (`Transolver_2D.py`), whose configuration for the Navier–Stokes equations is `width = 256`,
/// `layers = 8`, `heads = 8`, `slices = 32`. Three things differ: cells are where their centres are;
/// convolutions go round periodic axes; and there is no placeholder for missing fields, 256 weights
/// that do nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Transolver {
    /// Channels, > 0; heads divide them. Default 48.
    pub width: usize,
    /// Layers, > 0. Default 4.
    pub layers: usize,
    /// Heads of the attention, > 0. Default 4.
    pub heads: usize,
    /// Slices of each head, > 1. Default 16.
    pub slices: usize,
    /// Channels inside M over the width, > 0. Default 1.
    pub expansion: usize,
    /// Places along an axis to which cells know their distance, > 1. Default 8.
    pub places: usize,
    /// What convolutions find beyond an axis that is not periodic. Default `zeros`.
    pub walls: Beyond,
}

impl Default for Transolver {
    fn default() -> Self {
        Self {
            width: 48,
            layers: 4,
            heads: 4,
            slices: 16,
            expansion: 1,
            places: 8,
            walls: Beyond::Zeros,
        }
    }
}

impl Part for Transolver {
    const NAME: &'static str = "transolver";
    const SUMMARY: &'static str = "Transolver (Wu et al. 2024), two-dimensional";

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("width", self.width, 0),
            ("layers", self.layers, 0),
            ("heads", self.heads, 0),
            ("slices", self.slices, 1),
            ("expansion", self.expansion, 0),
            ("places", self.places, 1),
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
        let plane = Plane::of(interface, Self::NAME, self.walls)?;
        let stencils = plane.stencils(Stencil::same);
        let layer =
            |number: usize| Layer::new(self, &stencils, &weights.pp(format!("layer-{number}")));
        let (inputs, width) = (interface.inputs() + self.places * self.places, self.width);
        Ok(Box::new(TransolverOperator {
            distances: distances(plane.cells, self.places, weights.device(), weights.dtype())?,
            lift: linear([inputs, 2 * width], &weights.pp("lift"))?,
            narrow: linear([2 * width, width], &weights.pp("narrow"))?,
            layers: (0..self.layers).map(layer).collect::<CandleResult<_>>()?,
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            project: linear([width, interface.outputs()], &weights.pp("project"))?,
        }))
    }
}

/// Weights normal with deviation 0.02, bias 0.
fn linear(channels: [usize; 2], weights: &VarBuilder) -> CandleResult<Pointwise> {
    let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
    Pointwise::drawn(channels, normal, Some(Init::Const(0.0)), weights)
}

struct TransolverOperator {
    /// `[1, place, x, y]`.
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
        let (width, inner) = (options.width, options.expansion * options.width);
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

/// Distances of all cells from the nodes of a coarse grid whose ends are the domain's, in units of
/// the axes' lengths: `[1, node, x, y]`.
fn distances(
    cells: [usize; 2],
    nodes: usize,
    device: &Device,
    dtype: DType,
) -> CandleResult<Tensor> {
    let [x, y] =
        [0, 1].map(|axis| coordinates(&cells, &Device::Cpu, DType::F64)?.get(0)?.get(axis));
    let (x, y) = (x?, y?);
    let place = |i: usize| i as f64 / (nodes - 1) as f64;
    let distance = |node: usize| {
        ((&x - place(node / nodes))?.sqr()? + (&y - place(node % nodes))?.sqr()?)?.sqrt()
    };
    let distances = (0..nodes * nodes).map(distance).collect::<CandleResult<Vec<_>>>()?;
    Tensor::stack(&distances, 0)?.unsqueeze(0)?.to_dtype(dtype)?.to_device(device)
}
