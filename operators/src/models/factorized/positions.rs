//! The embedding of the positions of the cells.

use super::Positions;
use crate::layers::Pointwise;
use candle_core::{Device, Result, Tensor};
use candle_nn::{Init, VarBuilder};
use std::f64::consts::TAU;

/// A linear map of Fourier features of the positions p, `L (sin 2π B p, cos 2π B p)`. The wavenumbers B are random
/// and not trained.
///
/// Shapes: `[1, width, …cells]`; `B [axis, width/2]`.
///
/// Source: Tancik et al. (2020), arXiv 2006.10739, eq. (5).
pub(super) struct Embedding {
    wavenumbers: Tensor,
    /// `[axis, cell]`.
    positions: Tensor,
    linear: Pointwise,
    cells: Vec<usize>,
}

impl Embedding {
    pub(super) fn new(
        width: usize,
        positions: &Positions,
        cells: &[usize],
        weights: &VarBuilder,
    ) -> Result<Self> {
        let drawn = Init::Randn { mean: 0.0, stdev: positions.fourier_scale };
        let shape = (cells.len(), width / 2);
        Ok(Self {
            wavenumbers: weights.get_with_hints(shape, "wavenumbers.frozen", drawn)?.detach(),
            positions: of_cells(positions, cells)?
                .to_dtype(weights.dtype())?
                .to_device(weights.device())?,
            linear: Pointwise::new(width, width, &weights.pp("linear"))?,
            cells: cells.to_vec(),
        })
    }

    pub(super) fn forward(&self) -> Result<Tensor> {
        let phases = (self.wavenumbers.t()?.matmul(&self.positions)? * TAU)?;
        let features = Tensor::cat(&[phases.sin()?, phases.cos()?], 0)?.unsqueeze(0)?;
        let y = self.linear.forward(&features)?;
        y.reshape([&[1, y.dim(1)?], &self.cells[..]].concat())
    }
}

/// The positions of all cells, `[axis, cell]`.
fn of_cells(positions: &Positions, cells: &[usize]) -> Result<Tensor> {
    let total: usize = cells.iter().product();
    let mut values = Vec::new();
    for (axis, &n) in cells.iter().enumerate() {
        let (along, after) =
            (positions.along(axis, n), cells[axis + 1..].iter().product::<usize>());
        values.extend((0..total).map(|cell| along[cell / after % n]));
    }
    Tensor::from_vec(values, (cells.len(), total), &Device::Cpu)
}
