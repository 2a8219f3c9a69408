//! Published configurations of the architectures and their numbers of weights.

use crate::{Interface, OperatorError, count};

/// A published configuration of an architecture.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// The architecture's name in [`ARCHITECTURES`](crate::ARCHITECTURES).
    pub architecture: &'static str,
    /// The publication or code, and the flow.
    pub source: &'static str,
    /// Its TOML table.
    pub table: &'static str,
    /// Given states, channels per state, and parameters.
    pub sizes: [usize; 3],
    /// The number of constant channels, which are the last.
    pub constants: usize,
    /// Cells along x, y, z.
    pub cells: [usize; 3],
    /// Whether all axes are periodic, or none.
    pub periodic: bool,
    /// The number of weights as published, or of the published code.
    pub weights: usize,
    /// Weights among them that the published code defines but never uses. This program leaves them out.
    pub idle: usize,
    /// Whether the publication counts a complex weight once instead of twice.
    pub complex_once: bool,
}

impl Published {
    /// The interface of the configuration.
    pub fn interface(&self) -> Interface {
        let [history, channels, parameters] = self.sizes;
        Interface {
            history,
            channels,
            parameters,
            cells: self.cells,
            periodic: [self.periodic; 3],
            constants: (channels - self.constants..channels).collect(),
        }
    }

    /// The number of weights here, counted as in the publication.
    pub fn ours(&self) -> Result<usize, OperatorError> {
        let table = self.table.parse().expect("a test reads every table");
        count(self.architecture, table, &self.interface(), self.complex_once)
    }

    /// Whether the number of weights here agrees with the publication, apart from unused ones.
    pub fn agrees(&self) -> Result<bool, OperatorError> {
        Ok(self.ours()? + self.idle == self.weights)
    }

    /// All configurations, in the order of `eddymark count`.
    pub fn all() -> impl Iterator<Item = Self> {
        OTHERS.iter().copied().chain(CFDBENCH.iter().flat_map(of_cfdbench))
    }
}

/// A configuration in a periodic domain, with every real number counted and all weights in use.
const fn row(
    architecture: &'static str,
    source: &'static str,
    table: &'static str,
    sizes: [usize; 3],
    cells: [usize; 3],
    weights: usize,
) -> Published {
    let (constants, periodic, idle, complex_once) = (0, true, 0, false);
    Published {
        architecture,
        source,
        table,
        sizes,
        constants,
        cells,
        periodic,
        weights,
        idle,
        complex_once,
    }
}

impl Published {
    const fn complex_once(self) -> Self {
        Self { complex_once: true, ..self }
    }

    /// With `idle` weights that the published code never uses.
    const fn idle(self, idle: usize) -> Self {
        Self { idle, ..self }
    }
}

const OTHERS: &[Published] = &[
    row("fno", "FNO, fourier_2d.py (Darcy)", "", [1, 1, 0], DARCY, 1_188_353).complex_once(),
    row("fno", "FNO, fourier_2d.py (Darcy)", "", [1, 1, 0], DARCY, 2_368_001),
    // Like fourier_3d.py, the code has four batch norms that it never applies.
    row("fno", "FNO, fourier_2d_time.py", "width = 20", [10, 1, 0], PLANE, 465_717)
        .complex_once()
        .idle(160),
    row("fno", "FNO, fourier_3d.py", FNO_3D, [10, 1, 0], [64, 64, 40], 6_558_537).idle(160),
    row("fno", "neuraloperator 2.0.0, 16² modes", NEURALOPERATOR, [1, 1, 0], PLANE, 2_410_177)
        .complex_once(),
    row("fno", "neuraloperator 2.0.0, 16² modes", NEURALOPERATOR, [1, 1, 0], PLANE, 4_769_473),
    row("fno", "neuraloperator 2.0.0, 16³ modes", NEURALOPERATOR, [1, 3, 0], BOX, 75_548_995),
    // One of the four layers of fourier_2d.py.
    row("ifno", "one layer of fourier_2d.py", "", [1, 1, 0], DARCY, 1_188_353 - 3 * FNO_LAYER)
        .complex_once(),
    row("ffno", "F-FNO, markov/24_layers", FFNO_24, [1, 1, 0], PLANE, 1_072_834),
    row("ffno", "F-FNO, markov/4_layers", FFNO_4, [1, 1, 0], PLANE, 404_674),
    row("uno", "U-NO, ns_uno2d_main.py", "width = 32", [10, 1, 0], PLANE, 15_290_065)
        .complex_once(),
    // 144 and 4.2 million in PDEArena's model zoo; exact numbers from the sizes of its layers.
    row("unet-modern", "PDEArena, Unetmod-64", UNETMOD_64, [4, 3, 0], FINE, 144_263_683),
    row("dil-resnet", "PDEArena, DilResNet-128", DIL_RESNET, [4, 3, 0], FINE, 4_167_427),
    // The code never applies the biases of its unit norms.
    row("unet-convnext", "The Well, UNetConvNext", CONVNEXT_42, [4, 4, 0], FINE, 18_575_344)
        .idle(1_890),
    row("cno", "CNO2d_simplified, 4 levels", CNO_16, [1, 1, 0], PLANE, 2_010_665),
    row("ifactformer-o", "IFactFormer's code", CHANNEL_FLOW, [1, 3, 0], CHANNEL, 1_071_171),
    row(
        "ifactformer-m",
        "IFactFormer's code, 2025-12",
        CHANNEL_FLOW,
        [1, 3, 0],
        CHANNEL,
        1_163_331,
    ),
    row(
        "ifactformer-m",
        "IFactFormer's code, 2025-02",
        CHANNEL_FIRST,
        [1, 3, 0],
        CHANNEL,
        1_181_763,
    ),
    // 1.4 and 5.5 million in its table 4; exact numbers from the same code.
    row("ifactformer-o", "Yang et al. (2024), turbulence", TURBULENCE, [5, 3, 0], BOX, 1_396_803),
    row("factformer", "Yang et al. (2024), turbulence", FACTFORMER, [5, 3, 0], BOX, 5_503_539),
    // The code adds a placeholder to all points alike, which the bias before it makes redundant.
    row("transolver", "Transolver_NS.sh", TRANSOLVER_NS, [10, 1, 0], PLANE, 11_232_321).idle(256),
    row("transolver", "Transolver_Darcy.sh", TRANSOLVER_DARCY, [1, 1, 0], DARCY, 2_826_945)
        .idle(128),
];

