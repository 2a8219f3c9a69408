//! The embedding of the positions of the cells.

use super::Positions;
use crate::layers::Pointwise;
use candle_core::{Device, Result, Tensor};
use candle_nn::{Init, VarBuilder};
use std::f64::consts::TAU;
use std::sync::OnceLock;

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
    /// The embedding, once it was computed with weights that are not trained: it depends on nothing else, and all steps
    /// of a rollout share it.
    fixed: OnceLock<Tensor>,
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
            fixed: OnceLock::new(),
        })
    }

    pub(super) fn forward(&self) -> Result<Tensor> {
        if let Some(fixed) = self.fixed.get() {
            return Ok(fixed.clone());
        }
        let embedding = self.compute()?;
        if embedding.track_op() {
            return Ok(embedding);
        }
        Ok(self.fixed.get_or_init(|| embedding).clone())
    }

    fn compute(&self) -> Result<Tensor> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;
    use candle_core::DType;
    use std::collections::HashMap;

    fn embedding(weights: &VarBuilder) -> Embedding {
        Embedding::new(4, &Positions::default(), &[3, 5], weights).expect("two axes")
    }

    /// Trained weights change between steps; those of a checkpoint do not.
    #[test]
    fn the_embedding_is_kept_if_its_weights_are_not_trained() {
        let weights = Weights::new(1);
        let trained = embedding(&weights.builder(DType::F32, &Device::Cpu));
        let first = trained.forward().expect("a forward pass");
        assert!(trained.fixed.get().is_none());
        let tensors: HashMap<String, Tensor> = weights
            .variables()
            .into_iter()
            .map(|(name, variable)| (name, variable.as_detached_tensor()))
            .collect();
        let loaded = embedding(&VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu));
        for pass in 0..2 {
            let values = |x: &Tensor| x.flatten_all().and_then(|x| x.to_vec1::<f32>());
            let again = loaded.forward().expect("a forward pass");
            assert_eq!(values(&again).expect("f32"), values(&first).expect("f32"), "pass {pass}");
            assert!(loaded.fixed.get().is_some());
        }
    }
}
