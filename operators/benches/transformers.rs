//! Seconds a training step's gradient and an inference take of transformers as published:
//! `cargo bench -p eddymark-operators --bench transformers`, with `RAYON_NUM_THREADS` to choose the
//! threads; `benches/pytorch_transformers.py` times the same networks in PyTorch.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, Inputs, Interface, Loss, Network, Weights};

/// As in the program; see `benches/operators.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A network as published, and what it is given.
#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    architecture: &'static str,
    table: &'static str,
    history: usize,
    channels: usize,
    cells: [usize; 3],
    batch: usize,
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const CHANNEL: Case = Case {
    name: "ifactformer-m, channel",
    architecture: "ifactformer-m",
    table: "width = 96\niterations = 10\nkernels = { heads = 5, width = 96, gain = 0.02 }",
    history: 1,
    channels: 3,
    cells: [32, 33, 16],
    batch: 2,
};

const CASES: [Case; 4] = [
    CHANNEL,
    Case { name: "ifactformer-o, channel", architecture: "ifactformer-o", ..CHANNEL },
    Case { name: "ifactformer-m, plane", table: "", cells: [64, 64, 1], batch: 16, ..CHANNEL },
    Case {
        name: "transolver, plane",
        architecture: "transolver",
        table: "",
        cells: [64, 64, 1],
        batch: 16,
        ..CHANNEL
    },
];

impl Case {
    fn network(&self, weights: VarBuilder) -> Network {
        let table = self.table.parse().expect("it is TOML");
        let architecture = ARCHITECTURES.build(self.architecture, table).expect("it is valid");
        let interface = Interface {
            history: self.history,
            channels: self.channels,
            parameters: 0,
            cells: self.cells,
            periodic: [true, false, true],
            constants: Vec::new(),
        };
        Network::new(&*architecture, &interface, weights).expect("it knows boxes and planes")
    }

    fn states(&self) -> Tensor {
        let axes = if self.cells[2] == 1 { &self.cells[..2] } else { &self.cells };
        let shape = [&[self.batch, self.history * self.channels], axes].concat();
        Tensor::randn(0f32, 1.0, shape, &Device::Cpu).expect("there is memory")
    }
}

fn nothing(batch: usize) -> Tensor {
    Tensor::zeros((batch, 0), DType::F32, &Device::Cpu).expect("there is memory")
}

fn middle(batch: usize) -> Tensor {
    Tensor::zeros(batch, DType::F32, &Device::Cpu).expect("there is memory")
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn gradient(bencher: divan::Bencher, case: Case) {
    let weights = Weights::new(1);
    let network = case.network(weights.builder(DType::F32, &Device::Cpu));
    let (states, parameters) = (case.states(), nothing(case.batch));
    let times = middle(case.batch);
    bencher.bench(|| {
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        let next = network.forward(&inputs).expect("shapes agree");
        let loss = Loss::RelativeL2.of(&next, &states).expect("shapes agree");
        loss.backward().expect("all layers have derivatives")
    });
}

#[divan::bench(args = CASES, sample_count = 5, sample_size = 1)]
fn inference(bencher: divan::Bencher, case: Case) {
    let weights = Weights::new(1);
    case.network(weights.builder(DType::F32, &Device::Cpu));
    let tensors =
        weights.variables().into_iter().map(|(name, var)| (name, var.as_detached_tensor()));
    let builder = VarBuilder::from_tensors(tensors.collect(), DType::F32, &Device::Cpu);
    let network = case.network(builder);
    let (states, parameters) = (case.states(), nothing(case.batch));
    let times = middle(case.batch);
    bencher.bench(|| {
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        network.forward(&inputs).expect("shapes agree")
    });
}