const PLANE: [usize; 3] = [64, 64, 1];
const DARCY: [usize; 3] = [85, 85, 1];
const FINE: [usize; 3] = [128, 128, 1];
const BOX: [usize; 3] = [32, 32, 32];
const CHANNEL: [usize; 3] = [32, 33, 16];

/// Spectral weights of 2 × 12 × 12 modes between 32 channels, and the 1×1 convolution beside them.
const FNO_LAYER: usize = 2 * 12 * 12 * 32 * 32 + 33 * 32;
const FNO_3D: &str = "width = 20\nmodes = 8\nstyle = \"original\"";
const NEURALOPERATOR: &str = "style = \"neuraloperator\"\nwidth = 64\nmodes = 8";
const FFNO_24: &str = "width = 64\nmodes = 16\nlayers = 24";
const FFNO_4: &str = "width = 64\nmodes = 16\nlayers = 4";
const TRANSOLVER_NS: &str = "width = 256\nlayers = 8\nheads = 8\nslices = 32";
const TRANSOLVER_DARCY: &str = "width = 128\nlayers = 8\nheads = 8\nslices = 64";
const UNETMOD_64: &str = "width = 64\nchannel-multipliers = [1, 2, 2, 4]\nblocks = 2";
const DIL_RESNET: &str = "width = 128\npadding = 9";
const CONVNEXT_42: &str = "width = 42\nlevels = 4\nblocks = 2";
const CNO_16: &str =
    "width = 8\nlevels = 4\nresidual-blocks = 4\nbottleneck-blocks = 4\nlatent-channels = 64";
const CHANNEL_FLOW: &str = "width = 96\niterations = 10\nkernels = { heads = 5, dim-head = 96 }";
const CHANNEL_FIRST: &str =
    "width = 96\nrelease = \"2025-02\"\nkernels = { heads = 5, dim-head = 96 }";
const TURBULENCE: &str = "width = 96\niterations = 10\nkernels = { heads = 10, dim-head = 64 }";
const FACTFORMER: &str = "width = 96\nlayers = 4\nkernels = { heads = 10, dim-head = 64 }";

/// An operator of `CFDBench`: architecture, table, [channels, constant channels], and the numbers of weights on the
/// cavity, on tube and dam, and on the cylinder. With one channel it is u; with three they are u, v and a mask.
type CfdbenchRow = (&'static str, &'static str, [usize; 2], [usize; 3]);

const CFDBENCH: &[CfdbenchRow] = &[
    ("ffn", "", [1, 0], [71_701, 71_701, 72_001]),
    ("deeponet", "", [1, 0], [142_501, 142_501, 142_801]),
    ("auto-ffn", "", [1, 0], [1_102_401, 1_141_201, 1_141_801]),
    ("auto-deeponet", "", [1, 0], [551_901, 571_301, 571_601]),
    ("auto-edeeponet", "", [1, 0], [622_701, 642_101, 642_401]),
    ("auto-deeponet-cnn", "", [3, 2], [742_730, 742_730, 745_130]),
    // With and without the 932 weights of norms that the published code counts but never applies.
    ("resnet", "", [3, 1], [534_696, 534_696, 544_152]),
    ("resnet", "norm = false", [3, 1], [533_764, 533_764, 543_220]),
    ("cfdbench-unet", "", [3, 1], [1_095_038, 1_095_038, 1_095_362]),
    ("cfdbench-fno", "", [3, 1], [1_188_706, 1_188_706, 1_188_802]),
];

/// The interfaces of `CFDBench`: flow, cells and parameters.
const INTERFACES: [(&str, [usize; 3], usize); 3] = [
    ("CFDBench, cavity", PLANE, 5),
    ("CFDBench, tube and dam", [65, 66, 1], 5),
    ("CFDBench, cylinder", [65, 66, 1], 8),
];

fn of_cfdbench(row: &CfdbenchRow) -> impl Iterator<Item = Published> + use<> {
    let (architecture, table, [channels, constants], counts) = *row;
    let of_interface = move |((source, cells, parameters), weights)| Published {
        architecture,
        source,
        table,
        sizes: [1, channels, parameters],
        constants,
        cells,
        periodic: false,
        weights,
        idle: 0,
        complex_once: architecture == "cfdbench-fno",
    };
    INTERFACES.into_iter().zip(counts).map(of_interface)
}
