//! One step into the future, in training and in rollouts alike.

use crate::train::Target;
use crate::{Inputs, Network, Scaling};
use candle_core::{Device, Result, Tensor};

/// A network, and what its output means.
pub(crate) struct Propagator {
    network: Network,
    /// `[1, output, 1, …]`, if the output is a change.
    change: Option<Tensor>,
}

impl Propagator {
    pub(crate) fn new(
        network: Network,
        target: Target,
        scaling: &Scaling,
        device: &Device,
    ) -> Result<Self> {
        let interface = network.interface();
        let change = || scaling.change(&interface.predicted(), interface.axes().len(), device);
        let change = (target == Target::Increment).then(change).transpose()?;
        Ok(Self { network, change })
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The next state, `[batch, channel, …cells]`, after those in `inputs`: what is constant is
    /// as it was.
    pub(crate) fn next(&self, inputs: &Inputs) -> Result<Tensor> {
        let (states, output) = (inputs.states, self.network.forward(inputs)?);
        let latest = self.latest(states)?;
        let predicted = match &self.change {
            Some(change) => (self.predicted(&latest)? + output.broadcast_mul(change)?)?,
            None => output,
        };
        self.among_constants(&predicted, &latest)
    }

    /// What the network is to put out, `[batch, output, …cells]`, so that the state `next` follows
    /// those given.
    pub(crate) fn wanted(&self, states: &Tensor, next: &Tensor) -> Result<Tensor> {
        let next = self.predicted(next)?;
        let Some(change) = &self.change else { return Ok(next) };
        // A channel that never changes is to change by 0, not by 0/0.
        let change = change.maximum(f64::from(f32::MIN_POSITIVE))?;
        (next - self.predicted(&self.latest(states)?)?)?.broadcast_div(&change)
    }

    /// The last of the given states, `[batch, channel, …cells]`.
    fn latest(&self, states: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        states.narrow(1, (interface.history - 1) * interface.channels, interface.channels)
    }

    /// The channels that are predicted, of `[batch, channel, …cells]`.
    pub(crate) fn predicted(&self, state: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        if interface.constants.is_empty() {
            return Ok(state.clone());
        }
        let planes = interface.predicted().into_iter().map(|channel| state.narrow(1, channel, 1));
        Tensor::cat(&planes.collect::<Result<Vec<_>>>()?, 1)
    }

    /// All channels in order: the constants of `state`, and those predicted.
    fn among_constants(&self, predicted: &Tensor, state: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        if interface.constants.is_empty() {
            return Ok(predicted.clone());
        }
        let mut outputs = 0..;
        let plane = |channel| {
            if interface.constants.contains(&channel) {
                state.narrow(1, channel, 1)
            } else {
                predicted.narrow(1, outputs.next().expect("it has no end"), 1)
            }
        };
        Tensor::cat(&(0..interface.channels).map(plane).collect::<Result<Vec<_>>>()?, 1)
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
