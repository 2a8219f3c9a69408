//! Programs whose trained weights can be read.

use super::state_dict::StateDict;
use super::{fno, ifactformer};
use crate::OperatorError;
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::path::Path;

/// A program whose `state_dict`, saved with `safetensors.torch.save_file`, can be read.
///
/// ```no_run
/// use candle_core::{DType, Device};
/// use candle_nn::VarBuilder;
/// use operators::{ARCHITECTURES, Interface, Network, Program};
///
/// let (interface, device): (Interface, Device) = todo!("what the operator was trained for");
/// let table = "style = \"original\"\npadding = 9".parse()?;
/// let weights = Program::OriginalFno.read("darcy.safetensors".as_ref(), &device)?;
/// let weights = VarBuilder::from_tensors(weights, DType::F32, &device);
/// let network = Network::new(&*ARCHITECTURES.build("fno", table)?, &interface, weights)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What an operator sees and answers is scaled as in its training, which no `state_dict` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `fourier_2d.py`, `fourier_2d_time.py` and `fourier_3d.py` of Li et al. (2021): architecture
    /// `fno` with `style = "original"`. Batch norms, which they never apply, are left out.
    OriginalFno,
    /// `FNO` of the library neuraloperator with its defaults: architecture `fno` with
    /// `style = "neuraloperator"`, `modes` half of `n_modes`, `projection` twice `hidden_channels`.
    Neuraloperator,
    /// IFactFormer's code in its release of 2025-12: architectures `ifactformer-m` and
    /// `ifactformer-o`. It gives out the fields that it takes in, and has no parameters.
    IFactFormer,
}

impl Program {
    /// Reads a file's weights, named and shaped as here.
    ///
    /// Errors name the file, and what is missing or unknown in it.
    pub fn read(
        self,
        path: &Path,
        device: &Device,
    ) -> Result<HashMap<String, Tensor>, OperatorError> {
        let mut theirs = StateDict::read(path, device)?;
        let ours = match self {
            Self::OriginalFno => fno::original(&mut theirs)?,
            Self::Neuraloperator => fno::neuraloperator(&mut theirs)?,
            Self::IFactFormer => ifactformer::weights(&mut theirs)?,
        };
        theirs.finish(self)?;
        Ok(ours)
    }
}
