//! Time and memory of one pass of one network, for `benches/compare.py`.
//!
//! `cargo bench -p eddymark-operators --bench networks -- unet gradient`, with `RAYON_NUM_THREADS` to set the number of
//! threads. Each measurement is a process of its own, so that its memory is that of one network.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, Inputs, Interface, Loss, Network, Weights};
use std::time::{Duration, Instant};

/// As in the program; see `benches/operators.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The duration of a measurement, after two untimed repetitions.
const PERIOD: Duration = Duration::from_secs(2);

/// Clock ticks per second in `/proc`, the same on every Linux that Rust supports.
const TICKS: f64 = 100.0;

/// The defaults of an architecture with sixteen samples of three channels on a plane, or a published transformer with
/// two samples of channel flow.
struct Case {
    architecture: String,
    table: &'static str,
    /// 1 for networks whose version in PyTorch has a parameter.
    parameters: usize,
    cells: [usize; 3],
    batch: usize,
}

impl Case {
    fn named(name: &str) -> Self {
        let parameters = usize::from(matches!(name, "fno" | "unet" | "auto-deeponet" | "deeponet"));
        let plane = Self {
            architecture: name.into(),
            table: "",
            parameters,
            cells: [64, 64, 1],
            batch: 16,
        };
        match name.strip_suffix("-channel") {
            Some(architecture) => Self {
                architecture: architecture.into(),
                table: "width = 96\niterations = 10\nkernels = { heads = 5, dim-head = 96, gain = 0.02 }",
                cells: [32, 33, 16],
                batch: 2,
                ..plane
            },
            None => plane,
        }
    }

    fn network(&self, weights: VarBuilder) -> Network {
        let table = self.table.parse().expect("it is TOML");
        let architecture = ARCHITECTURES.build(&self.architecture, table).expect("it is valid");
        let interface = Interface {
            history: 1,
            channels: 3,
            parameters: self.parameters,
            cells: self.cells,
            periodic: [false, false, true],
            constants: Vec::new(),
        };
        Network::new(&*architecture, &interface, weights).expect("it supports the interface")
    }

    fn states(&self) -> Result<Tensor> {
        let axes = if self.cells[2] == 1 { &self.cells[..2] } else { &self.cells };
        Tensor::randn(0f32, 1.0, [&[self.batch, 3], axes].concat(), &Device::Cpu)
    }
}

fn main() -> Result<()> {
    let names: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [name, pass] = &names[..] else {
        println!("nothing was measured: give the name of a network, and `gradient` or `inference`");
        return Ok(());
    };
    let idle = memory("VmHWM");
    let (case, weights) = (Case::named(name), Weights::new(1));
    let network = case.network(weights.builder(DType::F32, &Device::Cpu));
    let (states, times) = (case.states()?, Tensor::zeros(case.batch, DType::F32, &Device::Cpu)?);
    let parameters = Tensor::randn(0f32, 1.0, (case.batch, case.parameters), &Device::Cpu)?;
    let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
    if pass == "gradient" {
        measure(idle, || {
            let loss = Loss::RelativeL2.of(&network.forward(&inputs)?, &states)?;
            loss.backward().map(drop)
        })
    } else {
        let fixed = weights.variables().into_iter();
        let fixed = fixed.map(|(name, variable)| (name, variable.as_detached_tensor())).collect();
        let network = case.network(VarBuilder::from_tensors(fixed, DType::F32, &Device::Cpu));
        measure(idle, || network.forward(&inputs).map(drop))
    }
}

/// Prints the minimum time per repetition in ms, the mean processor time per repetition in ms, and memory in MiB.
fn measure(idle: f64, work: impl Fn() -> Result<()>) -> Result<()> {
    work()?;
    work()?;
    let (begin, busy) = (Instant::now(), processors());
    let (mut least, mut count) = (f64::INFINITY, 0);
    while count < 3 || begin.elapsed() < PERIOD {
        let start = Instant::now();
        work()?;
        least = least.min(start.elapsed().as_secs_f64());
        count += 1;
    }
    let busy = (processors() - busy) / f64::from(count);
    let (least, busy, peak) = (1e3 * least, 1e3 * busy, memory("VmHWM"));
    println!(r#"{{"least": {least:.2}, "busy": {busy:.2}, "peak": {peak:.1}, "idle": {idle:.1}}}"#);
    Ok(())
}

/// The processor time of this process so far in s.
fn processors() -> f64 {
    let stat = fs_err::read_to_string("/proc/self/stat").expect("this is Linux");
    let fields =
        stat.rsplit(')').next().expect("the name is in parentheses").split_whitespace().skip(11);
    fields.take(2).map(|ticks| ticks.parse::<f64>().expect("a count")).sum::<f64>() / TICKS
}

/// A line of `/proc/self/status` in MiB.
fn memory(key: &str) -> f64 {
    let status = fs_err::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find(|line| line.starts_with(key)).expect("Linux writes it");
    let kibibytes = line.split_whitespace().nth(1).expect("a number follows");
    kibibytes.parse::<f64>().expect("it is a number") / 1024.0
}
