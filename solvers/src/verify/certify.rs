//! Verification of a problem by its name.

use super::certificate::Certificate;
use super::{
    cavity, channel, column, cylinder, dam, decaying_turbulence, kolmogorov, shear_layer,
    taylor_green, tube,
};
use crate::SolverError;

/// The names of the problems that can be verified.
pub const VERIFIED: &[&str] = &[
    "cavity",
    "channel",
    "cylinder",
    "taylor-green",
    "kolmogorov",
    "decaying-turbulence",
    "shear-layer",
    "tube",
    "column",
    "dam",
];

/// The number of parts of a verification, after each of which [`verify`] calls its argument `progress`; 0 for a problem
/// that is not in [`VERIFIED`].
pub fn parts(problem: &str, resolutions: &[usize]) -> usize {
    match problem {
        "cavity" => cavity::parts(resolutions),
        "channel" => channel::parts(resolutions),
        "cylinder" => cylinder::parts(resolutions),
        "taylor-green" | "shear-layer" => 2,
        "kolmogorov" | "decaying-turbulence" => 3,
        "column" => 8,
        "dam" => dam::parts(resolutions),
        "tube" => tube::parts(resolutions),
        _ => 0,
    }
}

/// Compares the solver of a problem with exact and published results on grids of `resolutions` cells.
///
/// `resolutions` must increase, and each must be a multiple of the previous one. `progress` is called with one line
/// after each part. The computation uses rayon's thread pool; the result does not depend on the number of threads.
///
/// Errors: a problem that is not in [`VERIFIED`], and errors of the solver.
pub fn verify(
    problem: &str,
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    match problem {
        "cavity" => cavity::certify(resolutions, progress),
        "channel" => channel::certify(resolutions, progress),
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
