//! The architectures, a file each. A new one adds its two lines here.

mod auto_deeponet;
mod auto_deeponet_cnn;
mod auto_edeeponet;
mod auto_ffn;
mod cfdbench_fno;
mod cfdbench_unet;
mod factformer;
mod factorized;
mod fno;
mod ifactformer_m;
mod ifactformer_o;
mod resnet;
mod unet;

pub use auto_deeponet::AutoDeepONet;
pub use auto_deeponet_cnn::AutoDeepONetCnn;
pub use auto_edeeponet::AutoEDeepONet;
pub use auto_ffn::AutoFfn;
pub use cfdbench_fno::CfdbenchFno;
pub use cfdbench_unet::CfdbenchUNet;
pub use factformer::FactFormer;
pub use factorized::{Kernels, Positions};
pub use fno::Fno;
pub use ifactformer_m::{IFactFormerM, Release};
pub use ifactformer_o::IFactFormerO;
pub use resnet::ResNet;
pub use unet::UNet;

use crate::Architecture;
use data::{Registry, entry};

/// All architectures.
pub const ARCHITECTURES: Registry<dyn Architecture> = Registry {
    kind: "architecture",
    entries: &[
        entry!(dyn Architecture, AutoDeepONet),
        entry!(dyn Architecture, AutoDeepONetCnn),
        entry!(dyn Architecture, AutoEDeepONet),
        entry!(dyn Architecture, AutoFfn),
        entry!(dyn Architecture, CfdbenchFno),
        entry!(dyn Architecture, CfdbenchUNet),
        entry!(dyn Architecture, FactFormer),
        entry!(dyn Architecture, Fno),
        entry!(dyn Architecture, IFactFormerM),
        entry!(dyn Architecture, IFactFormerO),
        entry!(dyn Architecture, ResNet),
        entry!(dyn Architecture, UNet),
    ],
};
