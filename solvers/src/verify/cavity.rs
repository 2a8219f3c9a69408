//! Verification of the lid-driven cavity.

use super::certificate::{Cell, Certificate, Check, Table};
use super::convergence::{order, study};
use super::manufactured::Manufactured;
use super::profile::Profile;
use super::published::{BOTELLA_PEYRET, GHIA, extrema, ghia};
use super::staggered::Staggered;
use crate::problems::{Cavity, TaylorGreen};
use crate::{Problem, Solver, SolverError};
use data::{Grid, State, prolongate, rng};
use rayon::prelude::*;
use std::sync::Mutex;

/// Reynolds numbers of the published profiles whose steady state is reached within [`MOST_TIMES`].
const REYNOLDS: [f64; 4] = [3200.0, 1000.0, 400.0, 100.0];
/// A flow counts as steady when no velocity changes by more than this part of U in L/U.
const STEADY: f64 = 1e-6;
/// Largest time in L/U to reach the steady state.
const MOST_TIMES: usize = 1000;

/// The steady flow at one Reynolds number on one grid.
struct Steady {
    reynolds: f64,
    cells: usize,
    /// u over y and v over x.
    profiles: [Profile; 2],
}

/// The number of times that [`certify`] reports progress.
pub(super) fn parts(resolutions: &[usize]) -> usize {
    4 + REYNOLDS.len() * resolutions.len()
}

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "cavity".into(), ..Default::default() };
    for kinematic_viscosity in [1e-3, 1.0] {
        let title =
            format!("Walls, manufactured solution at ν = {kinematic_viscosity} m²/s, t = 0.5 s");
        let problem = Manufactured { kinematic_viscosity };
        let (table, checks) = study(&title, "exact by construction", &problem, resolutions, 0.5)?;
        certificate.tables.push(table);
        certificate.checks.extend(checks);
        progress(&title);
    }
    // Explicit integrator at Re 1000, semi-implicit at Re 10.
    for (reynolds, time) in [(1000.0, 1.0), (10.0, 0.1)] {
        let title = format!("Periodic, Taylor–Green vortices at Re {reynolds}, t = {time} L/U");
        let problem = Staggered(TaylorGreen { reynolds, ..TaylorGreen::default() });
        let source = "exact: Taylor & Green (1937), Proc. R. Soc. Lond. A 158, 499";
        let (table, checks) = study(&title, source, &problem, resolutions, time)?;
        certificate.tables.push(table);
        certificate.checks.extend(checks);
        progress(&title);
    }
    let flows = steady_flows(resolutions, progress)?;
    let (table, checks) = compare_profiles(&flows, resolutions);
    certificate.tables.push(table);
    certificate.checks.extend(checks);
    let (table, checks) = compare_extrema(&flows);
    certificate.tables.push(table);
    certificate.checks.extend(checks);
    Ok(certificate)
}

