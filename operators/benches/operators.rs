//! Samples per second of all architectures: the gradient of a training step, and inference.
//!
//! `cargo bench -p eddymark-operators`, with `RAYON_NUM_THREADS` to set the number of threads. `benches/compare.py`
//! times some of them here and in PyTorch.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use divan::counter::ItemsCount;
use operators::{ARCHITECTURES, Inputs, Interface, Loss, Network, Weights};

/// As in the program: the allocator of glibc returns the pages of a freed tensor to the kernel, and the next tensor of
/// the same size waits for new pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// The batch size of a training step.
const BATCH: usize = 16;

const INTERFACE: Interface = Interface {
    history: 1,
    channels: 3,
    parameters: 1,
    cells: [64, 64, 1],
    periodic: [false, false, true],
    constants: Vec::new(),
};

fn network(name: &str, weights: VarBuilder) -> Network {
    let architecture = ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
    Network::new(&*architecture, &INTERFACE, weights).expect("the interface is one of planes")
}

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu).expect("there is memory")
}

#[divan::bench(args = ARCHITECTURES.names(), sample_count = 10, sample_size = 1)]
fn gradient(bencher: divan::Bencher, name: &str) {
    let weights = Weights::new(1);
    let network = network(name, weights.builder(DType::F32, &Device::Cpu));
    let (states, parameters) = (random(&[BATCH, 3, 64, 64]), random(&[BATCH, 1]));
    let times = random(&[BATCH]);
    bencher.counter(ItemsCount::new(BATCH)).bench(|| {
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        let next = network.forward(&inputs).expect("shapes agree");
        let loss = Loss::RelativeL2.of(&next, &states).expect("shapes agree");
        loss.backward().expect("all layers have derivatives")
    });
}

#[divan::bench(args = ARCHITECTURES.names(), sample_count = 10, sample_size = 1)]
fn inference(bencher: divan::Bencher, name: &str) {
    let weights = Weights::new(1);
    network(name, weights.builder(DType::F32, &Device::Cpu));
    let tensors =
        weights.variables().into_iter().map(|(name, var)| (name, var.as_detached_tensor()));
    let builder = VarBuilder::from_tensors(tensors.collect(), DType::F32, &Device::Cpu);
    let network = self::network(name, builder);
    let (states, parameters) = (random(&[BATCH, 3, 64, 64]), random(&[BATCH, 1]));
    let times = random(&[BATCH]);
    bencher.counter(ItemsCount::new(BATCH)).bench(|| {
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        network.forward(&inputs).expect("shapes agree")
    });
}
