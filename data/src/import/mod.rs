//! Data that other programs wrote, in the layouts of public benchmarks.
//!
//! A layout is one file of this folder: it says what its files state, and reads one state at a time. What they do not
//! state is declared by the case.
//!
//! - `found`, `common`: what files state; `files`, `open_files`: the files themselves
//! - `the_well`, `pdebench`, `cfdbench`, `npz`, `openfoam`: the layouts

mod cfdbench;
mod common;
mod files;
mod found;
mod layout;
mod npz;
mod open_files;
mod openfoam;
mod pdebench;
mod the_well;

pub use found::{Found, FoundChannel, FoundSample, six_digits};
pub use layout::{Import, Layout};
