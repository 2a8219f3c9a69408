//! The architectures, one per file. A new one adds two lines here.

mod auto_deeponet;
mod auto_deeponet_cnn;
mod auto_edeeponet;
mod auto_ffn;
mod cfdbench_fno;
mod cfdbench_unet;
mod cno;
mod deeponet;
mod dil_resnet;
mod dmd;
mod factformer;
mod factorized;
mod ffn;
mod ffno;
mod fno;
mod ifactformer_m;
mod ifactformer_o;
mod ifno;
mod linear;
mod resnet;
mod tfno;
mod transolver;
mod unet;
mod unet_convnext;
mod unet_modern;
mod uno;

pub use auto_deeponet::AutoDeepONet;
pub use auto_deeponet_cnn::AutoDeepONetCnn;
pub use auto_edeeponet::AutoEDeepONet;
pub use auto_ffn::AutoFfn;
pub use cfdbench_fno::CfdbenchFno;
pub use cfdbench_unet::CfdbenchUNet;
pub use cno::Cno;
pub use deeponet::DeepONet;
pub use dil_resnet::DilResNet;
pub use dmd::Dmd;
pub use factformer::FactFormer;
pub use factorized::{Kernels, Positions};
pub use ffn::Ffn;
pub use ffno::Ffno;
pub use fno::{Fno, FnoStyle};
pub use ifactformer_m::{IFactFormerM, Release};
pub use ifactformer_o::IFactFormerO;
pub use ifno::Ifno;
pub use linear::Linear;
pub use resnet::ResNet;
pub use tfno::{Factorization, Tfno};
pub use transolver::Transolver;
pub use unet::UNet;
pub use unet_convnext::UNetConvNext;
pub use unet_modern::UNetModern;
pub use uno::Uno;

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
        entry!(dyn Architecture, Cno),
        entry!(dyn Architecture, DeepONet),
        entry!(dyn Architecture, DilResNet),
        entry!(dyn Architecture, Dmd),
        entry!(dyn Architecture, FactFormer),
        entry!(dyn Architecture, Ffn),
        entry!(dyn Architecture, Ffno),
        entry!(dyn Architecture, Fno),
        entry!(dyn Architecture, IFactFormerM),
        entry!(dyn Architecture, IFactFormerO),
        entry!(dyn Architecture, Ifno),
        entry!(dyn Architecture, Linear),
        entry!(dyn Architecture, ResNet),
        entry!(dyn Architecture, Tfno),
        entry!(dyn Architecture, Transolver),
        entry!(dyn Architecture, UNet),
        entry!(dyn Architecture, UNetConvNext),
        entry!(dyn Architecture, UNetModern),
        entry!(dyn Architecture, Uno),
    ],
};
