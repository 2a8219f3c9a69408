//! The staggered grid: pressure in cells, velocities on faces.

mod array;
mod cells;
mod mesh;
mod radii;
mod velocity;

pub(crate) use array::{GHOSTS, PARALLEL, StaggeredArray, ahead, inner, inner_mut};
pub(crate) use cells::{load_pressure, load_velocity, store_pressure, store_velocity};
pub(crate) use mesh::{Mesh, Sides};
pub(crate) use radii::Radii;
pub(crate) use velocity::Velocity;
