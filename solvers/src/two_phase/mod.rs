//! Plane flow of two immiscible fluids on a staggered grid.

mod curvature;
mod elvira;
mod flow;
mod fluids;
mod geometry;
mod interface;
mod line;
mod momentum;
mod parabola;
mod pressure;
mod solver;
mod tension;
mod vessel;
mod viscosity;

pub(crate) use curvature::curvature;
pub(crate) use geometry::Geometry;
pub(crate) use interface::{Interface, Sweep};

pub use fluids::{Fluid, Fluids};
pub use solver::TwoPhase;
pub use vessel::{Beyond, Side, Vessel};
