//! How to add an operator in Rust: a complete architecture, and a short training of it.
//!
//! In this crate the architecture would be the file `src/models/stencil_net.rs`, with two lines in `src/models/mod.rs`:
//!
//! ```text
//! mod stencil_net;
//! entry!(dyn Architecture, stencil_net::StencilNet),      in the list ARCHITECTURES
//! ```
//!
//! From then on suites can name `architecture = "stencil-net"`, `eddymark list architectures` shows it, and the tests
//! of `tests/contract.rs` hold for it. Run this file with
//! `cargo run --release -p eddymark-operators --example add_an_operator`.

use candle_core::{DType, Device, Result as CandleResult, Tensor};
use candle_nn::VarBuilder;
use data::{Invalid, Part, Registry, entry};
use operators::layers::{Convolution, Padding, Pointwise, Stencil, gelu};
use operators::{
    AdamW, Architecture, Inputs, Interface, Loss, Network, Operator, OperatorError, Recipe, Weights,
};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::f64::consts::TAU;

// Step 1: the architecture is a struct. Its fields are the keys of its TOML table, and each has a default, so that an
// empty table builds the canonical instance. The doc comment states equation, differences and source.

/// A 3 × 3 convolution, an activation, and a linear map of the channels.
///
/// ```text
/// u = Q gelu(C (a, θ))      a: given states, θ: parameters, both as channels
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct StencilNet {
    /// Hidden channels, > 0. Default 16.
    width: usize,
}

impl Default for StencilNet {
    fn default() -> Self {
        Self { width: 16 }
    }
}

impl Part for StencilNet {
    const NAME: &'static str = "stencil-net";
    const SUMMARY: &'static str = "a convolution and a linear map of the channels";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.width > 0, "width", self.width, "greater than 0")
    }
}

// Step 2: `build` makes the network for an interface: the numbers of given states, channels, parameters and cells.
// Weights are asked for by name. A layer draws their initial values, or gets those of a checkpoint.

impl Architecture for StencilNet {
    fn build(
        &self,
        interface: &Interface,
        weights: VarBuilder,
    ) -> Result<Box<dyn Operator>, OperatorError> {
        let cells = interface.plane(Self::NAME)?;
        let stencils = [0, 1].map(|axis| {
            let padding = if interface.periodic[axis] { Padding::Circular } else { Padding::Zeros };
            Stencil::same(cells[axis], padding)
        });
        let (inputs, outputs) = (interface.inputs(), interface.outputs());
        Ok(Box::new(StencilNetOperator {
            convolution: Convolution::new([inputs, self.width], stencils, &weights.pp("lift"))?,
            project: Pointwise::new(self.width, outputs, &weights.pp("project"))?,
        }))
    }
}

struct StencilNetOperator {
    convolution: Convolution,
    project: Pointwise,
}

// Step 3: `forward` maps scaled inputs to the scaled next state. Scaling, histories, increments, rollouts and
// checkpoints are not the concern of an architecture.

impl Operator for StencilNetOperator {
    fn forward(&self, inputs: &Inputs) -> CandleResult<Tensor> {
        let hidden = gelu(&self.convolution.forward(&inputs.channels()?)?)?;
        self.project.forward(&hidden)
    }
}

// Step 4: one line in the registry.

const ARCHITECTURES: Registry<dyn Architecture> =
    Registry { kind: "architecture", entries: &[entry!(dyn Architecture, StencilNet)] };

// What follows is only for this example: in a benchmark, `operators::train` does it with data from a dataset.

const CELLS: [usize; 2] = [16, 12];

/// Sine waves of random phases that move by one cell along x per interval, `[sample, 1, x, y]` before and after it.
fn waves() -> CandleResult<[Tensor; 2]> {
    let [nx, ny] = CELLS;
    let value = |sample: usize, x: usize, y: usize| {
        let phase =
            0.618 * sample as f64 + x as f64 / nx as f64 + (sample % 3 * y) as f64 / ny as f64;
        (TAU * phase).sin() as f32
    };
    let states = |shift: usize| {
        let cells =
            |sample| (0..nx * ny).map(move |i| value(sample, (i / ny + nx - shift) % nx, i % ny));
        Tensor::from_iter((0..8).flat_map(cells), &Device::Cpu)?.reshape((8, 1, nx, ny))
    };
    Ok([states(0)?, states(1)?])
}

/// Trains for 200 steps, and fails unless the loss decreases tenfold.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let architecture = ARCHITECTURES.build("stencil-net", "width = 8".parse()?)?;
    let interface = Interface {
        history: 1,
        channels: 1,
        parameters: 0,
        cells: [CELLS[0], CELLS[1], 1],
        periodic: [true; 3],
        constants: Vec::new(),
    };
    let weights = Weights::new(1);
    let network =
        Network::new(&*architecture, &interface, weights.builder(DType::F32, &Device::Cpu))?;
    let mut optimizer = AdamW::new(weights.variables(), &Recipe::default())?;
    let [states, next] = waves()?;
    let parameters = Tensor::zeros((8, 0), DType::F32, &Device::Cpu)?;
    let times = Tensor::zeros(8, DType::F32, &Device::Cpu)?;
    let mut losses = Vec::new();
    for _ in 0..200 {
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        let loss = Loss::RelativeL2.of(&network.forward(&inputs)?, &next)?;
        optimizer.update(&loss.backward()?, 1e-2)?;
        losses.push(loss.to_scalar::<f32>()?);
    }
    let (first, last) = (losses[0], losses[losses.len() - 1]);
    println!("{} weights; relative error {first:.3} before and {last:.3} after", weights.count());
    if last < 0.1 * first { Ok(()) } else { Err("the loss has not decreased tenfold".into()) }
}
