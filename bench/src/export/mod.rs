//! Datasets in the layouts of other programs.
//!
//! A layout is one file of this folder and a line in [`LAYOUTS`].
//!
//! - `layout`: what a layout is; `request`: what is written; `selection`: which samples
//! - `card`, `croissant`: the descriptions of a dataset that is published

mod card;
mod cfdbench;
mod croissant;
mod hugging_face;
mod layout;
mod npz;
mod pdebench;
mod request;
mod selection;
mod the_well;
mod xdmf;
mod zarr;

pub use layout::ExportLayout;
pub use request::{About, Exported, export};
pub use selection::Selection;

use layout::entry;

/// All layouts, in the order of lists.
pub const LAYOUTS: &[ExportLayout] = &[
    entry::<the_well::TheWell>(),
    entry::<pdebench::Pdebench>(),
    entry::<cfdbench::Cfdbench>(),
    entry::<npz::Npz>(),
    entry::<zarr::Zarr>(),
    entry::<xdmf::Xdmf>(),
    entry::<hugging_face::HuggingFace>(),
];
