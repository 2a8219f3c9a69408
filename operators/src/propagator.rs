//! One step into the future, in training and in rollouts alike.

use crate::train::Target;
use crate::{Inputs, Network, Scaling};
use candle_core::{Device, Result, Tensor};

/// A network, and what its output means.
pub(crate) struct Propagator {
    network: Network,
    /// `[1, channel, 1, …]`, if the output is a change.
    change: Option<Tensor>,
    /// `[1, channel, 1, …]`: 1 where a channel is predicted, 0 where it is carried, if any is.
    changing: Option<Tensor>,
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
        let changing = network.interface().changing(dimensions, device)?;
        Ok(Self { network, change: change.transpose()?, changing })
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The next state, `[batch, channel, …cells]`, after `[batch, history·channel, …cells]`: what is
    /// constant is as it was.
    pub(crate) fn next(&self, states: &Tensor, parameters: &Tensor) -> Result<Tensor> {
        let output = self.network.forward(&Inputs { states, parameters })?;
        let interface = self.network.interface();
        let latest = (interface.history - 1) * interface.channels;
        let latest = states.narrow(1, latest, interface.channels)?;
        let next = match &self.change {
            Some(change) => (&latest + output.broadcast_mul(change)?)?,
            None => output,
        };
        match &self.changing {
            Some(changing) => {
                next.broadcast_mul(changing)? + latest.broadcast_mul(&(1.0 - changing)?)?
            }
            None => Ok(next),
        }
    }

    /// The channels that are predicted, of `[batch, channel, …cells]`.
    pub(crate) fn predicted(&self, state: &Tensor) -> Result<Tensor> {
        if self.changing.is_none() {
            return Ok(state.clone());
        }
        let planes = self.network.interface().predicted();
        let planes = planes.into_iter().map(|channel| state.narrow(1, channel, 1));
        Tensor::cat(&planes.collect::<Result<Vec<_>>>()?, 1)
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
