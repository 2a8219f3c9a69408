//! How many numbers an architecture learns.

use crate::{ARCHITECTURES, Interface, OperatorError};
use candle_core::{DType, Device, Result as CandleResult, Shape, Tensor, bail};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The real numbers that an architecture with this table learns on this interface; none is drawn.
///
/// Complex weights, those of tensors named `…spectral…`, are two real numbers each, or with
/// `complex_once` one, as some references count them.
pub fn count(
    architecture: &str,
    table: toml::Table,
    interface: &Interface,
    complex_once: bool,
) -> Result<usize, OperatorError> {
    let sizes = Sizes::default();
    let builder = VarBuilder::from_backend(Box::new(sizes.clone()), DType::F32, Device::Cpu);
    ARCHITECTURES.build(architecture, table)?.build(interface, builder)?;
    let sizes = sizes.0.lock().expect("nobody panics while holding the lock");
    let is_halved = |name: &str| complex_once && name.contains("spectral");
    Ok(sizes.iter().map(|(name, size)| if is_halved(name) { size / 2 } else { *size }).sum())
}

/// Notes what is asked for, and hands out one zero seen many times.
#[derive(Clone, Default)]
struct Sizes(Arc<Mutex<BTreeMap<String, usize>>>);

impl SimpleBackend for Sizes {
    fn get(&self, s: Shape, name: &str, _: Init, t: DType, d: &Device) -> CandleResult<Tensor> {
        let mut sizes = self.0.lock().expect("nobody panics while holding the lock");
        if sizes.insert(name.into(), s.elem_count()).is_some() {
            bail!("two layers ask for weights named `{name}`");
        }
        Tensor::zeros((), t, d)?.broadcast_as(s)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> CandleResult<Tensor> {
        bail!("weights named `{name}` cannot be counted without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.lock().expect("nobody panics while holding the lock").contains_key(name)
    }
}
