//! The architectures, a file each. A new one adds its two lines here.

mod fno;
mod unet;

pub use fno::Fno;
pub use unet::UNet;

use crate::Architecture;
use data::{Registry, entry};

/// All architectures.
pub const ARCHITECTURES: Registry<dyn Architecture> = Registry {
    kind: "architecture",
    entries: &[entry!(dyn Architecture, Fno), entry!(dyn Architecture, UNet)],
};
