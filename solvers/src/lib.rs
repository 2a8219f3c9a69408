//! Truth: problems of fluid flow and the numerical methods that solve them.

mod error;
pub mod incompressible;
mod problem;
pub mod problems;
pub mod verify;

pub use error::SolverError;
pub use problem::{Problem, Progress, Solver};
pub use problems::PROBLEMS;
