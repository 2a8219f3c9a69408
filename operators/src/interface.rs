//! Inputs and outputs of an operator.

use crate::OperatorError;
use candle_core::{Result as CandleResult, Tensor, bail};
use data::Field;
use serde::{Deserialize, Serialize};

/// The sizes that an operator is built for. A dataset and a recipe determine them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Interface {
    /// Given states.
    pub history: usize,
    /// Channels per state.
    pub channels: usize,
    /// Parameters per sample.
    pub parameters: usize,
    /// Cells along x, y, z; 1 along a flat axis.
    pub cells: [usize; 3],
    /// Whether the domain is periodic along x, y, z.
    pub periodic: [bool; 3],
    /// Channels that are constant in time, such as a mask: inputs of the network, but not outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<usize>,
}

impl Interface {
    /// The cells along the axes of tensors: x and y, and z unless it is flat.
    pub fn axes(&self) -> &[usize] {
        axes(&self.cells)
    }

    /// The predicted channels.
    pub fn predicted(&self) -> Vec<usize> {
        (0..self.channels).filter(|channel| !self.constants.contains(channel)).collect()
    }

    /// The number of predicted channels, which are the outputs of a network.
    pub fn outputs(&self) -> usize {
        self.channels - self.constants.len()
    }

    /// The number of channels of [`Inputs::channels`].
    pub fn inputs(&self) -> usize {
        self.history * self.channels + self.parameters
    }

    /// The number of entries of [`Inputs::column`].
    pub fn numbers(&self) -> usize {
        self.history * self.channels * self.axes().iter().product::<usize>() + self.parameters
    }

    /// `padding` cells for each axis of tensors that is not periodic, and 0 for periodic ones.
    pub fn padding(&self, padding: usize) -> Vec<usize> {
        let axes = self.axes().iter().zip(&self.periodic);
        axes.map(|(_, periodic)| if *periodic { 0 } else { padding }).collect()
    }

    /// The cells along x and y, for a two-dimensional architecture.
    pub fn plane(&self, architecture: &'static str) -> Result<[usize; 2], OperatorError> {
        let [nx, ny, nz] = self.cells;
        if nz == 1 {
            Ok([nx, ny])
        } else {
            Err(OperatorError::NotPlane { architecture, cells: self.cells })
        }
    }
}

/// The cells along the axes of tensors: x and y, and z unless it is flat.
pub(crate) fn axes(cells: &[usize; 3]) -> &[usize] {
    if cells[2] == 1 { &cells[..2] } else { cells }
}

/// The indices of the channels that are constant in time.
pub(crate) fn constants(fields: &[Field]) -> Vec<usize> {
    let channels = data::channels(fields).into_iter().enumerate();
    channels.filter(|(_, channel)| channel.constant).map(|(number, _)| number).collect()
}

/// The inputs of an operator, scaled to mean 0 and standard deviation 1.
pub struct Inputs<'a> {
    /// The given states, oldest first: `[batch, history·channel, x, y]`, with z unless it is flat.
    pub states: &'a Tensor,
    /// The parameters of the samples: `[batch, parameter]`.
    pub parameters: &'a Tensor,
    /// The times of the states to predict, −1 at the beginning and 1 at the end of the training trajectories:
    /// `[batch]`. Only architectures that are not autoregressive use them.
    pub times: &'a Tensor,
}

impl Inputs<'_> {
    /// The number of samples.
    pub fn batch(&self) -> CandleResult<usize> {
        self.states.dim(0)
    }

    /// States and parameters as channels, each parameter as a uniform field:
    /// `[batch, history·channel + parameter, x, y]`.
    pub fn channels(&self) -> CandleResult<Tensor> {
        let (batch, count) = self.parameters.dims2()?;
        let cells = &self.states.dims()[2..];
        let ones = vec![1; cells.len()];
        let maps = self.parameters.reshape([&[batch, count], &ones[..]].concat())?;
        let maps = maps.broadcast_as([&[batch, count], cells].concat())?;
        Tensor::cat(&[self.states, &maps], 1)
    }

    /// All states, then all parameters, as the channels of one cell: `[batch, number, 1]`.
    pub fn column(&self) -> CandleResult<Tensor> {
        Tensor::cat(&[&self.states.flatten_from(1)?, self.parameters], 1)?.unsqueeze(2)
    }

    /// Refuses inputs of other sizes than the operator was built for.
    pub(crate) fn check(&self, interface: &Interface) -> CandleResult<()> {
        let Interface { history, channels, parameters, .. } = *interface;
        let found = self.states.dims();
        let wanted = [&[self.batch()?, history * channels], interface.axes()].concat();
        if found.get(1) != wanted.get(1) {
            let count = found.get(1).copied().unwrap_or(0);
            bail!(
                "inputs have {count} channels, and the operator was built for {history} states × {channels}"
            );
        }
        if found != wanted {
            bail!("inputs have the shape {found:?}, and the operator was built for {wanted:?}");
        }
        if self.parameters.dims() != [wanted[0], parameters] {
            let found = self.parameters.dims();
            bail!(
                "parameters have the shape {found:?}, and the operator was built for {:?}",
                [wanted[0], parameters]
            );
        }
        if self.times.dims() != [wanted[0]] {
            bail!(
                "times have the shape {:?}, and there are {} samples",
                self.times.dims(),
                wanted[0]
            );
        }
        Ok(())
    }
}
