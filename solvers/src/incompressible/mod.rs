//! Plane incompressible flow on a staggered grid.

mod cells;
mod flow;
mod helmholtz;
mod mesh;
mod opening;
mod plane;
mod sbdf2;
mod solver;
mod ssprk3;
mod stencil;
mod transform;
mod velocity;

pub use solver::{Forcing, Incompressible};
