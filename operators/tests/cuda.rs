//! Outputs and gradients on a GPU against those on the CPU:
//! `cargo test --release -p eddymark-operators --features cuda --test cuda -- --ignored`.
#![cfg(feature = "cuda")]

use candle_core::{DType, Device, Result, Tensor};
use operators::{ARCHITECTURES, Inputs, Interface, Loss, Network, OperatorError, Weights};
use std::collections::BTreeMap;

/// A plane with an odd number of cells, and a box; one axis is not periodic.
fn interfaces() -> [Interface; 2] {
    [[11, 14, 1], [5, 6, 3]].map(|cells| {
        let periodic = [true, false, true];
        Interface { history: 2, channels: 3, parameters: 2, cells, periodic, constants: Vec::new() }
    })
}

/// A sine of amplitude 1, the same on every machine.
fn waves(shape: &[usize], wavenumber: f32, device: &Device) -> Result<Tensor> {
    let count = shape.iter().product::<usize>();
    let values = (0..count).map(|i| (wavenumber * i as f32 + 1.0).sin());
    Tensor::from_iter(values, &Device::Cpu)?.reshape(shape)?.to_device(device)
}

/// The output and the gradients of all weights by name; nothing for a two-dimensional architecture on a box.
fn passes(
    name: &str,
    interface: &Interface,
    device: &Device,
) -> Result<Option<BTreeMap<String, Vec<f32>>>> {
    let architecture = ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
    let weights = Weights::new(3);
    let builder = weights.builder(DType::F32, device);
    let network = match Network::new(&*architecture, interface, builder) {
        Ok(network) => network,
        Err(OperatorError::NotPlane { .. }) => return Ok(None),
        Err(error) => panic!("{name}: {error}"),
    };
    let shape = [&[2, 6], interface.axes()].concat();
    let (states, parameters) = (waves(&shape, 0.37, device)?, waves(&[2, 2], 1.7, device)?);
    let times = waves(&[2], 0.5, device)?;
    let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
    let next = network.forward(&inputs)?;
    let reference = waves(next.dims(), 2.3, device)?;
    let gradients = Loss::RelativeL2.of(&next, &reference)?.backward()?;
    let of = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
    let mut all = BTreeMap::from([("the output".to_string(), of(&next)?)]);
    for (name, variable) in weights.variables() {
        if let Some(gradient) = gradients.get(&variable) {
            all.insert(format!("the gradient of `{name}`"), of(gradient)?);
        }
    }
    Ok(Some(all))
}

/// CPU and GPU round differently: sums of up to a thousand terms, each rounded at 6e-8 of its size, in up to forty
/// layers. The tolerance of gradients that vanish except for rounding is relative to the largest of all gradients.
#[test]
#[ignore = "needs a GPU"]
fn every_architecture_is_the_same_on_a_gpu() -> Result<()> {
    let gpu = operators::device("cuda:0").expect("there is a GPU");
    let mut failures = Vec::new();
    for (name, interface) in
        ARCHITECTURES.names().flat_map(|name| interfaces().map(move |interface| (name, interface)))
    {
        let Some(exact) = passes(name, &interface, &Device::Cpu)? else { continue };
        let found = match passes(name, &interface, &gpu) {
            Ok(found) => found.expect("it supports this interface on the CPU"),
            Err(error) => {
                failures.push(format!("{name} on {:?}: {error}", interface.cells));
                continue;
            }
        };
        let size = |x: &[f32]| x.iter().fold(0.0_f32, |size, x| size.max(x.abs()));
        let most = exact.iter().filter(|(what, _)| *what != "the output").map(|(_, g)| size(g));
        let most = most.fold(0.0, f32::max);
        for (what, exact) in &exact {
            let (found, is_output) = (&found[what], what == "the output");
            let error = exact.iter().zip(found).fold(0.0_f32, |e, (a, b)| e.max((a - b).abs()));
            let allowed =
                if is_output { 1e-4 * size(exact) } else { 1e-3 * size(exact) + 1e-5 * most };
            let line = format!("{name} on {:?}: {what} is off by {error:e}", interface.cells);
            if is_output {
                println!("{line} of {:e}", size(exact));
            }
            if !(error <= allowed) {
                failures.push(format!("{line}, allowed are {allowed:e}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}
