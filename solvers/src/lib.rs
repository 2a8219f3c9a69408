//! Truth: problems of fluid flow and the numerical methods that solve them.

mod error;
mod problem;

pub use error::SolverError;
pub use problem::{Problem, Progress, Solver};
