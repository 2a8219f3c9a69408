//! Periodic plane flow by a Fourier pseudo-spectral method.

mod budget;
mod cells;
mod domain;
mod etdrk4;
mod fourier;
mod lattice;
mod modes;
mod periodic_flow;
mod solver;
mod spectrum;
mod vorticity;

pub use periodic_flow::{PeriodicFlow, Square};
pub use solver::Spectral;

pub(crate) use budget::monitors;
pub(crate) use cells::sinc;
pub(crate) use domain::start;
pub(crate) use spectrum::Spectrum;
