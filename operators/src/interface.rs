//! What goes into an operator and what comes out.

use crate::OperatorError;
use candle_core::{Result as CandleResult, Tensor, bail};
use data::Field;
use serde::{Deserialize, Serialize};

/// The sizes that an operator is built for; a dataset fixes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Interface {
    /// States that are given.
    pub history: usize,
    /// Channels of a state.
    pub channels: usize,
    /// Parameters of a sample.
    pub parameters: usize,
    /// Cells along x, y, z; 1 along an axis that the flow does not depend on.
    pub cells: [usize; 3],
    /// Whether the domain repeats along x, y, z.
    pub periodic: [bool; 3],
    /// The channels that are given and stay as they are, such as a mask: networks see them, and do
    /// not put them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<usize>,
}

impl Interface {
    /// The cells along the axes that tensors have: x and y, and z unless it is flat.
    pub fn axes(&self) -> &[usize] {
        axes(&self.cells)
    }

    /// The channels that are predicted.
    pub fn predicted(&self) -> Vec<usize> {
        (0..self.channels).filter(|channel| !self.constants.contains(channel)).collect()
    }

    /// How many channels are predicted: what a network puts out.
    pub fn outputs(&self) -> usize {
        self.channels - self.constants.len()
    }

    /// How many channels [`Inputs::channels`] has.
    pub fn inputs(&self) -> usize {
        self.history * self.channels + self.parameters
    }

    /// How many numbers [`Inputs::column`] has.
    pub fn numbers(&self) -> usize {
        self.history * self.channels * self.axes().iter().product::<usize>() + self.parameters
    }

    /// So many cells beyond the end of every axis that tensors have, and none beyond periodic ones.
    pub fn beyond_walls(&self, padding: usize) -> Vec<usize> {
        let walls = self.axes().iter().zip(&self.periodic);
        walls.map(|(_, periodic)| if *periodic { 0 } else { padding }).collect()
    }

    /// The cells along x and y, for an architecture that knows planes only.
    pub fn plane(&self, architecture: &'static str) -> Result<[usize; 2], OperatorError> {
        let [nx, ny, nz] = self.cells;
        if nz == 1 {
            Ok([nx, ny])
        } else {
            Err(OperatorError::NotPlane { architecture, cells: self.cells })
        }
    }
}

/// The cells along the axes that tensors have: x and y, and z unless it is flat.
pub(crate) fn axes(cells: &[usize; 3]) -> &[usize] {
    if cells[2] == 1 { &cells[..2] } else { cells }
}

/// The channels that are given and stay as they are.
pub(crate) fn constants(fields: &[Field]) -> Vec<usize> {
    let channels = data::channels(fields).into_iter().enumerate();
    channels.filter(|(_, channel)| channel.constant).map(|(number, _)| number).collect()
}

/// What an operator sees: all of it scaled to mean 0 and deviation 1.
pub struct Inputs<'a> {
    /// The latest states, oldest first: `[batch, history·channel, x, y]`, with z unless it is flat.
    pub states: &'a Tensor,
    /// The parameters of the samples: `[batch, parameter]`.
    pub parameters: &'a Tensor,
    /// The times of the states asked for: −1 where the trajectories of training begin, 1 where they
    /// end, `[batch]`. Only for those that are not autoregressive.
    pub times: &'a Tensor,
}

impl Inputs<'_> {
    /// The number of samples.
    pub fn batch(&self) -> CandleResult<usize> {
        self.states.dim(0)
    }

    /// States and parameters as channels, every parameter a constant map:
    /// `[batch, history·channel + parameter, x, y]`.
    pub fn channels(&self) -> CandleResult<Tensor> {
        let (batch, count) = self.parameters.dims2()?;
        let cells = &self.states.dims()[2..];
        let ones = vec![1; cells.len()];
        let maps = self.parameters.reshape([&[batch, count], &ones[..]].concat())?;
        let maps = maps.broadcast_as([&[batch, count], cells].concat())?;
        Tensor::cat(&[self.states, &maps], 1)
    }

    /// All states and then all parameters as the channels of one cell: `[batch, number, 1]`.
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
