//! Incompressible flow on a staggered grid, plane or axisymmetric.

mod central_differences;
mod cylinder;
mod flow;
mod linear_systems;
mod open_boundaries;
mod sbdf2;
mod solver;
mod ssprk3;

pub use cylinder::{Disk, FlowPastCylinder, mask_and_distance};
pub use flow::Forcing;
pub use solver::Incompressible;
