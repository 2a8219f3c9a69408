//! One layer of factorized attention.

use super::kernel::AxisKernel;
use super::{Kernels, Positions};
use crate::layers::{
    AxialMixing, Gelu, LayerNorm, Normal, Order, Pointwise, added_chain, axis_means,
};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// The ε of the layer norm; the default of PyTorch.
const EPSILON: f64 = 1e-5;

/// One layer of factorized attention.
///
/// ```text
/// n = norm u,   v = W_v n,   K_a = kernel of the means of W n over all axes but a
/// F u = W₂ gelu(s),   s: v after the kernels, a norm and a linear map
/// ```
///
/// Since W is linear, the means are taken before it: W acts on the positions along each axis, not on cells.
pub(super) struct Block {
    norm: LayerNorm,
    values: Pointwise,
    inner: Pointwise,
    kernels: Vec<AxisKernel>,
    mixing: AxialMixing,
    out: Pointwise,
    /// Two additional linear maps with GELU between them, in the first release only.
    again: Option<[Pointwise; 2]>,
    cells: Vec<usize>,
}

impl Block {
    pub(super) fn new(
        width: usize,
        (order, normal): (Order, Normal),
        (kernels, positions): (&Kernels, &Positions),
        cells: &[usize],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let channels = kernels.channels();
        let kernel = |(axis, name): (usize, &str)| {
            let positions = positions.along(axis, cells[axis]);
            AxisKernel::new(width, kernels, &positions, &weights.pp(name))
        };
        let names = ["kernel-x", "kernel-y", "kernel-z"];
        let linear = |name: &str| Pointwise::unbiased(width, width, &weights.pp(name));
        let again = || Ok::<_, candle_core::Error>([linear("again-1")?, linear("again-2")?]);
        let mixing = weights.pp("mixing");
        Ok(Self {
            norm: LayerNorm::new(width, EPSILON, &weights.pp("norm"))?,
            values: Pointwise::unbiased(width, channels, &weights.pp("values"))?,
            inner: linear("inner")?,
            kernels: names
                .into_iter()
                .enumerate()
                .take(cells.len())
                .map(kernel)
                .collect::<Result<_>>()?,
            mixing: AxialMixing::new(order, normal, [channels, width], cells.len(), &mixing)?,
            out: linear("out")?,
            again: (normal == Normal::Planes).then(again).transpose()?,
            cells: cells.to_vec(),
        })
    }

    /// `u + s F u` with step s.
    pub(super) fn forward(&self, u: &Tensor, step: f64) -> Result<Tensor> {
        let n = self.norm.forward(u)?;
        let kernels = self.kernels_of(&n)?;
        let s = self.mixing.forward(&self.values.forward(&n)?, &kernels)?;
        match &self.again {
            Some([first, second]) => {
                added_chain::<Gelu>(u, step, &self.out.after::<Gelu>(&s)?, &[first, second])
            }
            None => self.out.added::<Gelu>(u, step, &s),
        }
    }

    fn kernels_of(&self, n: &Tensor) -> Result<Vec<Tensor>> {
        let means = self.inner.forward(&axis_means(n)?)?;
        let mut first = 0;
        let kernel = |(kernel, &cells): (&AxisKernel, &usize)| {
            first += cells;
            kernel.forward(&means.narrow(2, first - cells, cells)?)
        };
        self.kernels.iter().zip(&self.cells).map(kernel).collect()
    }
}
