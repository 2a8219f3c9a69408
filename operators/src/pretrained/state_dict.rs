//! A safetensors file of named tensors, from which tensors are taken one by one.

use crate::OperatorError;
use candle_core::{DType, Device, Tensor};
use data::DataError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// The tensors of a `state_dict` that have not been taken yet. Complex tensors have a last axis of real and
/// imaginary part.
pub(super) struct StateDict {
    path: PathBuf,
    tensors: BTreeMap<String, Tensor>,
}

impl StateDict {
    /// Reads a file. Integer tensors, such as counters of batches, are no weights and left out.
    pub(super) fn read(path: &Path, device: &Device) -> Result<Self, OperatorError> {
        let file = fs_err::read(path).map_err(DataError::from)?;
        let mut dict = Self { path: path.into(), tensors: BTreeMap::new() };
        let tensors = SafeTensors::deserialize(&file)
            .map_err(|error| dict.refuse(format!("no whole safetensors file ({error})")))?;
        for (name, view) in tensors.iter() {
            if let Some(tensor) = real(&view, device)? {
                dict.tensors.insert(name.into(), tensor);
            }
        }
        Ok(dict)
    }

    /// Takes a tensor. Errors if there is none of that name.
    pub(super) fn take(&mut self, name: &str) -> Result<Tensor, OperatorError> {
        let tensor = self.tensors.remove(name);
        tensor.ok_or_else(|| self.refuse(format!("no tensor named `{name}`")))
    }

    /// Whether a tensor of that name is left.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The number of tensors whose names differ by a number, which counts from 0.
    pub(super) fn count(&self, name: impl Fn(usize) -> String) -> usize {
        (0..self.tensors.len()).take_while(|number| self.has(&name(*number))).count()
    }

    /// Discards the tensors whose names begin with a prefix.
    pub(super) fn discard(&mut self, prefix: &str) {
        self.tensors.retain(|name, _| !name.starts_with(prefix));
    }

    /// Errors if a tensor is left, which means that it is unknown here.
    pub(super) fn finish(self, program: impl Debug) -> Result<(), OperatorError> {
        match self.tensors.keys().next() {
            None => Ok(()),
            Some(name) => {
                Err(self.refuse(format!("a tensor `{name}`, which is not a weight of {program:?}")))
            }
        }
    }

    fn refuse(&self, found: String) -> OperatorError {
        OperatorError::Checkpoint {
            path: self.path.clone(),
            found,
            expected: "the state_dict of another program".into(),
            remedy: "save it with `safetensors.torch.save_file`, or name another program",
        }
    }
}

/// The values in single precision; nothing if they are integers.
fn real(view: &TensorView, device: &Device) -> candle_core::Result<Option<Tensor>> {
    let (dtype, mut shape) = match view.dtype() {
        Dtype::F16 => (DType::F16, view.shape().to_vec()),
        Dtype::BF16 => (DType::BF16, view.shape().to_vec()),
        Dtype::F32 | Dtype::C64 => (DType::F32, view.shape().to_vec()),
        Dtype::F64 => (DType::F64, view.shape().to_vec()),
        _ => return Ok(None),
    };
    if view.dtype() == Dtype::C64 {
        shape.push(2);
    }
    let tensor = Tensor::from_raw_buffer(view.data(), dtype, &shape, device)?;
    tensor.to_dtype(DType::F32).map(Some)
}
