//! Incompressible flow on a staggered grid, plane or around an axis.

mod cylinder;
mod flow;
mod opening;
mod sbdf2;
mod solver;
mod ssprk3;
mod stencil;

pub(crate) use cylinder::{Capacitance, MARGIN};

pub use cylinder::{Disk, Wake, constants};
pub use solver::{Forcing, Incompressible};
