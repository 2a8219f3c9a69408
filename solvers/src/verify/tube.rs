//! Verification of developing flow in channels and pipes.

use super::certificate::{Cell, Certificate, Check, Table};
use super::convergence::order;
use super::published::{
    DEVELOPING_CHANNEL, DURST, SHAH, developing_channel, entry_length, pressure_drop,
};
use super::steady_tube::SteadyTube;
use crate::SolverError;
use crate::problems::Tube;

/// A Reynolds number at which the profile is parabolic after a few diameters.
const SLOW: f64 = 10.0;
/// The Reynolds number of the entry length of pipes.
const MIDDLING: f64 = 100.0;
/// Two Reynolds numbers with the ratio 4. Near the inlet the pressure varies across the tube, which changes the
/// velocity of the core by O(Re^−½) from the boundary-layer limit. Twice the second result less the first removes this
/// term.
const FAST: [f64; 2] = [250.0, 1000.0];
/// The positions x/(d Re) at which flows are compared.
const COMPARED: std::ops::RangeInclusive<f64> = 0.005..=0.05;
/// Length of the tube in d Re.
const LENGTH: f64 = 0.06;
/// Cells across from which the boundary layers at the inlet are resolved.
const RESOLVED: usize = 64;

/// The number of times that [`certify`] reports progress.
pub(super) fn parts(resolutions: &[usize]) -> usize {
    6 * resolutions.len()
}

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "tube".into(), ..Default::default() };
    let mut solve = |axisymmetric: bool, reynolds: f64, length: f64, longer: usize| {
        let tube = Tube {
            density: 1.0,
            dynamic_viscosity: 1.0 / reynolds,
            length,
            diameter: 1.0,
            axisymmetric,
            ..Tube::default()
        };
        let refine = resolutions.iter().map(|&cells| {
            let flow = SteadyTube::new(tube, longer, cells)?;
            progress(&format!("Re {reynolds} on {cells} cells: steady after {} d/U", flow.time));
            Ok(flow)
        });
        refine.collect::<Result<Vec<_>, SolverError>>()
    };
    let [slow, fast] = FAST.map(|re| solve(false, re, LENGTH * re, 4));
    let in_pipe = solve(true, FAST[1], LENGTH * FAST[1], 4)?;
    for (table, checks) in [
        compare_parabolas(&solve(false, SLOW, 8.0, 1)?),
        compare_development([&slow?, &fast?]),
        compare_parabolas(&solve(true, SLOW, 8.0, 1)?),
        compare_pressure_drops(&in_pipe),
        compare_entry_lengths(&solve(true, MIDDLING, 0.1 * MIDDLING, 4)?),
    ] {
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    }
    Ok(certificate)
}

fn compare_parabolas(flows: &[SteadyTube]) -> (Table, Vec<Check>) {
    const SHAPE: &str = "stencils and wall extrapolation are exact for a parabola: round-off and the remaining development in time and space are left";
    const DROP: &str = "the midpoint rule for a parabola has the error c/n² and no other: extrapolation leaves a quarter of the square of the coarser error, and round-off";
    let is_pipe = flows.iter().all(|flow| flow.tube.axisymmetric);
    let (shape, factor) = if is_pipe { ("pipe", 32.0) } else { ("channel", 12.0) };
    let title = format!("Poiseuille flow in a {shape}, Re {SLOW}, 8 d downstream of the inlet");
    let drop = format!("pressure drop/({factor} μ U/d²) − 1");
    let heads = ["cells across", drop.as_str(), "order", "error of the profile [U]"];
    let mut table = Table::new(&title, "exact", &heads);
    let mut checks = Vec::new();
    let mut last: Option<(usize, f64)> = None;
    for flow in flows {
        let error = flow.pressure_gradient() / (factor * flow.tube.dynamic_viscosity) - 1.0;
        let profile = flow.profile_error();
        let order = last.map(|(cells, old)| order([cells, flow.cells], [old, error]));
        table.rows.push(vec![flow.cells.into(), error.into(), order.into(), profile.into()]);
        let name = format!("{shape}: profile against the parabola on {} cells", flow.cells);
        checks.push(Check::at_most(name, profile, 1e-6, "U", SHAPE));
        if let Some((cells, old)) = last {
            let ratio = (flow.cells as f64 / cells as f64).powi(2);
            let limit = ((ratio * error - old) / (ratio - 1.0)).abs();
            let name = format!("{shape}: drop extrapolated from {cells} and {} cells", flow.cells);
            checks.push(Check::at_most(name, limit, old.powi(2).max(1e-9), "", DROP));
        }
        last = Some((flow.cells, error));
    }
    (table, checks)
}

