//! The contract of all architectures. A new one inherits these tests from the registry.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, FROZEN, Inputs, Interface, Loss, Network, OperatorError, Weights};
use std::collections::BTreeMap;

/// A plane that is not square, with an odd number of cells, one axis that is not periodic, and two given states.
const ODD: Interface = Interface {
    history: 2,
    channels: 3,
    parameters: 2,
    cells: [11, 14, 1],
    periodic: [true, false, true],
    constants: Vec::new(),
};

/// A box, for three-dimensional architectures.
const BOX: Interface = Interface {
    history: 2,
    channels: 3,
    parameters: 2,
    cells: [5, 6, 3],
    periodic: [true, false, true],
    constants: Vec::new(),
};

/// The network of an empty table, and its weights.
fn build(name: &str, interface: &Interface, seed: u64) -> (Weights, Network) {
    try_build(DType::F32, name, interface, seed).expect("all architectures support planes")
}

fn try_build(
    dtype: DType,
    name: &str,
    interface: &Interface,
    seed: u64,
) -> std::result::Result<(Weights, Network), OperatorError> {
    let architecture = ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
    let weights = Weights::new(seed);
    let builder = weights.builder(dtype, &Device::Cpu);
    let network = Network::new(&*architecture, interface, builder)?;
    Ok((weights, network))
}

/// All architectures on the plane, and those that support it on the box.
fn on_planes_and_boxes(
    dtype: DType,
    seed: u64,
) -> impl Iterator<Item = (&'static str, Interface, (Weights, Network))> {
    let all = [ODD, BOX]
        .into_iter()
        .flat_map(|interface| ARCHITECTURES.names().map(move |name| (name, interface.clone())));
    all.filter_map(move |(name, interface)| match try_build(dtype, name, &interface, seed) {
        Ok(built) => Some((name, interface, built)),
        Err(OperatorError::NotPlane { .. }) => None,
        Err(error) => panic!("{name}: {error}"),
    })
}

/// A sine of amplitude 1, the same on every machine.
fn tensor(shape: &[usize], wavenumber: f32) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values = (0..count).map(|i| (wavenumber * i as f32 + 1.0).sin());
    Tensor::from_iter(values, &Device::Cpu).and_then(|x| x.reshape(shape)).expect("the shape fits")
}

fn states(interface: &Interface, batch: usize) -> Tensor {
    let channels = [batch, interface.history * interface.channels];
    tensor(&[&channels, interface.axes()].concat(), 0.37)
}

fn parameters(interface: &Interface, batch: usize) -> Tensor {
    tensor(&[batch, interface.parameters], 1.7)
}

/// The output at three quarters of a trajectory.
fn forward(network: &Network, states: &Tensor, parameters: &Tensor) -> Result<Tensor> {
    let times = Tensor::full(0.5_f32, states.dim(0)?, &Device::Cpu)?.to_dtype(states.dtype())?;
    network.forward(&Inputs { states, parameters, times: &times })
}

fn is_autoregressive(name: &str) -> bool {
    let architecture = ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
    architecture.is_autoregressive()
}

fn greatest(x: &Tensor) -> Result<f32> {
    x.abs()?.flatten_all()?.max(0)?.to_scalar()
}

#[test]
fn predicts_every_channel_of_square_oblong_odd_and_tiny_planes() -> Result<()> {
    for name in ARCHITECTURES.names() {
        for cells in [[16, 16, 1], [24, 10, 1], [13, 7, 1], [5, 4, 1]] {
            let interface = Interface { cells, ..ODD };
            let (_, network) = build(name, &interface, 1);
            let next = forward(&network, &states(&interface, 2), &parameters(&interface, 2))?;
            assert_eq!(next.dims(), [2, 3, cells[0], cells[1]], "{name}");
            assert!(greatest(&next)?.is_finite(), "{name} on {cells:?}");
        }
    }
    Ok(())
}

