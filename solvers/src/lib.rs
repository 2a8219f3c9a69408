//! Reference solvers: problems of fluid flow and the numerical methods that solve them.
//!
//! ```
//! use solvers::PROBLEMS;
//!
//! let cavity = PROBLEMS.build("cavity", toml::toml! { reynolds = 400.0 })?;
//! let grid = cavity.grid([64, 64, 1])?;
//! let mut state = cavity.initial(&grid, &mut data::rng(0, 0));
//! let mut solver = cavity.solver(&grid)?;
//! solver.load(&state)?;
//! let progress = solver.advance(0.5)?;
//! solver.store(&mut state);
//! assert!(progress.divergence < 1e-10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod channel;
mod checks;
mod error;
pub mod incompressible;
mod linear;
mod problem;
pub mod problems;
mod spacing;
pub mod spectral;
mod staggered;
mod stopwatch;
mod time;
pub mod two_phase;
pub mod verify;

pub use error::SolverError;
pub use problem::{Problem, Progress, Solver};
pub use problems::PROBLEMS;
pub(crate) use spacing::uniform_spacing;
pub use stopwatch::{Stopwatch, Work};
