//! Plane incompressible flow on a staggered grid.

mod body;
mod capacitance;
mod cells;
mod disk;
mod faces;
mod flow;
mod helmholtz;
mod mesh;
mod near;
mod opening;
pub(crate) mod plane;
mod sbdf2;
mod solver;
mod ssprk3;
mod stencil;
mod transform;
mod velocity;
mod wake;

pub use disk::Disk;
pub use solver::{Forcing, Incompressible};
pub use wake::{Wake, constants};
