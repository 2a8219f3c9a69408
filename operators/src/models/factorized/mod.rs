//! What the factorized transformers have in common.

mod block;
mod kernel;
mod lift;
mod options;
mod positions;
mod trunk;

pub use options::{Kernels, Positions};
pub(super) use trunk::{Plan, Trunk};
