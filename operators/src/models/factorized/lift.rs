//! The lifting: from fields to channels.

use crate::layers::{Gelu, Pointwise, pointwise};
use crate::{Inputs, Interface};
use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

/// `u = M gelu(w_f a_f + b_f)`: each field f of each given state is mapped to several channels, with weights that
/// are the same for all states; a linear map M of all channels follows. Each parameter is one more field.
///
/// The fields of one state have `width/2` channels together, rounded up to the same number for each.
pub(super) struct Lift {
    /// `[field, channel of the field]`.
    weight: Tensor,
    bias: Tensor,
    /// The identity, `[field of all states, 1, field of all states]`.
    each: Tensor,
    states: (usize, usize),
    mix: Pointwise,
}

impl Lift {
    pub(super) fn new(width: usize, interface: &Interface, weights: &VarBuilder) -> Result<Self> {
        let (history, channels) = (interface.history, interface.channels);
        let fields = channels + interface.parameters;
        let share = (width / 2).div_ceil(fields);
        let inputs = interface.inputs();
        let unit = Init::Uniform { lo: -1.0, up: 1.0 }; // ±1/√inputs, with one input each
        let each = Tensor::eye(inputs, weights.dtype(), weights.device())?.unsqueeze(1)?;
        Ok(Self {
            weight: weights.get_with_hints((fields, share), "fields.weight", unit)?,
            bias: weights.get_with_hints((fields, share), "fields.bias", unit)?,
            each,
            states: (history, channels),
            mix: Pointwise::unbiased(inputs * share, width, &weights.pp("mix"))?,
        })
    }

    pub(super) fn forward(&self, inputs: &Inputs) -> Result<Tensor> {
        let (weight, bias) = (self.of_inputs(&self.weight)?, self.of_inputs(&self.bias)?);
        let count = self.each.dim(0)?;
        let diagonal = weight.unsqueeze(2)?.broadcast_mul(&self.each)?.reshape(((), count))?;
        let own = pointwise(&inputs.channels()?, &diagonal, Some(&bias.flatten_all()?))?;
        self.mix.after::<Gelu>(&own)
    }

    /// Repeats the weights of the fields of a state for all given states.
    fn of_inputs(&self, x: &Tensor) -> Result<Tensor> {
        let (history, channels) = self.states;
        let of_state = x.narrow(0, 0, channels)?;
        let rest = x.narrow(0, channels, x.dim(0)? - channels)?;
        Tensor::cat(&[vec![of_state; history], vec![rest]].concat(), 0)
    }
}
