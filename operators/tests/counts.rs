//! How many numbers every architecture learns, against the counts of its references.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use operators::{ARCHITECTURES, Interface};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How a reference counts complex weights, which are real and imaginary parts here.
enum Count {
    /// Every real number.
    Real(usize),
    /// Complex numbers, those of tensors named `…spectral…`, once.
    ComplexOnce(usize),
}
use Count::{ComplexOnce, Real};

/// Architecture, table, `[history, channels, parameters]`, cells, count; domains are periodic.
type Row = (&'static str, &'static str, [usize; 3], [usize; 3], Count);

/// A line each; the comment above it names the reference.
const ROWS: &[Row] = &[
    // The original fourier_2d.py (Darcy flow), without and with both parts of complex weights.
    ("fno", "", [1, 1, 0], [85, 85, 1], ComplexOnce(1_188_353)),
    ("fno", "", [1, 1, 0], [85, 85, 1], Real(2_368_001)),
    // The original fourier_2d_time.py (Navier–Stokes), less four batch norms that it never applies.
    ("fno", "width = 20", [10, 1, 0], [64, 64, 1], ComplexOnce(465_717 - 4 * 40)),
    // The original fourier_3d.py, which has four unused batch norms, too.
    ("fno", FNO_3D, [10, 1, 0], [64, 64, 40], Real(6_558_537 - 4 * 40)),
    // neuraloperator 2.0.0: n_modes = (16, 16) or (16, 16, 16), hidden_channels = 64.
    ("fno", NEURALOPERATOR, [1, 1, 0], [64, 64, 1], ComplexOnce(2_410_177)),
    ("fno", NEURALOPERATOR, [1, 1, 0], [64, 64, 1], Real(4_769_473)),
    ("fno", NEURALOPERATOR, [1, 3, 0], [32, 32, 32], Real(75_548_995)),
    // One of the four layers of fourier_2d.py.
    ("ifno", "", [1, 1, 0], [85, 85, 1], ComplexOnce(1_188_353 - 3 * (2 * 144 * 1024 + 1056))),
    // torus_li/markov/24_layers and 4_layers of F-FNO's code.
    ("ffno", FFNO_24, [1, 1, 0], [64, 64, 1], Real(1_072_834)),
    ("ffno", FFNO_4, [1, 1, 0], [64, 64, 1], Real(404_674)),
    // ns_uno2d_main.py of U-NO's code.
    ("uno", "width = 32", [10, 1, 0], [64, 64, 1], ComplexOnce(15_290_065)),
    // PDEArena's Unetmod-64 (144 million) and DilResNet-128 (4.2), four states to one, to the digit by
    // the sizes of its layers.
    ("unet-modern", UNETMOD_64, [4, 3, 0], [128, 128, 1], Real(144_263_683)),
    ("dil-resnet", "width = 128\npadding = 9", [4, 3, 0], [128, 128, 1], Real(4_167_427)),
    // The Well's UNetConvNext, 16 channels to 4, less biases of unit norms that it never applies.
    ("unet-convnext", CONVNEXT_42, [4, 4, 0], [128, 128, 1], Real(18_575_344 - 1_890)),
    // CNO2d_simplified: N_layers = 4, N_res = N_res_neck = 4, channel_multiplier = 16.
    ("cno", CNO_16, [1, 1, 0], [64, 64, 1], Real(2_010_665)),
    // IFactFormer's code for the channel flow, both variants and the -m of its first release.
    ("ifactformer-o", CHANNEL_FLOW, [1, 3, 0], [32, 33, 16], Real(1_071_171)),
    ("ifactformer-m", CHANNEL_FLOW, [1, 3, 0], [32, 33, 16], Real(1_163_331)),
    ("ifactformer-m", CHANNEL_FLOW_FIRST, [1, 3, 0], [32, 33, 16], Real(1_181_763)),
    // Yang et al. (2024), table 4 (1.4 and 5.5 million), to the digit by the same code.
    ("ifactformer-o", TURBULENCE, [5, 3, 0], [32, 32, 32], Real(1_396_803)),
    ("factformer", TURBULENCE_LAYERS, [5, 3, 0], [32, 32, 32], Real(5_503_539)),
    // Transolver's scripts for the Navier–Stokes equations and Darcy flow, less the placeholder.
    ("transolver", TRANSOLVER_NS, [10, 1, 0], [64, 64, 1], Real(11_232_321 - 256)),
    ("transolver", TRANSOLVER_DARCY, [1, 1, 0], [85, 85, 1], Real(2_826_945 - 128)),
];

const FNO_3D: &str = "width = 20\nmodes = 8\nstyle = \"original\"";
const NEURALOPERATOR: &str = "style = \"neuraloperator\"\nwidth = 64\nmodes = 8";
const FFNO_24: &str = "width = 64\nmodes = 16\nlayers = 24";
const FFNO_4: &str = "width = 64\nmodes = 16\nlayers = 4";
const TRANSOLVER_NS: &str = "width = 256\nlayers = 8\nheads = 8\nslices = 32";
const TRANSOLVER_DARCY: &str = "width = 128\nlayers = 8\nheads = 8\nslices = 64";
const UNETMOD_64: &str = "width = 64\nmultipliers = [1, 2, 2, 4]\nblocks = 2";
const CONVNEXT_42: &str = "width = 42\nlevels = 4\nblocks = 2";
const CNO_16: &str = "width = 8\nlevels = 4\nresidual = 4\nbottom = 4\nlatent = 64";
const CHANNEL_FLOW: &str = "width = 96\niterations = 10\nkernels = { heads = 5, width = 96 }";
const CHANNEL_FLOW_FIRST: &str =
    "width = 96\nrelease = \"2025-02\"\nkernels = { heads = 5, width = 96 }";
