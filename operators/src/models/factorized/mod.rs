//! The parts that the factorized transformers share.

mod block;
mod kernel;
mod lift;
mod network;
mod options;
mod positions;

pub(super) use network::{FactorizedNetwork, Sizes};
pub use options::{Kernels, Positions};
pub(super) use options::{RENAMED, check};
