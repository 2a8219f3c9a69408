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
/// Inputs and outputs of an operator are normalized as in its training; a `state_dict` does not contain the
/// normalization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `fourier_2d.py`, `fourier_2d_time.py` and `fourier_3d.py` of Li et al. (2021): architecture
    /// `fno` with `style = "original"`. Batch norms, which the scripts define but do not apply, are left
    /// out.
    OriginalFno,
    /// `FNO` of the library neuraloperator with its defaults: architecture `fno` with
    /// `style = "neuraloperator"`, `modes` half of `n_modes`, `projection` twice `hidden_channels`.
    Neuraloperator,
    /// IFactFormer's code in its release of 2025-12: architectures `ifactformer-m` and
    /// `ifactformer-o`. Its outputs are the fields of its inputs, and it has no parameters.
    IFactFormer,
}

impl Program {
    /// Reads the weights of a file, and renames and reshapes them for the architecture here.
    ///
    /// Errors name the file, and the tensor that is missing or unknown.
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