#[test]
fn predicts_boxes_of_any_size_if_it_supports_boxes() -> Result<()> {
    for name in ARCHITECTURES.names() {
        for cells in [[8, 8, 8], [12, 5, 4], [3, 7, 2]] {
            let interface = Interface { cells, ..ODD };
            let Ok((_, network)) = try_build(DType::F32, name, &interface, 1) else { continue };
            let next = forward(&network, &states(&interface, 2), &parameters(&interface, 2))?;
            assert_eq!(next.dims(), [&[2, 3], &cells[..]].concat(), "{name}");
            assert!(greatest(&next)?.is_finite(), "{name} on {cells:?}");
        }
    }
    Ok(())
}

#[test]
fn constant_channels_are_inputs_and_not_outputs() -> Result<()> {
    for name in ARCHITECTURES.names() {
        let interface = Interface { constants: vec![1], ..ODD };
        let (_, network) = build(name, &interface, 1);
        let next = forward(&network, &states(&interface, 2), &parameters(&interface, 2))?;
        assert_eq!(next.dims(), [2, 2, 11, 14], "{name}");
    }
    Ok(())
}

#[test]
fn every_weight_has_a_gradient_and_changes_the_output() -> Result<()> {
    for (name, interface, (weights, network)) in on_planes_and_boxes(DType::F32, 2) {
        let (states, parameters) = (states(&interface, 2), parameters(&interface, 2));
        let before = forward(&network, &states, &parameters)?;
        let direction = tensor(before.dims(), 2.3);
        let gradients = (&before * direction)?.sum_all()?.backward()?;
        for (weight, variable) in weights.variables() {
            let gradient = gradients.get(&variable).map(greatest).transpose()?.unwrap_or(0.0);
            let trained = !weight.ends_with(FROZEN);
            assert_eq!(gradient > 0.0, trained, "{name}: the gradient of `{weight}` is {gradient}");
            let value = variable.as_detached_tensor().copy()?;
            variable.set(&(&value + 0.1)?)?;
            let change = greatest(&(forward(&network, &states, &parameters)? - &before)?)?;
            assert!(change > 0.0, "{name}: `{weight}` changes nothing");
            variable.set(&value)?;
        }
    }
    Ok(())
}

#[test]
fn states_or_time_and_parameters_reach_the_output() -> Result<()> {
    for (name, interface, (_, network)) in on_planes_and_boxes(DType::F32, 3) {
        let states = Var::from_tensor(&states(&interface, 1))?;
        let parameters = Var::from_tensor(&parameters(&interface, 1))?;
        let times = Var::zeros(1, DType::F32, &Device::Cpu)?;
        let inputs = Inputs { states: &states, parameters: &parameters, times: &times };
        let next = network.forward(&inputs)?;
        let gradients = (&next * tensor(next.dims(), 2.3))?.sum_all()?.backward()?;
        let least = |x: &Var| -> Result<f32> {
            let Some(of_input) = gradients.get(x) else { return Ok(0.0) };
            of_input
                .abs()?
                .reshape((x.dims().get(1).copied().unwrap_or(1), ()))?
                .max(1)?
                .min(0)?
                .to_scalar()
        };
        let sees_states = is_autoregressive(name);
        assert_eq!(least(&states)? > 0.0, sees_states, "{name} and the channels of a state");
        assert_eq!(least(&times)? > 0.0, !sees_states, "{name} and the time");
        assert!(least(&parameters)? > 0.0, "{name} ignores a parameter");
    }
    Ok(())
}

/// At most forty steps on one batch of two samples reduce the loss to less than half.
#[test]
fn overfits_one_batch() -> Result<()> {
    for (name, interface, (weights, network)) in on_planes_and_boxes(DType::F32, 4) {
        let (states, parameters) = (states(&interface, 2), parameters(&interface, 2));
        let reference = tensor(&[&[2, 3], interface.axes()].concat(), 0.01);
        let loss = || Loss::Mse.of(&forward(&network, &states, &parameters)?, &reference);
        let variables: Vec<Var> = weights.variables().into_values().collect();
        let mut adam = candle_nn::AdamW::new_lr(variables, 3e-3)?;
        let mut history = Vec::new();
        for _ in 0..=40 {
            let loss = loss()?;
            history.push(loss.to_scalar::<f32>()?);
            if history.last() < Some(&(0.5 * history[0])) {
                break;
            }
            candle_nn::Optimizer::backward_step(&mut adam, &loss)?;
        }
        assert!(history.last() < Some(&(0.5 * history[0])), "{name}: {history:?}");
    }
    Ok(())
}

