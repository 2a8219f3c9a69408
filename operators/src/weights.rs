//! Trainable tensors by name, with random initial values.

use candle_core::{DType, Device, Result, Shape, Tensor, Var, bail};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use data::{hash_hex, rng};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex};

/// The end of the name of weights that are random, counted and saved, but not trained. The layer that requests
/// such weights detaches them.
pub const FROZEN: &str = ".frozen";

/// The trainable tensors of one operator in the order of their names.
///
/// Each has its own stream of random numbers, from the seed and its name, so that the initial values do not depend on
/// the order in which an architecture requests them. (The generator of candle cannot be seeded on a CPU.)
#[derive(Clone)]
pub struct Weights {
    seed: u64,
    variables: Arc<Mutex<BTreeMap<String, Var>>>,
}

impl Weights {
    /// No weights yet. They are drawn when an architecture requests them.
    pub fn new(seed: u64) -> Self {
        Self { seed, variables: Arc::default() }
    }

    /// The builder from which an architecture takes its weights.
    pub fn builder(&self, dtype: DType, device: &Device) -> VarBuilder<'static> {
        VarBuilder::from_backend(Box::new(self.clone()), dtype, device.clone())
    }

    /// Names and variables, in the order of the names.
    pub fn variables(&self) -> BTreeMap<String, Var> {
        self.variables.lock().expect("no thread panics while it holds the lock").clone()
    }

    /// The number of weights.
    pub fn count(&self) -> usize {
        self.variables().values().map(|variable| variable.elem_count()).sum()
    }
}

impl SimpleBackend for Weights {
    fn get(&self, s: Shape, name: &str, h: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        let mut variables =
            self.variables.lock().expect("no thread panics while it holds the lock");
        if variables.contains_key(name) {
            bail!("two layers ask for weights named `{name}`");
        }
        let values = draw(h, &s, self.seed, name)?;
        let tensor = Tensor::from_vec(values, s, &Device::Cpu)?.to_dtype(dtype)?.to_device(dev)?;
        let variable = Var::from_tensor(&tensor)?;
        let tensor = variable.as_tensor().clone();
        variables.insert(name.into(), variable);
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        bail!("weights named `{name}` cannot be drawn without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.variables.lock().expect("no thread panics while it holds the lock").contains_key(name)
    }
}

fn draw(init: Init, shape: &Shape, seed: u64, name: &str) -> Result<Vec<f64>> {
    let stream = u64::from_str_radix(&hash_hex(name.as_bytes())[..16], 16);
    let mut rng = rng(seed, stream.expect("a hash is hexadecimal"));
    let count = shape.elem_count();
    Ok(match init {
        Init::Const(value) => vec![value; count],
        Init::Uniform { lo, up } => {
            (0..count).map(|_| lo + (up - lo) * rng.random::<f64>()).collect()
        }
        Init::Randn { mean, stdev } => {
            (0..count).map(|_| mean + stdev * normal(&mut rng)).collect()
        }
        Init::Kaiming { .. } => {
            bail!("weights `{name}`: give the bounds of the distribution, not `Kaiming`")
        }
    })
}

/// A random number from the standard normal distribution. Source: Box & Muller (1958), Ann. Math. Stat. 29, 610.
pub(crate) fn normal(rng: &mut impl Rng) -> f64 {
    let [u, v]: [f64; 2] = rng.random();
    (-2.0 * (1.0 - u).ln()).sqrt() * (TAU * v).cos()
}
