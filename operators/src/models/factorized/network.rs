//! Lifting, layers and projection of a factorized transformer.

use super::block::Block;
use super::lift::Lift;
use super::positions::Embedding;
use super::{Kernels, Positions};
use crate::layers::{Gelu, Normal, Order, Pointwise, chained};
use crate::{Inputs, Interface, Operator};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// The sizes of a factorized transformer, and its variant of attention and norm.
pub(in crate::models) struct Sizes<'a> {
    pub(in crate::models) width: usize,
    pub(in crate::models) layers: usize,
    /// Iterations L of each layer, with step 1/L.
    pub(in crate::models) iterations: usize,
    pub(in crate::models) order: Order,
    pub(in crate::models) normal: Normal,
    pub(in crate::models) kernels: &'a Kernels,
    pub(in crate::models) positions: &'a Positions,
}

/// The network of a factorized transformer.
///
/// ```text
/// u ← lift(a, θ)
/// in each layer:   u ← u + E p,   then L times   u ← u + F u / L
/// projection:      R gelu(Q u) + b
/// ```
pub(in crate::models) struct FactorizedNetwork {
    lift: Lift,
    layers: Vec<(Embedding, Block)>,
    iterations: usize,
    narrow: Pointwise,
    project: Pointwise,
}

impl FactorizedNetwork {
    pub(in crate::models) fn new(
        sizes: &Sizes,
        interface: &Interface,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let (width, cells) = (sizes.width, interface.axes());
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let embedding = weights.pp("embedding");
            let kinds = (sizes.order, sizes.normal);
            let options = (sizes.kernels, sizes.positions);
            Ok((
                Embedding::new(width, sizes.positions, cells, &embedding)?,
                Block::new(width, kinds, options, cells, &weights)?,
            ))
        };
        Ok(Self {
            lift: Lift::new(width, interface, &weights.pp("lift"))?,
            layers: (0..sizes.layers).map(layer).collect::<Result<_>>()?,
            iterations: sizes.iterations,
            narrow: Pointwise::unbiased(width, width / 2, &weights.pp("narrow"))?,
            project: Pointwise::new(width / 2, interface.outputs(), &weights.pp("project"))?,
        })
    }
}

impl Operator for FactorizedNetwork {
    fn forward(&self, inputs: &Inputs) -> Result<Tensor> {
        let step = 1.0 / self.iterations as f64;
        let mut u = self.lift.forward(inputs)?;
        for (embedding, block) in &self.layers {
            u = u.broadcast_add(&embedding.forward()?)?;
            for _ in 0..self.iterations {
                u = block.forward(&u, step)?;
            }
        }
        chained::<Gelu>(&u, &[&self.narrow, &self.project])
    }
}
