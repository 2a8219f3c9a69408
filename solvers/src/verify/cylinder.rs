//! Verification of the flow past a cylinder.

use super::certificate::{Certificate, Check, Table};
use super::convergence::order;
use super::forces::{self, Forces};
use super::free_stream;
use super::published::{Published, SCHAEFER_TUREK, schaefer_turek};
use super::shedding::Series;
use crate::incompressible::FlowPastCylinder;
use crate::problems::{Cylinder, Inflow};
use crate::{Problem, Solver, SolverError};
use data::{Grid, State, prolongate, rng};

/// Cells per diameter from which the errors must be within the published intervals.
const RESOLVED: usize = 40;
/// A flow counts as steady when drag and lift coefficients change by no more than this in half a second.
const STEADY: f64 = 2e-5;
/// Largest number of recorded intervals until a flow is steady or periodic.
const MOST_INTERVALS: usize = 60;

/// Cells per diameter for a `resolution`: 10 for 32, proportionally more for larger ones.
fn cells_per_diameter(resolution: usize) -> usize {
    (10 * resolution / 32).max(10)
}

/// The number of times that [`certify`] reports progress.
pub(super) fn parts(resolutions: &[usize]) -> usize {
    let steady_and_unsteady = 2 * resolutions.len();
    let is_resolved = resolutions.iter().any(|&n| cells_per_diameter(n) == RESOLVED);
    steady_and_unsteady + if is_resolved { free_stream::PARTS } else { 0 }
}

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "cylinder".into(), ..Default::default() };
    let sizes: Vec<usize> = resolutions.iter().map(|&n| cells_per_diameter(n)).collect();
    let steady = refine(&channel(0.2), &sizes, |solver, size| {
        let found = settle(solver)?;
        progress(&format!("steady flow at Re 20 on {size} cells per diameter"));
        Ok(Found { values: found.to_vec(), forces: solver.forces() })
    })?;
    let unsteady = refine(&channel(1.0), &sizes, |solver, size| {
        let found = shed(solver)?;
        progress(&format!("vortex shedding at Re 100 on {size} cells per diameter"));
        Ok(Found { values: found.to_vec(), forces: solver.forces() })
    })?;
    let cases = [
        (
            "2D-1",
            "Steady flow past a cylinder in a channel, Re 20",
            &["cd", "cl", "dp"][..],
            steady,
        ),
        (
            "2D-2",
            "Vortex shedding in a channel, Re 100",
            &["cd_max", "cl_max", "st", "dp"],
            unsteady,
        ),
    ];
    for (case, title, quantities, found) in cases {
        let (table, checks) = compare(case, title, quantities, &sizes, &found);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
        let forces: Vec<Forces> = found.iter().map(|found| found.forces).collect();
        let (table, checks) = forces::compare(case, &sizes, &forces);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    }
    // The free stream has grids of its own that take minutes.
    if sizes.contains(&RESOLVED) {
        free_stream::certify(&mut certificate, progress)?;
    }
    Ok(certificate)
}

/// The results on one grid.
struct Found {
    values: Vec<f64>,
    /// Forces at the last instant.
    forces: Forces,
}

/// The channel of Schäfer & Turek with the mean velocity `speed` in m/s.
fn channel(speed: f64) -> Cylinder {
    Cylinder {
        inlet_velocity: speed,
        density: 1.0,
        dynamic_viscosity: Some(1e-3),
        diameter: 0.1,
        upstream: 0.2,
        downstream: 2.0,
        below: 0.2,
        above: 0.21,
        inflow: Inflow::Parabolic,
        ..Cylinder::default()
    }
}

/// Measures the flow on successively finer grids of square cells, each started from the previous flow.
fn refine(
    problem: &Cylinder,
    sizes: &[usize],
    mut measure: impl FnMut(&mut FlowPastCylinder, usize) -> Result<Found, SolverError>,
) -> Result<Vec<Found>, SolverError> {
    let mut last: Option<State> = None;
    let run = |&size: &usize| {
        let grid = problem.grid([22 * size, (41 * size).div_ceil(10), 1])?;
        let mut state = start(problem, &grid, last.take());
        let mut solver = problem.wake(&grid)?;
        solver.load(&state)?;
        let found = measure(&mut solver, size)?;
        solver.store(&mut state);
        last = Some(state);
        Ok(found)
    };
    sizes.iter().map(run).collect()
}

