//! Plane flow of two immiscible fluids on a staggered grid.

mod cholesky;
mod conjugate;
mod elvira;
mod five_point;
mod flow;
mod fluids;
mod geometry;
mod interface;
mod line;
mod momentum;
mod multigrid;
mod pressure;
mod solver;
mod vessel;
mod viscosity;

pub(crate) use geometry::Geometry;
pub(crate) use interface::{Interface, Sweep};

pub use fluids::{Fluid, Fluids};
pub use solver::TwoPhase;
pub use vessel::{Beyond, Side, Vessel};
