//! Verification of Taylor–Green vortices.

use super::certificate::{Cell, Certificate, Check, Table};
use super::convergence::{Errors, order};
use crate::SolverError;
use crate::problems::TaylorGreen;

const SOURCE: &str = "exact: Taylor & Green (1937), Proc. R. Soc. Lond. A 158, 499";
/// Steps in L/U of the convergence study in time.
const STEPS: [f64; 4] = [1.0 / 250.0, 1.0 / 500.0, 1.0 / 1000.0, 1.0 / 2000.0];

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "taylor-green".into(), ..Default::default() };
    let (table, checks) = without_mean_flow(resolutions)?;
    certificate.tables.push(table);
    certificate.checks.extend(checks);
    progress("vortices without mean flow");
    let (table, checks) = in_mean_flow(resolutions[0])?;
    certificate.tables.push(table);
    certificate.checks.extend(checks);
    progress("vortices in a mean flow");
    Ok(certificate)
}

/// Without mean flow the vortices only decay, which the method integrates exactly.
fn without_mean_flow(resolutions: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "a single wavenumber, whose decay is integrated exactly: round-off remains";
    let title = "Taylor–Green vortices without mean flow at Re 1000, t = L/U";
    let heads = ["cells", "velocity max [m/s]", "pressure L2 [Pa]", "kinetic energy, relative"];
    let (mut table, mut checks) = (Table::new(title, SOURCE, &heads), Vec::new());
    let problem =
        TaylorGreen { reynolds: 1000.0, translation_velocity: 0.0, ..TaylorGreen::default() };
    for &cells in resolutions {
        let errors = Errors::of(&problem, cells, 1.0)?;
        table.rows.push(vec![
            cells.into(),
            errors.velocity_max.into(),
            errors.pressure.into(),
            errors.energy.into(),
        ]);
        let name = format!("velocity of vortices without mean flow on {cells}²");
        checks.push(Check::at_most(name, errors.velocity_max, 1e-10, "m/s", WHY));
    }
    Ok((table, checks))
}

/// In a mean flow the error is that of the time integration.
fn in_mean_flow(cells: usize) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "the scheme is fourth order in time, and exact in space for a single wavenumber; 0.1 allows for steps outside the asymptotic range";
    const CLOSE: &str = "the accuracy required of the shortest step";
    let title = format!("Taylor–Green vortices in a mean flow at Re 1000 on {cells}², t = L/U");
    let heads = ["step [L/U]", "velocity max [m/s]", "order", "pressure L2 [Pa]", "order"];
    let (mut table, mut checks) = (Table::new(&title, SOURCE, &heads), Vec::new());
    let problem = TaylorGreen { reynolds: 1000.0, ..TaylorGreen::default() };
    let mut last: Option<(f64, [f64; 2])> = None;
    for step in STEPS {
        let count = (1.0 / step).round() as usize;
        let found = Errors::of_intervals(&problem, cells, 1.0, count)?;
        let errors = [found.velocity_max, found.pressure];
        let orders = last.map(|(before, old)| {
            let steps = [before, step].map(|step: f64| (1.0 / step).round() as usize);
            [0, 1].map(|k| order(steps, [old[k], errors[k]]))
        });
        let mut row = vec![Cell::from(step)];
        for k in 0..2 {
            row.extend([Cell::from(errors[k]), Cell::from(orders.map(|orders| orders[k]))]);
        }
        table.rows.push(row);
        if let Some([velocity, _]) = orders.filter(|_| errors[0] > 1e-12) {
            let name = format!("order in time of the velocity at step {step} L/U");
            checks.push(Check::at_least(name, velocity, 3.9, "", WHY));
        }
        last = Some((step, errors));
    }
    let (_, [velocity, _]) = last.expect("there are steps");
    checks.push(Check::at_most(
        "velocity at the shortest step".into(),
        velocity,
        1e-10,
        "m/s",
        CLOSE,
    ));
    Ok((table, checks))
}
