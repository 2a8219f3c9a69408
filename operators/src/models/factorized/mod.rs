//! What the factorized transformers have in common.

mod block;
mod kernel;
mod lift;
mod options;
mod positions;
mod trunk;

pub(super) use options::check;
pub use options::{Kernels, Positions};
pub(super) use trunk::{Plan, Trunk};
