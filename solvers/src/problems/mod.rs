//! The problems: one file each, and one line each in [`PROBLEMS`].

mod cavity;
mod column;
mod cylinder;
mod dam;
mod decaying_turbulence;
mod kolmogorov;
mod shear_layer;
mod taylor_green;
mod tube;

pub use cavity::Cavity;
pub use column::Column;
pub use cylinder::{Cylinder, Inflow, Walls};
pub use dam::Dam;
pub use decaying_turbulence::DecayingTurbulence;
pub use kolmogorov::Kolmogorov;
pub use shear_layer::ShearLayer;
pub use taylor_green::TaylorGreen;
pub use tube::Tube;

use crate::Problem;
use data::{Registry, entry};

/// All problems.
pub const PROBLEMS: Registry<dyn Problem> = Registry {
    kind: "problem",
    entries: &[
        entry!(dyn Problem, Cavity),
        entry!(dyn Problem, Column),
        entry!(dyn Problem, Cylinder),
        entry!(dyn Problem, Dam),
        entry!(dyn Problem, TaylorGreen),
        entry!(dyn Problem, Tube),
        entry!(dyn Problem, Kolmogorov),
        entry!(dyn Problem, DecayingTurbulence),
        entry!(dyn Problem, ShearLayer),
    ],
};