/// The steady flows at all Reynolds numbers in increasing order, each on all grids.
fn steady_flows(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Steady>, SolverError> {
    let progress = Mutex::new(progress);
    let tell = |text: &str| {
        let mut progress = progress.lock().expect("listeners do not panic");
        progress(text);
    };
    let run = |&reynolds: &f64| refine_steady(reynolds, resolutions, &tell);
    // The longest run starts first; one task per run.
    let flows = REYNOLDS.par_iter().with_max_len(1).map(run).collect::<Result<Vec<_>, _>>()?;
    Ok(flows.into_iter().rev().flatten().collect())
}

/// Steady flows on successively finer grids, each started from the previous one.
fn refine_steady(
    reynolds: f64,
    resolutions: &[usize],
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Vec<Steady>, SolverError> {
    let cavity = Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    let mut flows = Vec::new();
    let mut last: Option<State> = None;
    for &cells in resolutions {
        let grid = cavity.grid([cells, cells, 1])?;
        let start = last.map_or_else(
            || cavity.initial(&grid, &mut rng(0, 0)),
            |coarse| prolongate(coarse.view(), &grid),
        );
        let mut solver = cavity.solver(&grid)?;
        let (state, time) = settle(solver.as_mut(), start)?;
        tell(&format!("Re {reynolds} on {cells}²: steady after {time} L/U"));
        flows.push(Steady { reynolds, cells, profiles: centrelines(&state, &grid) });
        last = Some(state);
    }
    Ok(flows)
}

/// Advances by L/U until the flow is steady; returns the state and the time in L/U.
fn settle(solver: &mut dyn Solver, start: State) -> Result<(State, usize), SolverError> {
    let (mut state, mut before) = (start.clone(), start);
    solver.load(&before)?;
    for time in 1..=MOST_TIMES {
        solver.advance(1.0)?;
        solver.store(&mut state);
        let changes = state.iter().zip(&before).map(|(now, before)| (now - before).abs());
        let velocities = 2 * state.len() / 3;
        if changes.take(velocities).fold(0.0, f64::max) < STEADY {
            return Ok((state, time));
        }
        before.assign(&state);
    }
    Ok((state, MOST_TIMES))
}

fn centrelines(state: &State, grid: &Grid) -> [Profile; 2] {
    [
        Profile::centreline(state, grid, 0, 1, [0.0, 1.0]),
        Profile::centreline(state, grid, 1, 0, [0.0, 0.0]),
    ]
}

fn compare_profiles(flows: &[Steady], resolutions: &[usize]) -> (Table, Vec<Check>) {
    const WHY: &str = "the tables are a second-order solution on 129², whose error at Re 1000 is 0.0116 U in v_min and larger where gradients are steeper; it grows as Re, since it is (h/δ)² with boundary layers δ ∝ Re^−½";
    let heads = ["Re", "cells", "u max", "u rms", "v max", "v rms"];
    let mut table = Table::new("Centreline profiles: differences in U", GHIA, &heads);
    let mut checks = Vec::new();
    for flow in flows {
        let differences = [0, 1].map(|component| profile_difference(flow, component));
        let mut row = vec![Cell::from(flow.reynolds), Cell::from(flow.cells)];
        row.extend(differences.as_flattened().iter().map(|&value| Cell::from(value)));
        table.rows.push(row);
        if flow.cells >= 128 && Some(&flow.cells) == resolutions.last() {
            let name = |of| format!("{of} against Ghia at Re {} on {}²", flow.reynolds, flow.cells);
            for (component, of) in ["u", "v"].into_iter().enumerate() {
                let measured = differences[component][0];
                let limit = 0.02 * (flow.reynolds / 1000.0).max(1.0);
                checks.push(Check::at_most(name(of), measured, limit, "U", WHY));
            }
        }
    }
    (table, checks)
}

/// Largest and root-mean-square difference from the published profile.
fn profile_difference(flow: &Steady, component: usize) -> [f64; 2] {
    let published = ghia(component, flow.reynolds);
    let profile = &flow.profiles[component];
    let differences: Vec<f64> = published.iter().map(|[x, value]| profile.at(*x) - value).collect();
    let largest = differences.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let mean_square = differences.iter().map(|x| x * x).sum::<f64>() / differences.len() as f64;
    [largest, mean_square.sqrt()]
}

fn compare_extrema(flows: &[Steady]) -> (Table, Vec<Check>) {
    let heads = ["Re", "quantity", "cells", "measured [U]", "published [U]", "error [%]", "order"];
    let mut table = Table::new("Extrema of the centreline profiles", BOTELLA_PEYRET, &heads);
    let mut checks = Vec::new();
    for reynolds in REYNOLDS.into_iter().rev() {
        for (quantity, published) in extrema(reynolds) {
            let mut last: Option<(usize, f64)> = None;
            for flow in flows.iter().filter(|flow| flow.reynolds == reynolds) {
                let (cells, measured) = (flow.cells, measure(flow, quantity));
                let error = 100.0 * (measured / published - 1.0).abs();
                let order = last.map(|(before, old)| order([before, cells], [old, error]));
                table.rows.push(vec![
                    reynolds.into(),
                    quantity.into(),
                    cells.into(),
                    measured.into(),
                    published.into(),
                    error.into(),
                    order.into(),
                ]);
                checks.extend(extremum_check(quantity, reynolds, cells, error));
                last = Some((cells, error));
            }
        }
    }
    (table, checks)
}

fn measure(flow: &Steady, quantity: &str) -> f64 {
    let [u, v] = &flow.profiles;
    match quantity {
        "u_min" => u.extremum(-1.0),
        "v_max" => v.extremum(1.0),
        _ => v.extremum(-1.0),
    }
}

fn extremum_check(quantity: &str, reynolds: f64, cells: usize, error: f64) -> Option<Check> {
    const WHY: &str = "the accuracy required of a reference on 128², against the spectral solution";
    let name = format!("{quantity} at Re {reynolds} on {cells}²");
    (cells == 128).then(|| Check::at_most(name, error, 0.5, "%", WHY))
}
