//! Verification of decaying turbulence.

use super::balance::{Losses, balance};
use super::certificate::{Certificate, Check, Table};
use super::refinement::{in_space, in_time};
use crate::SolverError;
use crate::problems::DecayingTurbulence;

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate =
        Certificate { problem: "decaying-turbulence".into(), ..Default::default() };
    let mut add = |(table, checks): (Table, Vec<Check>)| {
        progress(&table.title);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    };
    // Few and viscous vortices that 64² cells resolve.
    let turbulence =
        DecayingTurbulence { reynolds: 200.0, peak_wavenumber: 2.0, ..Default::default() };
    let title = "Turbulence at Re 200, t = 0.3 L/U";
    add(in_space(title, &turbulence, resolutions, [0.3, 5e-4], [6.0, 1e-9])?);
    let title = format!("Turbulence at Re 200 on {}², t = 0.3 L/U", resolutions[0]);
    add(in_time(&title, &turbulence, resolutions[0], 0.3, 60)?);
    let losses = Losses { kinematic_viscosity: 5e-3, drag: 0.0 };
    let title = "Turbulence at Re 200, balance over 0.3 L/U";
    add(balance(title, &turbulence, losses, resolutions, [0.3, 1e-3])?);
    Ok(certificate)
}