#[test]
fn another_instance_with_the_same_weights_predicts_the_same() -> Result<()> {
    for name in ARCHITECTURES.names() {
        let (weights, network) = build(name, &ODD, 5);
        let tensors =
            weights.variables().into_iter().map(|(name, var)| (name, var.as_tensor().clone()));
        let builder = VarBuilder::from_tensors(tensors.collect(), DType::F32, &Device::Cpu);
        let architecture =
            ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
        let again = Network::new(&*architecture, &ODD, builder).expect("the weights fit");
        let (states, parameters) = (states(&ODD, 2), parameters(&ODD, 2));
        let [ours, theirs] =
            [&network, &again].map(|network| forward(network, &states, &parameters));
        assert_eq!(greatest(&(ours? - theirs?)?)?, 0.0, "{name}");
    }
    Ok(())
}

/// In double precision, layers use the same fallback as on CUDA. Each of about ten layers rounds values of order 1 in
/// single precision, with errors of a few 1e-7.
#[test]
fn fused_kernels_and_their_fallbacks_agree() -> Result<()> {
    let singles = on_planes_and_boxes(DType::F32, 10);
    for (single, double) in singles.zip(on_planes_and_boxes(DType::F64, 10)) {
        let name = single.0;
        let forward = |(_, interface, (_, network)): (_, Interface, (_, Network)), dtype| {
            let states = states(&interface, 2).to_dtype(dtype)?;
            let parameters = parameters(&interface, 2).to_dtype(dtype)?;
            forward(&network, &states, &parameters)?.to_dtype(DType::F64)
        };
        let (single, double) = (forward(single, DType::F32)?, forward(double, DType::F64)?);
        let error = greatest(&(single - &double)?.to_dtype(DType::F32)?)?;
        assert!(error < 1e-5 * greatest(&double.to_dtype(DType::F32)?)?, "{name}: {error}");
    }
    Ok(())
}

#[test]
fn one_seed_draws_one_network() -> Result<()> {
    for name in ARCHITECTURES.names() {
        let drawn = |seed| -> Result<BTreeMap<String, Vec<f32>>> {
            let variables = build(name, &ODD, seed).0.variables();
            variables
                .into_iter()
                .map(|(name, var)| Ok((name, var.flatten_all()?.to_vec1()?)))
                .collect()
        };
        assert_eq!(drawn(6)?, drawn(6)?, "{name}");
        assert_ne!(drawn(6)?, drawn(7)?, "{name}");
    }
    Ok(())
}

#[test]
fn a_batch_equals_its_samples_one_by_one() -> Result<()> {
    for (name, interface, (_, network)) in on_planes_and_boxes(DType::F32, 8) {
        let (states, parameters) = (states(&interface, 3), parameters(&interface, 3));
        let together = forward(&network, &states, &parameters)?;
        for sample in 0..3 {
            let alone = forward(
                &network,
                &states.narrow(0, sample, 1)?,
                &parameters.narrow(0, sample, 1)?,
            )?;
            let difference = greatest(&(together.narrow(0, sample, 1)? - alone)?)?;
            assert_eq!(difference, 0.0, "{name}, sample {sample}");
        }
    }
    Ok(())
}

