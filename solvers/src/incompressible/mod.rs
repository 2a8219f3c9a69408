//! Incompressible flow on a staggered grid, plane or around an axis.

mod body;
mod capacitance;
mod cells;
mod chain;
mod disk;
mod faces;
mod flow;
mod helmholtz;
mod mesh;
mod near;
mod opening;
pub(crate) mod plane;
mod radii;
mod sbdf2;
mod solver;
mod ssprk3;
mod stencil;
mod traction;
mod transform;
mod turn;
mod velocity;
mod wake;

pub use disk::Disk;
pub use solver::{Forcing, Incompressible};
pub use wake::{Wake, constants};
