//! One step of a rollout, the same in training and in evaluation.

use crate::{Inputs, Network, Scaling, Target};
use candle_core::{Device, Result, Tensor};

/// A network with the meaning of its output, see [`Target`].
pub(crate) struct Propagator {
    network: Network,
    /// The unit of the output, `[1, output, 1, …]`, if the output is an increment.
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

    /// The state after those in `inputs`, `[batch, channel, …cells]`. Constant channels are copied.
    pub(crate) fn next(&self, inputs: &Inputs) -> Result<Tensor> {
        let (states, output) = (inputs.states, self.network.forward(inputs)?);
        let latest = self.latest(states)?;
        let predicted = match &self.change {
            Some(change) => (self.predicted(&latest)? + output.broadcast_mul(change)?)?,
            None => output,
        };
        self.with_constants(&predicted, &latest)
    }

    /// The output, `[batch, output, …cells]`, with which [`Self::next`] yields the state `next` after
    /// `states`.
    pub(crate) fn desired_output(&self, states: &Tensor, next: &Tensor) -> Result<Tensor> {
        let next = self.predicted(next)?;
        let Some(change) = &self.change else { return Ok(next) };
        // A channel that never changes has the desired output 0, not 0/0.
        let change = change.maximum(f64::from(f32::MIN_POSITIVE))?;
        (next - self.predicted(&self.latest(states)?)?)?.broadcast_div(&change)
    }

    /// The latest of the given states, `[batch, channel, …cells]`.
    fn latest(&self, states: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        states.narrow(1, (interface.history - 1) * interface.channels, interface.channels)
    }

    /// The predicted channels of `[batch, channel, …cells]`.
    pub(crate) fn predicted(&self, state: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        if interface.constants.is_empty() {
            return Ok(state.clone());
        }
        let planes = interface.predicted().into_iter().map(|channel| state.narrow(1, channel, 1));
        Tensor::cat(&planes.collect::<Result<Vec<_>>>()?, 1)
    }

    /// All channels in order: the constant ones from `state`, the others from `predicted`.
    fn with_constants(&self, predicted: &Tensor, state: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        if interface.constants.is_empty() {
            return Ok(predicted.clone());
        }
        let mut outputs = 0..;
        let plane = |channel| {
            if interface.constants.contains(&channel) {
                state.narrow(1, channel, 1)
            } else {
                predicted.narrow(1, outputs.next().expect("the range is unbounded"), 1)
            }
        };
        Tensor::cat(&(0..interface.channels).map(plane).collect::<Result<Vec<_>>>()?, 1)
    }

    /// Drops the oldest state of a history and appends the newest.
    pub(crate) fn slide(&self, states: &Tensor, next: &Tensor) -> Result<Tensor> {
        let interface = self.network.interface();
        let kept = (interface.history - 1) * interface.channels;
        if kept == 0 {
            return Ok(next.clone());
        }
        Tensor::cat(&[&states.narrow(1, interface.channels, kept)?, next], 1)
    }
}