#[test]
fn other_sizes_than_it_was_built_for_are_refused() -> Result<()> {
    for name in ARCHITECTURES.names() {
        let (_, network) = build(name, &ODD, 9);
        let refusal = |states: &Tensor, parameters: &Tensor| {
            forward(&network, states, parameters).expect_err("sizes differ").to_string()
        };
        let (states, parameters) = (states(&ODD, 2), parameters(&ODD, 2));
        let fewer = states.narrow(1, 0, 5)?;
        let message = refusal(&fewer, &parameters);
        assert!(
            message
                .starts_with("inputs have 5 channels, and the operator was built for 2 states × 3"),
            "{message}"
        );
        let message = refusal(&states.narrow(2, 0, 10)?, &parameters);
        assert!(message.starts_with("inputs have the shape [2, 6, 10, 14], and the operator was built for [2, 6, 11, 14]"), "{message}");
        let message = refusal(&states, &parameters.narrow(1, 0, 1)?);
        assert!(
            message.starts_with(
                "parameters have the shape [2, 1], and the operator was built for [2, 2]"
            ),
            "{message}"
        );
    }
    Ok(())
}

#[test]
fn two_dimensional_architectures_refuse_a_box() {
    for name in ARCHITECTURES.names() {
        let architecture =
            ARCHITECTURES.build(name, toml::Table::new()).expect("defaults are valid");
        let builder = Weights::new(0).builder(DType::F32, &Device::Cpu);
        let interface = Interface { cells: [8, 8, 8], ..ODD };
        if let Err(error) = architecture.build(&interface, builder) {
            let expected = format!(
                "architecture `{name}` is two-dimensional, and the data have [8, 8, 8] cells along x, y, z"
            );
            assert_eq!(error.to_string(), expected);
        }
    }
}

#[test]
fn an_unknown_key_is_refused_with_the_known_ones() {
    for entry in ARCHITECTURES.entries {
        let table = "no-such-key = 1".parse().expect("it is TOML");
        let message = match ARCHITECTURES.build(entry.name, table) {
            Ok(_) => panic!("{} takes an unknown key", entry.name),
            Err(error) => error.to_string(),
        };
        for key in (entry.defaults)().keys() {
            assert!(message.contains(key.as_str()), "{message}");
        }
    }
}

#[test]
fn former_keys_are_refused_with_the_present_ones() {
    let renamed = [
        ("fno", "projection = 8", "projection", "projection-channels"),
        ("unet", "walls = 'zeros'", "walls", "padding-mode"),
        ("unet", "walls = 'nearest'", "walls = \"nearest\"", "padding-mode = \"replicate\""),
        ("transolver", "places = 4", "places", "reference-points"),
        ("cno", "bottom = 2", "bottom", "bottleneck-blocks"),
        ("unet-convnext", "gate = 0.1", "gate", "layer-scale-init"),
        ("factformer", "kernels = { width = 8 }", "kernels.width", "kernels.dim-head"),
    ];
    for (name, table, former, present) in renamed {
        let refusal = ARCHITECTURES.build(name, table.parse().expect("it is TOML"));
        let message = refusal.err().expect("it is former").to_string();
        let expected = format!("architecture `{name}`: `{former}` is now spelled `{present}`");
        assert_eq!(message, expected);
    }
}

/// No former key is a present one, so that updating the defaults changes nothing.
#[test]
fn no_former_key_is_a_present_one() {
    for entry in ARCHITECTURES.entries {
        let mut defaults = (entry.defaults)();
        for renamed in entry.renamed {
            renamed.update(&mut defaults);
        }
        assert_eq!(defaults, (entry.defaults)(), "{}", entry.name);
        ARCHITECTURES.build(entry.name, defaults).expect("defaults are valid");
    }
}

#[test]
fn every_file_in_models_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/models");
    let files =
        fs_err::read_dir(folder).expect("it is there").map(|file| file.expect("readable").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let stems = files
        .map(|path| path.file_stem().expect("it has a name").to_string_lossy().replace('_', "-"));
    let mut found: Vec<String> = stems.filter(|name| name != "mod").collect();
    let mut listed: Vec<String> = ARCHITECTURES.names().map(Into::into).collect();
    found.sort();
    listed.sort();
    assert_eq!(found, listed);
}
