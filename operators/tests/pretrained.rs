//! Operators with weights of other programs predict the same; `fixtures/make_import*.py` wrote both.

use candle_core::{DType, Device, Result, Tensor, safetensors};
use candle_nn::VarBuilder;
use operators::{ARCHITECTURES, Inputs, Interface, Network, OperatorError, Program};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{name}.safetensors"))
}

/// Both programs compute about five layers in single precision.
const TOLERANCE: f32 = 1e-5;

fn answers_as_its_program(
    name: &str,
    program: Program,
    architecture: &str,
    table: &str,
) -> Result<()> {
    let case = safetensors::load(fixture(&format!("{name}_case")), &Device::Cpu)?;
    let (states, theirs) = (&case["states"], &case["output"]);
    let axis = |axis: usize| states.dims().get(2 + axis).copied().unwrap_or(1);
    let interface = Interface {
        history: states.dim(1)? / theirs.dim(1)?,
        channels: theirs.dim(1)?,
        parameters: case["parameters"].dim(1)?,
        cells: [0, 1, 2].map(axis),
        periodic: [true; 3],
        constants: Vec::new(),
    };
    let weights = program.read(&fixture(name), &Device::Cpu).expect("it is that program's");
    let weights = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let table = table.parse().expect("it is TOML");
    let architecture = ARCHITECTURES.build(architecture, table).expect("the table is valid");
    let network = Network::new(&*architecture, &interface, weights).expect("the weights fit");
    let times = Tensor::zeros(states.dim(0)?, DType::F32, &Device::Cpu)?;
    let inputs = Inputs { states, parameters: &case["parameters"], times: &times };
    let ours = network.forward(&inputs)?;
    let greatest = |x: &Tensor| x.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>();
    let error = greatest(&(ours - theirs)?)? / greatest(theirs)?;
    assert!(error < TOLERANCE, "{name}: {error:.1e}");
    Ok(())
}

const SMALL: &str = "modes = 2\nwidth = 4\nlayers = 2\nprojection-channels = 8";

#[test]
fn the_original_scripts_weights_answer_the_same() -> Result<()> {
    let table = format!("{SMALL}\nstyle = \"original\"");
    answers_as_its_program("import_original", Program::OriginalFno, "fno", &table)?;
    answers_as_its_program("import_original_box", Program::OriginalFno, "fno", &table)
}

#[test]
fn neuraloperators_weights_answer_the_same() -> Result<()> {
    let table = format!("{SMALL}\nstyle = \"neuraloperator\"");
    answers_as_its_program("import_neuraloperator", Program::Neuraloperator, "fno", &table)?;
    answers_as_its_program("import_neuraloperator_box", Program::Neuraloperator, "fno", &table)
}

#[test]
fn ifactformers_weights_answer_the_same() -> Result<()> {
    let table = "width = 6\niterations = 3\nkernels = { heads = 2, dim-head = 4 }";
    for (name, architecture) in
        [("import_ifactformer_m", "ifactformer-m"), ("import_ifactformer_o", "ifactformer-o")]
    {
        answers_as_its_program(name, Program::IFactFormer, architecture, table)?;
    }
    Ok(())
}

#[test]
fn another_programs_file_is_refused() {
    let refusal = |name: &str, program: Program| {
        let error =
            program.read(&fixture(name), &Device::Cpu).expect_err("it is another program's");
        assert!(matches!(error, OperatorError::Checkpoint { .. }));
        error.to_string()
    };
    let message = refusal("import_original", Program::Neuraloperator);
    assert!(message.contains("no tensor named `lifting.fcs.0.weight`"), "{message}");
    let message = refusal("import_original", Program::IFactFormer);
    assert!(message.contains("no tensor named `simple_to_out.3.weight`"), "{message}");
    let message = refusal("import_neuraloperator", Program::OriginalFno);
    assert!(message.contains("no tensor named `fc0.weight`"), "{message}");
}
