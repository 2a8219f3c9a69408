//! Verification of Kolmogorov flow.

use super::balance::{Losses, balance};
use super::certificate::{Certificate, Check, Table};
use super::convergence::Errors;
use super::refinement::in_time;
use crate::SolverError;
use crate::problems::Kolmogorov;

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "kolmogorov".into(), ..Default::default() };
    let mut add = |(table, checks): (Table, Vec<Check>)| {
        progress(&table.title);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    };
    add(laminar(resolutions)?);
    let flow = Kolmogorov { reynolds: 200.0, ..Kolmogorov::default() };
    let losses = Losses { kinematic_viscosity: 1.0 / 200.0, drag: flow.drag };
    let title = "Kolmogorov flow at Re 200, balance over 2 s";
    add(balance(title, &flow, losses, resolutions, [2.0, 0.005])?);
    let title = format!("Kolmogorov flow at Re 200 on {}², t = 2 s", resolutions[0]);
    add(in_time(&title, &flow, resolutions[0], 2.0, 100)?);
    Ok(certificate)
}

/// Laminar flow from rest, which has the wavenumber of the force only.
fn laminar(resolutions: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "a single wavenumber, whose growth under the force is integrated exactly: round-off remains";
    let title = "Laminar flow from rest at Re 1000, t = 5 s";
    let heads = ["cells", "velocity max [m/s]", "pressure L2 [Pa]", "kinetic energy, relative"];
    let source = "exact: u = χ/(νk² + α) (1 − exp(−(νk² + α)t)) sin ky";
    let (mut table, mut checks) = (Table::new(title, source, &heads), Vec::new());
    let laminar = Kolmogorov { start_speed: 0.0, ..Kolmogorov::default() };
    for &cells in resolutions {
        let errors = Errors::of(&laminar, cells, 5.0)?;
        table.rows.push(vec![
            cells.into(),
            errors.velocity_max.into(),
            errors.pressure.into(),
            errors.energy.into(),
        ]);
        let name = format!("velocity of laminar flow on {cells}²");
        checks.push(Check::at_most(name, errors.velocity_max, 1e-10, "m/s", WHY));
    }
    Ok((table, checks))
}
