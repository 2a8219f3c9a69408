//! One step into the future, in training and in rollouts alike.

use crate::train::Target;
use crate::{Inputs, Network, Scaling};
use candle_core::{Device, Result, Tensor};

/// A network, and what its output means.
pub(crate) struct Propagator {
    network: Network,
    /// `[1, channel, 1, …]`, if the output is a change.
    change: Option<Tensor>,
}

impl Propagator {
    pub(crate) fn new(
        network: Network,
        target: Target,
        scaling: &Scaling,
        device: &Device,
    ) -> Result<Self> {
        let dimensions = network.interface().axes().len();
        let change = (target == Target::Increment).then(|| scaling.change(dimensions, device));
        Ok(Self { network, change: change.transpose()? })
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The next state, `[batch, channel, …cells]`, after `[batch, history·channel, …cells]`.
    pub(crate) fn next(&self, states: &Tensor, parameters: &Tensor) -> Result<Tensor> {
        let output = self.network.forward(&Inputs { states, parameters })?;
        let interface = self.network.interface();
        let latest = (interface.history - 1) * interface.channels;
        match &self.change {
            Some(change) => {
                states.narrow(1, latest, interface.channels)? + output.broadcast_mul(change)?
            }
            None => Ok(output),
        }
    }

    /// Forgets the oldest state and appends the newest.
    pub(crate) fn slide(&self, states: &Tensor, next: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        let kept = (interface.history - 1) * interface.channels;
        if kept == 0 {
            return Ok(next.clone());
        }
        Tensor::cat(&[&states.narrow(1, interface.channels, kept)?, next], 1)
    }
}
