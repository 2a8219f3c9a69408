//! The problems: one file each, and one line each in [`PROBLEMS`].

mod cavity;
mod taylor_green;

pub use cavity::Cavity;
pub use taylor_green::TaylorGreen;

use crate::Problem;
use data::{Registry, entry};

/// All problems.
pub const PROBLEMS: Registry<dyn Problem> = Registry {
    kind: "problem",
    entries: &[entry!(dyn Problem, Cavity), entry!(dyn Problem, TaylorGreen)],
};
