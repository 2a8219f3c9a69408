//! The problems: one file and one line in [`PROBLEMS`] each.

mod cavity;
mod channel;
mod column;
mod cylinder;
mod dam;
mod decaying_turbulence;
mod kolmogorov;
mod shear_layer;
mod taylor_green;
mod tube;

pub use cavity::Cavity;
pub use channel::Channel;
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
        entry!(dyn Problem, Channel),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_keys_are_refused_with_the_present_ones() {
        let viscosity = ("viscosity", "dynamic-viscosity");
        let air = ("air-viscosity", "air-dynamic-viscosity");
        for (name, (former, present)) in [
            ("cavity", viscosity),
            ("cylinder", viscosity),
            ("tube", viscosity),
            ("column", viscosity),
            ("column", air),
            ("dam", viscosity),
            ("dam", air),
            ("taylor-green", ("wind", "translation-velocity")),
        ] {
            let build = |key: &str| {
                PROBLEMS.build(name, toml::Table::from_iter([(key.into(), 1.0.into())]))
            };
            let error = build(former).err().expect("the key has another name now");
            let wanted = format!("problem `{name}`: `{former}` is now spelled `{present}`");
            assert_eq!(error.to_string(), wanted);
            assert!(build(present).is_ok(), "{name}: {present}");
        }
    }
}
