//! Verifies a problem by name.

use super::certificate::Certificate;
use super::{
    cavity, column, cylinder, dam, decaying_turbulence, kolmogorov, shear_layer, taylor_green, tube,
};
use crate::SolverError;

/// The problems that can be verified.
pub const VERIFIED: &[&str] = &[
    "cavity",
    "cylinder",
    "taylor-green",
    "kolmogorov",
    "decaying-turbulence",
    "shear-layer",
    "tube",
    "column",
    "dam",
];

/// Measures a problem's solver against what is known, on square grids of `resolutions` cells.
///
/// `resolutions` increase, and each is a multiple of the one before. `progress` hears a line
/// whenever a part is done. Runs on rayon's pool; the certificate does not depend on it.
pub fn verify(
    problem: &str,
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    match problem {
        "cavity" => cavity::certify(resolutions, progress),
        "cylinder" => cylinder::certify(resolutions, progress),
        "taylor-green" => taylor_green::certify(resolutions, progress),
        "column" => column::certify(resolutions, progress),
        "dam" => dam::certify(resolutions, progress),
        "tube" => tube::certify(resolutions, progress),
        "kolmogorov" => kolmogorov::certify(resolutions, progress),
        "decaying-turbulence" => decaying_turbulence::certify(resolutions, progress),
        "shear-layer" => shear_layer::certify(resolutions, progress),
        _ => Err(SolverError::Unverified { problem: problem.into(), known: VERIFIED.join(", ") }),
    }
}