/// The flow on a coarser grid if `grid` refines it by integer factors, else the problem's initial state.
fn start(problem: &Cylinder, grid: &Grid, coarse: Option<State>) -> State {
    let cells = grid.cells();
    let divides =
        |coarse: &State| (0..3).all(|axis| cells[axis].is_multiple_of(coarse.shape()[axis + 1]));
    match coarse.filter(divides) {
        Some(coarse) => prolongate(coarse.view(), grid),
        None => problem.initial(grid, &mut rng(0, 0)),
    }
}

/// Drag and lift coefficients and pressure drop of a steady flow.
fn settle(solver: &mut dyn Solver) -> Result<[f64; 3], SolverError> {
    let mut last = [0.0; 3];
    for _ in 0..MOST_INTERVALS {
        let now = Series::record(solver, 0.5, 1)?.last();
        let is_steady = (0..2).all(|k| (now[k] - last[k]).abs() < STEADY);
        last = now;
        if is_steady {
            break;
        }
    }
    Ok(last)
}

/// Greatest drag and lift, Strouhal number and pressure drop of periodic vortex shedding; NaN where there is none.
///
/// Shedding counts as periodic when the greatest lift equals that of the previous record of 1.2 s, which is about four
/// periods.
fn shed(solver: &mut dyn Solver) -> Result<[f64; 4], SolverError> {
    let mut before = 0.0;
    for _ in 0..MOST_INTERVALS {
        let series = Series::record(solver, 0.005, 240)?;
        let found = series.shedding();
        let lift = found.map_or(0.0, |found| found.greatest_lift);
        if let Some(found) = found.filter(|_| lift > 0.5 && (lift - before).abs() < 2e-3) {
            let strouhal = 0.1 / found.period;
            return Ok([found.greatest_drag, found.greatest_lift, strouhal, found.drop]);
        }
        before = lift;
    }
    Ok([f64::NAN; 4])
}

fn compare(
    case: &str,
    title: &str,
    quantities: &[&str],
    sizes: &[usize],
    found: &[Found],
) -> (Table, Vec<Check>) {
    const HEADS: [&str; 7] = [
        "quantity",
        "cells per diameter",
        "measured",
        "published",
        "interval",
        "error [%]",
        "order",
    ];
    let mut table = Table::new(title, SCHAEFER_TUREK, &HEADS);
    let mut checks = Vec::new();
    for (k, quantity) in quantities.iter().enumerate() {
        let published = schaefer_turek(case, quantity);
        let [low, high] = published.interval;
        let mut last: Option<(usize, f64)> = None;
        for (&size, Found { values, .. }) in sizes.iter().zip(found) {
            let error = 100.0 * (values[k] / published.later - 1.0);
            let order = last.map(|(before, old)| order([before, size], [old, error.abs()]));
            table.rows.push(vec![
                (*quantity).into(),
                size.into(),
                values[k].into(),
                published.later.into(),
                format!("{low} to {high}").as_str().into(),
                error.into(),
                order.into(),
            ]);
            last = Some((size, error.abs()));
        }
        let coarsest = 100.0 * (found[0].values[k] / published.later - 1.0).abs();
        let finest = last.map_or(coarsest, |(_, error)| error);
        let size = sizes[sizes.len() - 1];
        checks.push(accuracy_check(case, quantity, size, finest, published));
        if sizes.len() > 1 && quantity.starts_with("cd") {
            checks.push(order_check(case, quantity, sizes, [coarsest, finest]));
        }
    }
    (table, checks)
}

/// The error on the finest grid.
fn accuracy_check(
    case: &str,
    quantity: &str,
    size: usize,
    error: f64,
    published: Published,
) -> Check {
    const WHY: &str = "the width of the published interval on 40 cells per diameter; on coarser grids scaled with order 3, the observed order of barely resolved shedding";
    let [low, high] = published.interval;
    let factor = (RESOLVED as f64 / size as f64).powi(3).max(1.0);
    let limit = 100.0 * factor * (high - low) / published.later;
    Check::at_most(
        format!("{case}: {quantity} on {size} cells per diameter"),
        error,
        limit,
        "%",
        WHY,
    )
}

fn order_check(case: &str, quantity: &str, sizes: &[usize], errors: [f64; 2]) -> Check {
    const WHY: &str =
        "the scheme is second order; 0.5 allows for grids outside the asymptotic range";
    let ends = [sizes[0], sizes[sizes.len() - 1]];
    let name =
        format!("{case}: order of {quantity} from {} to {} cells per diameter", ends[0], ends[1]);
    Check::at_least(name, order(ends, errors), 1.5, "", WHY)
}
