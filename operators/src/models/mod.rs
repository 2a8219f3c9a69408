//! The architectures, a file each. A new one adds its two lines here.

mod factformer;
mod factorized;
mod fno;
mod ifactformer_m;
mod ifactformer_o;
mod unet;

pub use factformer::FactFormer;
pub use factorized::{Kernels, Positions};
pub use fno::Fno;
pub use ifactformer_m::{IFactFormerM, Release};
pub use ifactformer_o::IFactFormerO;
pub use unet::UNet;

use crate::Architecture;
use data::{Registry, entry};

/// All architectures.
pub const ARCHITECTURES: Registry<dyn Architecture> = Registry {
    kind: "architecture",
    entries: &[
        entry!(dyn Architecture, FactFormer),
        entry!(dyn Architecture, Fno),
        entry!(dyn Architecture, IFactFormerM),
        entry!(dyn Architecture, IFactFormerO),
        entry!(dyn Architecture, UNet),
    ],
};
