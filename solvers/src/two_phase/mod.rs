//! Plane two-phase flow on a staggered grid.

mod barrier;
mod curvature;
mod domain;
mod elvira;
mod flow;
mod fluids;
mod geometry;
mod interface;
mod line;
mod momentum;
mod parabola;
mod pressure;
mod setup;
mod solver;
mod tension;
mod viscosity;

pub(crate) use curvature::curvature;
pub(crate) use geometry::Geometry;
pub(crate) use interface::{Interface, Sweep};

pub use barrier::Barrier;
pub use domain::{BoundaryCondition, Domain, Side};
pub use fluids::{Fluid, Fluids};
pub use setup::Setup;
pub use solver::TwoPhase;
