//! Incompressible flow on a staggered grid, plane or around an axis.

mod cylinder;
mod flow;
mod linear_systems;
mod opening;
mod sbdf2;
mod solver;
mod ssprk3;
mod stencil;

pub use cylinder::{Disk, Wake, constants};
pub use flow::Forcing;
pub use solver::Incompressible;
