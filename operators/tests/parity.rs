//! Outputs and all gradients against PyTorch, on fixtures from `fixtures/make_*.py`.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, FROZEN, Inputs, Interface, Network};
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// PyTorch computed in f64 and stored in f32; here about ten layers compute in f32.
const OUTPUTS: f64 = 1e-5;

/// Gradients of weights are sums over all cells and samples, which costs one more digit.
const GRADIENTS: f64 = 1e-4;

fn fixture(name: &str) -> Result<BTreeMap<String, Tensor>> {
    let path = format!("{}/tests/fixtures/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let file = fs_err::read(path).expect("the fixture is there");
    let file = SafeTensors::deserialize(&file).expect("the fixture is a safetensors file");
    let tensor = |(name, view): (&str, safetensors::tensor::TensorView)| {
        let bytes = view.data().chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]]);
        let values: Vec<f32> = bytes.map(f32::from_le_bytes).collect();
        Ok((name.to_string(), Tensor::from_vec(values, view.shape(), &Device::Cpu)?))
    };
    file.iter().map(tensor).collect()
}

/// The interface from the shapes of the fixture's tensors.
fn interface(theirs: &BTreeMap<String, Tensor>, periodic: [bool; 3]) -> Interface {
    let (states, channels) = (theirs["states"].dims(), theirs["output"].dims()[1]);
    let axis = |axis: usize| states.get(2 + axis).copied().unwrap_or(1);
    Interface {
        history: states[1] / channels,
        channels,
        parameters: theirs["parameters"].dims()[1],
        cells: [0, 1, 2].map(axis),
        periodic,
        constants: Vec::new(),
    }
}

/// The maximum absolute error over the maximum absolute value.
fn relative_error(ours: &Tensor, theirs: &Tensor) -> Result<f64> {
    assert_eq!(ours.dims(), theirs.dims());
    let greatest = |x: &Tensor| x.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>();
    Ok(f64::from(greatest(&(ours - theirs)?)? / greatest(theirs)?))
}

/// Compares an architecture with `fixtures/FILE.safetensors`.
fn agrees_with_pytorch(
    file: &str,
    architecture: &str,
    table: &str,
    periodic: [bool; 3],
    gradient_tolerance: f64,
) -> Result<()> {
    let theirs = fixture(file)?;
    let ours: BTreeMap<String, Var> = theirs
        .iter()
        .filter(|(name, _)| !(name.starts_with("gradient.") || *name == "output"))
        .map(|(name, tensor)| Ok((name.clone(), Var::from_tensor(tensor)?)))
        .collect::<Result<_>>()?;
    let tensors = ours.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect();
    let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let table = table.parse().expect("it is TOML");
    let architecture = ARCHITECTURES.build(architecture, table).expect("the table is valid");
    let interface = interface(&theirs, periodic);
    let network = Network::new(&*architecture, &interface, builder).expect("the weights fit");
    let middle = Tensor::zeros(ours["states"].dim(0)?, DType::F32, &Device::Cpu)?;
    let inputs = Inputs {
        states: &ours["states"],
        parameters: &ours["parameters"],
        times: ours.get("times").map_or(&middle, Var::as_tensor),
    };
    let output = network.forward(&inputs)?;
    let error = relative_error(&output, &theirs["output"])?;
    assert!(error < OUTPUTS, "{file}: output {error:.1e}");
    let gradients = (output * ours["direction"].as_tensor())?.sum_all()?.backward()?;
    let mut held = 0;
    for (name, theirs) in &theirs {
        let Some(of) = name.strip_prefix("gradient.") else { continue };
        let error = relative_error(gradients.get(&ours[of]).expect("it has a gradient"), theirs)?;
        assert!(error < gradient_tolerance, "{file}: {name} {error:.1e}");
        held += 1;
    }
    let trained = ours.keys().filter(|name| !name.ends_with(FROZEN)).count();
    let unseen = 1 + usize::from(!architecture.is_autoregressive());
    assert_eq!(held, trained - unseen, "all but `direction` and unseen states have a gradient");
    Ok(())
}

/// The first axis is not periodic.
const CHANNEL: [bool; 3] = [false, true, true];

/// The last axis is not periodic.
const FLOOR: [bool; 3] = [true, true, false];

const SMALL_FNO: &str = "modes = 3\nwidth = 4\nlayers = 3\nprojection-channels = 8\npadding = 2";

#[test]
fn fno_agrees_with_pytorch() -> Result<()> {
    agrees_with_pytorch("fno", "fno", SMALL_FNO, CHANNEL, GRADIENTS)?;
    agrees_with_pytorch("fno_box", "fno", SMALL_FNO, FLOOR, GRADIENTS)?;
    let original = format!("{SMALL_FNO}\nstyle = \"original\"");
    agrees_with_pytorch("fno_original", "fno", &original, CHANNEL, GRADIENTS)?;
    agrees_with_pytorch("fno_original_box", "fno", &original, FLOOR, GRADIENTS)?;
    let library = format!("{SMALL_FNO}\nstyle = \"neuraloperator\"");
    agrees_with_pytorch("fno_neuraloperator", "fno", &library, [true; 3], GRADIENTS)?;
    agrees_with_pytorch("fno_neuraloperator_box", "fno", &library, [true; 3], GRADIENTS)
}