fn compare_development(flows: [&[SteadyTube]; 2]) -> (Table, Vec<Check>) {
    const WHY: &str =
        "the accuracy required of a reference; the published numbers are accurate to 0.02 %";
    let title =
        format!("Velocity on the centreline of a channel in U, from Re {FAST:?} to the limit");
    let heads =
        ["cells across", "x/(d Re)", "Re 250", "Re 1000", "Re → ∞", "published", "error [%]"];
    let mut table = Table::new(&title, DEVELOPING_CHANNEL, &heads);
    let mut checks = Vec::new();
    for (slower, faster) in flows[0].iter().zip(flows[1]) {
        let centrelines = [slower, faster].map(SteadyTube::centreline);
        let mut largest: f64 = 0.0;
        for [x, published] in developing_channel().into_iter().filter(|[x, _]| COMPARED.contains(x))
        {
            let found = centrelines.each_ref().map(|profile| profile.at(x));
            let limit = 2.0 * found[1] - found[0];
            let error = 100.0 * (limit / published - 1.0);
            largest = largest.max(error.abs());
            let numbers = [x, found[0], found[1], limit, published, error].map(Cell::from);
            table.rows.push([Cell::from(slower.cells)].into_iter().chain(numbers).collect());
        }
        if slower.cells >= RESOLVED {
            let name = format!("centreline against boundary layers on {} cells", slower.cells);
            checks.push(Check::at_most(name, largest, 0.5, "%", WHY));
        }
    }
    (table, checks)
}

fn compare_pressure_drops(flows: &[SteadyTube]) -> (Table, Vec<Check>) {
    const WHY: &str = "the published accuracy of the correlation is 2.4 %; the corner between inlet and wall adds a pressure drop that boundary-layer theory does not contain";
    let title = format!("Pressure drop from the inlet of a pipe in ρU²/2, Re {}", FAST[1]);
    let heads = ["cells across", "x/(d Re)", "measured", "published", "error [%]"];
    let mut table = Table::new(&title, SHAH, &heads);
    let mut checks = Vec::new();
    for flow in flows {
        let drop = flow.pressure_drop();
        let mut largest: f64 = 0.0;
        for x in [0.005, 0.01, 0.02, 0.03, 0.05] {
            let (found, published) = (drop.at(x), pressure_drop(x));
            let error = 100.0 * (found / published - 1.0);
            largest = largest.max(error.abs());
            let numbers = [x, found, published, error].map(Cell::from);
            table.rows.push([Cell::from(flow.cells)].into_iter().chain(numbers).collect());
        }
        if flow.cells >= RESOLVED {
            let name = format!("pipe: pressure drop on {} cells", flow.cells);
            checks.push(Check::at_most(name, largest, 4.0, "%", WHY));
        }
    }
    (table, checks)
}

fn compare_entry_lengths(flows: &[SteadyTube]) -> (Table, Vec<Check>) {
    const WHY: &str = "the difference between published correlations of entry lengths";
    let title = format!(
        "Distance at which the centreline velocity of a pipe is within 1 % of 2 U, Re {MIDDLING}"
    );
    let heads = ["cells across", "measured [d]", "published [d]", "error [%]"];
    let mut table = Table::new(&title, DURST, &heads);
    let mut checks = Vec::new();
    for flow in flows {
        let (found, published) = (MIDDLING * flow.entry_length(), entry_length(MIDDLING));
        let error = 100.0 * (found / published - 1.0);
        table.rows.push(vec![flow.cells.into(), found.into(), published.into(), error.into()]);
        if flow.cells >= RESOLVED {
            let name = format!("pipe: entry length on {} cells", flow.cells);
            checks.push(Check::at_most(name, error.abs(), 5.0, "%", WHY));
        }
    }
    (table, checks)
}