const TURBULENCE: &str = "width = 96\niterations = 10\nkernels = { heads = 10, width = 64 }";
const TURBULENCE_LAYERS: &str = "width = 96\nlayers = 4\nkernels = { heads = 10, width = 64 }";

/// Architecture, table, channels, how many of them at the end are constants, and the counts for
/// CFDBench's cavity (64 × 64 cells, 5 parameters), tube and dam (65 × 66, 5) and cylinder
/// (65 × 66, 8). Those that see u alone have one channel; others see u, v and a mask.
type CfdbenchRow = (&'static str, &'static str, usize, usize, [Count; 3]);

const CFDBENCH: &[CfdbenchRow] = &[
    ("ffn", "", 1, 0, [Real(71_701), Real(71_701), Real(72_001)]),
    ("deeponet", "", 1, 0, [Real(142_501), Real(142_501), Real(142_801)]),
    ("auto-ffn", "", 1, 0, [Real(1_102_401), Real(1_141_201), Real(1_141_801)]),
    ("auto-deeponet", "", 1, 0, [Real(551_901), Real(571_301), Real(571_601)]),
    ("auto-edeeponet", "", 1, 0, [Real(622_701), Real(642_101), Real(642_401)]),
    ("auto-deeponet-cnn", "", 3, 2, [Real(742_730), Real(742_730), Real(745_130)]),
    // With the norms that the original counts and never applies, 932 weights, and without them.
    ("resnet", "", 3, 1, [Real(534_696), Real(534_696), Real(544_152)]),
    ("resnet", "norm = false", 3, 1, [Real(533_764), Real(533_764), Real(543_220)]),
    ("cfdbench-unet", "", 3, 1, [Real(1_095_038), Real(1_095_038), Real(1_095_362)]),
    (
        "cfdbench-fno",
        "",
        3,
        1,
        [ComplexOnce(1_188_706), ComplexOnce(1_188_706), ComplexOnce(1_188_802)],
    ),
];

#[test]
fn counts_are_those_of_cfdbench() {
    for (architecture, table, channels, constants, counts) in CFDBENCH {
        for (count, (cells, parameters)) in
            counts.iter().zip([([64, 64, 1], 5), ([65, 66, 1], 5), ([65, 66, 1], 8)])
        {
            let interface = Interface {
                history: 1,
                channels: *channels,
                parameters,
                cells,
                periodic: [false; 3],
                constants: (channels - constants..*channels).collect(),
            };
            holds(architecture, table, &interface, count);
        }
    }
}

#[test]
fn counts_are_those_of_the_references() {
    for (architecture, table, [history, channels, parameters], cells, count) in ROWS {
        let interface = Interface {
            history: *history,
            channels: *channels,
            parameters: *parameters,
            cells: *cells,
            periodic: [true; 3],
            constants: Vec::new(),
        };
        holds(architecture, table, &interface, count);
    }
}

/// Holds an architecture's weights to a count.
fn holds(architecture: &str, table: &str, interface: &Interface, count: &Count) {
    let sizes = sizes(architecture, table, interface);
    let complex = |name: &str| name.contains("spectral");
    let (counted, expected) = match count {
        Real(count) => (sizes.values().sum::<usize>(), *count),
        ComplexOnce(count) => {
            let once = |(name, size)| if complex(name) { size / 2 } else { size };
            (sizes.iter().map(|(name, size)| once((name.as_str(), *size))).sum(), *count)
        }
    };
    assert_eq!(counted, expected, "{architecture} with `{table}`: {sizes:#?}");
}

/// The sizes of all weights; none is drawn.
fn sizes(architecture: &str, table: &str, interface: &Interface) -> BTreeMap<String, usize> {
    let sizes = Sizes::default();
    let builder = VarBuilder::from_backend(Box::new(sizes.clone()), DType::F32, Device::Cpu);
    let table = table.parse().expect("it is TOML");
    let architecture = ARCHITECTURES.build(architecture, table).expect("the table is valid");
    architecture.build(interface, builder).expect("it knows the interface");
    let sizes = sizes.0.lock().expect("nobody panics while holding the lock");
    sizes.clone()
}

/// Notes what is asked for, and hands out one zero seen many times.
#[derive(Clone, Default)]
struct Sizes(Arc<Mutex<BTreeMap<String, usize>>>);

impl SimpleBackend for Sizes {
    fn get(&self, s: Shape, name: &str, _: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        let mut sizes = self.0.lock().expect("nobody panics while holding the lock");
        assert!(sizes.insert(name.into(), s.elem_count()).is_none(), "`{name}` twice");
        Tensor::zeros((), dtype, dev)?.broadcast_as(s)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("`{name}` has no shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.lock().expect("nobody panics while holding the lock").contains_key(name)
    }
}