#[test]
fn tfno_agrees_with_pytorch() -> Result<()> {
    for factorization in ["tucker", "cp"] {
        let table = format!("{SMALL_FNO}\nrank = 0.3\nfactorization = \"{factorization}\"");
        let file = format!("tfno_{factorization}");
        agrees_with_pytorch(&file, "tfno", &table, CHANNEL, GRADIENTS)?;
    }
    Ok(())
}

#[test]
fn ifno_agrees_with_pytorch() -> Result<()> {
    let table = "modes = 3\nwidth = 4\niterations = 3\nprojection-channels = 8\npadding = 2";
    agrees_with_pytorch("ifno", "ifno", table, CHANNEL, GRADIENTS)
}

#[test]
fn ffno_agrees_with_pytorch() -> Result<()> {
    let table =
        "modes = 3\nwidth = 4\nlayers = 2\nfactor = 2\nprojection-channels = 8\npadding = 2";
    agrees_with_pytorch("ffno", "ffno", table, CHANNEL, GRADIENTS)?;
    agrees_with_pytorch("ffno_box", "ffno", table, FLOOR, GRADIENTS)
}

#[test]
fn uno_agrees_with_pytorch() -> Result<()> {
    let table = "width = 4\nmodes = [5, 3, 2]\npadding = 2";
    agrees_with_pytorch("uno", "uno", table, CHANNEL, GRADIENTS)
}

#[test]
fn unet_agrees_with_pytorch() -> Result<()> {
    agrees_with_pytorch("unet", "unet", "width = 3\nlevels = 2", CHANNEL, GRADIENTS)
}

#[test]
fn unet_modern_agrees_with_pytorch() -> Result<()> {
    let table = "width = 4\ngroups = 2\nchannel-multipliers = [1, 2]";
    agrees_with_pytorch("unet_modern", "unet-modern", table, CHANNEL, GRADIENTS)
}

#[test]
fn unet_convnext_agrees_with_pytorch() -> Result<()> {
    let table = "width = 3\nlevels = 2";
    agrees_with_pytorch("unet_convnext", "unet-convnext", table, CHANNEL, GRADIENTS)
}

#[test]
fn dil_resnet_agrees_with_pytorch() -> Result<()> {
    let table = "width = 4\nblocks = 2\npadding = 2";
    agrees_with_pytorch("dil_resnet", "dil-resnet", table, CHANNEL, GRADIENTS)
}

#[test]
fn cno_agrees_with_pytorch() -> Result<()> {
    agrees_with_pytorch(
        "cno",
        "cno",
        "width = 2\nlevels = 2\nlatent-channels = 4",
        CHANNEL,
        GRADIENTS,
    )
}

/// The sizes of the factorized transformers in the fixtures.
const FACTORIZED: &str = "width = 6\nkernels = { heads = 2, dim-head = 3, multiplier = 2 }\n";

/// Ten iterations accumulate rounding errors.
const ITERATED: f64 = 1e-3;

#[test]
fn factformer_agrees_with_pytorch() -> Result<()> {
    let table = format!("{FACTORIZED}layers = 2");
    agrees_with_pytorch("factformer", "factformer", &table, CHANNEL, GRADIENTS)
}

#[test]
fn ifactformer_o_agrees_with_pytorch() -> Result<()> {
    let table = |iterations| format!("{FACTORIZED}iterations = {iterations}");
    agrees_with_pytorch("ifactformer_o", "ifactformer-o", &table(3), CHANNEL, GRADIENTS)?;
    agrees_with_pytorch("ifactformer_o_box", "ifactformer-o", &table(10), CHANNEL, ITERATED)
}

#[test]
fn ifactformer_m_agrees_with_pytorch() -> Result<()> {
    let table = |iterations| format!("{FACTORIZED}iterations = {iterations}");
    agrees_with_pytorch("ifactformer_m", "ifactformer-m", &table(3), CHANNEL, GRADIENTS)?;
    agrees_with_pytorch("ifactformer_m_box", "ifactformer-m", &table(10), CHANNEL, ITERATED)?;
    let first = format!("release = \"2025-02\"\n{}", table(2));
    agrees_with_pytorch("ifactformer_m_first", "ifactformer-m", &first, CHANNEL, GRADIENTS)
}

#[test]
fn operators_of_cfdbench_agree_with_pytorch() -> Result<()> {
    let rows = [
        ("auto-deeponet", "width = 6\ndepth = 3"),
        ("auto-edeeponet", "width = 6\ndepth = 3"),
        ("auto-ffn", "width = 6\ndepth = 3"),
        ("auto-deeponet-cnn", "filters = 3\nlevels = 2\nwidth = 6\ndepth = 2\nhead-channels = 5"),
        ("resnet", "width = 4\nhidden-channels = 5\nblocks = 1"),
        ("cfdbench-unet", "width = 3\nlevels = 2"),
        ("ffn", "width = 6\ndepth = 3"),
        ("deeponet", "width = 6\ndepth = 3"),
        ("cfdbench-fno", "modes = 3\nwidth = 4\nlayers = 2\nprojection-channels = 8"),
    ];
    rows.into_iter()
        .try_for_each(|(name, table)| agrees_with_pytorch(name, name, table, CHANNEL, GRADIENTS))
}

#[test]
fn transolver_agrees_with_pytorch() -> Result<()> {
    let table = "width = 6\nlayers = 2\nheads = 2\nslices = 4\nmlp-ratio = 2\nreference-points = 3";
    agrees_with_pytorch("transolver", "transolver", table, CHANNEL, GRADIENTS)
}
