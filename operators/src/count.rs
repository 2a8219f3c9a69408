//! The number of weights of an architecture.

use crate::{ARCHITECTURES, Interface, OperatorError};
use candle_core::{DType, Device, Result as CandleResult, Shape, Tensor, bail};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The number of weights of an architecture with this table on this interface. No memory is allocated for them.
///
/// A complex weight, of a tensor named `…spectral…`, counts as two real ones, or with `complex_once` as one,
/// because some references count so.
pub fn count(
    architecture: &str,
    table: toml::Table,
    interface: &Interface,
    complex_once: bool,
) -> Result<usize, OperatorError> {
    let sizes = Sizes::default();
    let builder = VarBuilder::from_backend(Box::new(sizes.clone()), DType::F32, Device::Cpu);
    ARCHITECTURES.build(architecture, table)?.build(interface, builder)?;
    let sizes = sizes.0.lock().expect("no thread panics while it holds the lock");
    let is_halved = |name: &str| complex_once && name.contains("spectral");
    Ok(sizes.iter().map(|(name, size)| if is_halved(name) { size / 2 } else { *size }).sum())
}

/// Records the sizes of the weights that are requested, and returns a zero that is broadcast to each shape.
#[derive(Clone, Default)]
struct Sizes(Arc<Mutex<BTreeMap<String, usize>>>);

impl SimpleBackend for Sizes {
    fn get(&self, s: Shape, name: &str, _: Init, t: DType, d: &Device) -> CandleResult<Tensor> {
        let mut sizes = self.0.lock().expect("no thread panics while it holds the lock");
        if sizes.insert(name.into(), s.elem_count()).is_some() {
            bail!("two layers ask for weights named `{name}`");
        }
        Tensor::zeros((), t, d)?.broadcast_as(s)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> CandleResult<Tensor> {
        bail!("weights named `{name}` cannot be counted without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.lock().expect("no thread panics while it holds the lock").contains_key(name)
    }
}
