//! Lift, layers, projection.

use super::block::Block;
use super::lift::Lift;
use super::positions::Embedding;
use super::{Kernels, Positions};
use crate::layers::{Gelu, Normal, Order, Pointwise, chained};
use crate::{Inputs, Interface, Operator};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

/// A factorized transformer's sizes and kinds.
pub(in crate::models) struct Plan<'a> {
    pub(in crate::models) width: usize,
    pub(in crate::models) layers: usize,
    /// How often each layer is applied, in steps of one over this.
    pub(in crate::models) iterations: usize,
    pub(in crate::models) order: Order,
    pub(in crate::models) normal: Normal,
    pub(in crate::models) kernels: &'a Kernels,
    pub(in crate::models) positions: &'a Positions,
}

/// ```text
/// u ← lift a
/// for every layer:   u ← u + E p,   then L times   u ← u + F u / L
/// projection:        R gelu(Q u) + b
/// ```
pub(in crate::models) struct Trunk {
    lift: Lift,
    layers: Vec<(Embedding, Block)>,
    iterations: usize,
    narrow: Pointwise,
    project: Pointwise,
}

impl Trunk {
    pub(in crate::models) fn new(
        plan: &Plan,
        interface: &Interface,
        weights: &VarBuilder,
    ) -> Result<Self> {
        let (width, cells) = (plan.width, interface.axes());
        let layer = |number: usize| {
            let weights = weights.pp(format!("layer-{number}"));
            let embedding = weights.pp("embedding");
            let kinds = (plan.order, plan.normal);
            let options = (plan.kernels, plan.positions);
            Ok((
                Embedding::new(width, plan.positions, cells, &embedding)?,
                Block::new(width, kinds, options, cells, &weights)?,
            ))
        };
        Ok(Self {
            lift: Lift::new(width, interface, &weights.pp("lift"))?,
            layers: (0..plan.layers).map(layer).collect::<Result<_>>()?,
            iterations: plan.iterations,
            narrow: Pointwise::unbiased(width, width / 2, &weights.pp("narrow"))?,
            project: Pointwise::new(width / 2, interface.outputs(), &weights.pp("project"))?,
        })
    }
}

impl Operator for Trunk {
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
