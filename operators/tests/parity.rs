//! Operators against PyTorch: forward and all gradients, on numbers that `fixtures/make.py` made.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, Inputs, Interface, Network};
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// As in `make.py`.
const INTERFACE: Interface = Interface {
    history: 2,
    channels: 3,
    parameters: 1,
    cells: [9, 12, 1],
    periodic: [false, true, true],
    constants: Vec::new(),
};

/// PyTorch computed in f64 and stored f32; ours is f32 all the way, through some ten layers.
const TOLERANCE: f64 = 1e-5;

fn fixture(file: &[u8]) -> Result<BTreeMap<String, Tensor>> {
    let file = SafeTensors::deserialize(file).expect("the fixture is a safetensors file");
    let tensor = |(name, view): (&str, safetensors::tensor::TensorView)| {
        let bytes = view.data().chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]]);
        let values: Vec<f32> = bytes.map(f32::from_le_bytes).collect();
        Ok((name.to_string(), Tensor::from_vec(values, view.shape(), &Device::Cpu)?))
    };
    file.iter().map(tensor).collect()
}

/// The greatest difference over the greatest value.
fn relative_error(ours: &Tensor, theirs: &Tensor) -> Result<f64> {
    assert_eq!(ours.dims(), theirs.dims());
    let greatest = |x: &Tensor| x.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>();
    Ok(f64::from(greatest(&(ours - theirs)?)? / greatest(theirs)?))
}

fn agrees_with_pytorch(name: &str, table: &str, file: &[u8]) -> Result<()> {
    let theirs = fixture(file)?;
    let ours: BTreeMap<String, Var> = theirs
        .iter()
        .filter(|(name, _)| !(name.starts_with("gradient.") || *name == "output"))
        .map(|(name, tensor)| Ok((name.clone(), Var::from_tensor(tensor)?)))
        .collect::<Result<_>>()?;
    let tensors = ours.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect();
    let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let table = table.parse().expect("it is TOML");
    let architecture = ARCHITECTURES.build(name, table).expect("the table is valid");
    let network = Network::new(&*architecture, &INTERFACE, builder).expect("the weights fit");
    let inputs = Inputs { states: &ours["states"], parameters: &ours["parameters"] };
    let output = network.forward(&inputs)?;
    assert!(relative_error(&output, &theirs["output"])? < TOLERANCE, "{name}: output");
    let gradients = (output * ours["direction"].as_tensor())?.sum_all()?.backward()?;
    let mut held = 0;
    for (name, theirs) in &theirs {
        let Some(of) = name.strip_prefix("gradient.") else { continue };
        let error = relative_error(gradients.get(&ours[of]).expect("it has a gradient"), theirs)?;
        assert!(error < TOLERANCE, "{name}: {error:.1e}");
        held += 1;
    }
    assert_eq!(held, ours.len() - 1, "all but `direction` have a gradient");
    Ok(())
}

#[test]
fn fno_agrees_with_pytorch() -> Result<()> {
    let table = "modes = 3\nwidth = 4\nlayers = 3\nprojection = 8\npadding = 2";
    agrees_with_pytorch("fno", table, include_bytes!("fixtures/fno.safetensors"))
}

#[test]
fn unet_agrees_with_pytorch() -> Result<()> {
    let table = "width = 3\nlevels = 2";
    agrees_with_pytorch("unet", table, include_bytes!("fixtures/unet.safetensors"))
}
