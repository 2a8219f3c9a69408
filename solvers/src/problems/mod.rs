//! The problems: one file each, and one line each in [`PROBLEMS`].

mod cavity;
mod taylor_green;
mod tube;

pub use cavity::Cavity;
pub use taylor_green::TaylorGreen;
pub use tube::Tube;

use crate::Problem;
use data::{Registry, entry};

/// All problems.
pub const PROBLEMS: Registry<dyn Problem> = Registry {
    kind: "problem",
    entries: &[
        entry!(dyn Problem, Cavity),
        entry!(dyn Problem, TaylorGreen),
        entry!(dyn Problem, Tube),
    ],
};
