//! Times of training steps and rollout steps on a device, by default the GPU `cuda:0`:
//!
//! ```text
//! cargo bench -p eddymark-operators --features cuda --bench device -- cuda:0 [fno]
//! ```
//!
//! `benches/pytorch_device.py` times the same networks in PyTorch. A training step is the loss, its gradient, and the
//! update of AdamW; the loss is read on the CPU, as in the training loop. A rollout feeds 20 predictions back and reads
//! the last.

use candle_core::{DType, Device, Result, Tensor};
use operators::{ARCHITECTURES, AdamW, Inputs, Interface, Loss, Network, Recipe, Weights};
use std::time::Instant;

/// As in the program; see `benches/operators.rs`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A network, its grid and its batch size.
struct Case {
    name: &'static str,
    architecture: &'static str,
    table: &'static str,
    cells: [usize; 3],
    batch: usize,
}

const PUBLISHED: &str =
    "width = 96\niterations = 10\nkernels = { heads = 5, dim-head = 96, gain = 0.02 }";

const CASES: [Case; 2] = [
    Case { name: "fno", architecture: "fno", table: "", cells: [64, 64, 1], batch: 32 },
    Case {
        name: "ifactformer-m",
        architecture: "ifactformer-m",
        table: PUBLISHED,
        cells: [32, 33, 16],
        batch: 5,
    },
];

/// Predictions per rollout.
const STEPS: usize = 20;

/// Minimum and median of the times of `count` repetitions in ms, after five untimed ones.
fn milliseconds(count: usize, mut work: impl FnMut() -> Result<()>) -> Result<(f64, f64)> {
    for _ in 0..5 {
        work()?;
    }
    let mut times = Vec::new();
    for _ in 0..count {
        let begun = Instant::now();
        work()?;
        times.push(1e3 * begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((times[0], times[times.len() / 2]))
}

fn measure(case: &Case, device: &Device) -> Result<()> {
    let architecture = ARCHITECTURES
        .build(case.architecture, case.table.parse().expect("it is TOML"))
        .expect("it is valid");
    let interface = Interface {
        history: 1,
        channels: 3,
        parameters: 0,
        cells: case.cells,
        periodic: [true, false, true],
        constants: Vec::new(),
    };
    let weights = Weights::new(1);
    let builder = weights.builder(DType::F32, device);
    let network =
        Network::new(&*architecture, &interface, builder).expect("it supports the interface");
    let mut optimizer = AdamW::new(weights.variables(), &Recipe::default())?;
    let shape = [&[case.batch, 3], interface.axes()].concat();
    let states = Tensor::randn(0f32, 1.0, &shape[..], device)?;
    let reference = Tensor::randn(0f32, 1.0, &shape[..], device)?;
    let parameters = Tensor::zeros((case.batch, 0), DType::F32, device)?;
    let times = Tensor::zeros(case.batch, DType::F32, device)?;
    let next = |network: &Network, states: &Tensor| {
        network.forward(&Inputs { states, parameters: &parameters, times: &times })
    };

    let (least, median) = milliseconds(30, || {
        let loss = Loss::RelativeL2.of(&next(&network, &states)?, &reference)?;
        loss.to_scalar::<f32>()?;
        optimizer.update(&loss.backward()?, 1e-4)?;
        device.synchronize()
    })?;
    println!(
        "{:14} training step, batch {}: {median:8.2} ms (minimum {least:.2})",
        case.name, case.batch
    );

    let constants = weights.variables().into_iter().map(|(n, v)| (n, v.as_detached_tensor()));
    let builder = candle_nn::VarBuilder::from_tensors(constants.collect(), DType::F32, device);
    let network =
        Network::new(&*architecture, &interface, builder).expect("it supports the interface");
    let (least, median) = milliseconds(10, || {
        let last = (0..STEPS).try_fold(states.clone(), |states, _| next(&network, &states))?;
        last.sum_all()?.to_scalar::<f32>().map(drop)
    })?;
    let [least, median] = [least, median].map(|time| time / STEPS as f64);
    println!(
        "{:14} rollout step,  batch {}: {median:8.2} ms (minimum {least:.2})",
        case.name, case.batch
    );
    Ok(())
}

fn main() -> Result<()> {
    let mut named = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let (device, only) = (named.next(), named.next());
    let mut cases = CASES.iter().filter(|case| only.as_ref().is_none_or(|only| case.name == only));
    match operators::device(device.as_deref().unwrap_or("cuda:0")) {
        Ok(device) => cases.try_for_each(|case| measure(case, &device)),
        Err(error) => {
            println!("nothing was measured: {error}");
            Ok(())
        }
    }
}
