//! Convergence against finer grids and shorter steps, for flows without exact solution.

use super::certificate::{Cell, Check, Table};
use super::convergence::{evolve, order};
use crate::{Problem, SolverError};
use data::{State, restrict};
use ndarray::s;

/// The fields of `[u v p ω, x, y, 1]` that are compared, with their channels.
const COMPARED: [(&str, std::ops::Range<usize>); 2] = [("velocity", 0..2), ("vorticity", 3..4)];

/// The relative root-mean-square difference of two states.
fn differences(found: &State, wanted: &State) -> [f64; 2] {
    let norm = |state: &State| state.iter().map(|value| value * value).sum::<f64>().sqrt();
    COMPARED.map(|(_, channels)| {
        let of = |state: &State| state.slice(s![channels.clone(), .., .., ..]).to_owned();
        norm(&(of(found) - of(wanted))) / norm(&of(wanted))
    })
}

/// A run of a study: its number of cells or steps, and its differences from the reference.
struct Run {
    fineness: usize,
    differences: [f64; 2],
}

/// Differences between grids below this are errors in time: the reference may take shorter steps.
const FLOOR_IN_SPACE: f64 = 1e-10;
/// Differences between step sizes below this are round-off.
const FLOOR_IN_TIME: f64 = 1e-12;

/// The table of the runs, whose first column is named `head`, and checks that every order is at least `least` where the
/// finer difference is above `floor`.
fn tabulate(
    title: &str,
    head: &str,
    runs: &[Run],
    [least, floor]: [f64; 2],
    why: &str,
) -> (Table, Vec<Check>) {
    let heads = [head, "velocity L2, relative", "order", "vorticity L2, relative", "order"];
    let (mut table, mut checks) = (Table::new(title, "the finest run", &heads), Vec::new());
    let mut last: Option<&Run> = None;
    for run in runs {
        let mut row = vec![Cell::from(run.fineness)];
        for (k, (of, _)) in COMPARED.iter().enumerate() {
            let order = last.map(|last| {
                order([last.fineness, run.fineness], [last.differences[k], run.differences[k]])
            });
            row.extend([run.differences[k].into(), order.into()]);
            if let Some(order) = order.filter(|_| run.differences[k] > floor) {
                let name = format!("{title}: order of {of} to {}", run.fineness);
                checks.push(Check::at_least(name, order, least, "", why));
            }
        }
        table.rows.push(row);
        last = Some(run);
    }
    (table, checks)
}

/// Compares `problem` at `time` on grids of `resolutions` with a grid twice as fine as the finest.
///
/// All runs take the same intervals, of about `interval` in s. Checks: every order is at least `least`, and the
/// velocity on the finest grid is within `close` if that has at least 128² cells.
pub(super) fn in_space(
    title: &str,
    problem: &dyn Problem,
    resolutions: &[usize],
    [time, interval]: [f64; 2],
    [least, close]: [f64; 2],
) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "errors of a spectral method decrease faster than any power once the smallest vortices are resolved";
    const CLOSE: &str = "ten times the measured value on 128²";
    let intervals = (time / interval).round() as usize;
    let finest = resolutions.last().expect("there is a grid");
    let reference = evolve(problem, 2 * finest, time, intervals)?;
    let finest_grid = problem.grid([2 * finest, 2 * finest, 1])?;
    let mut runs = Vec::new();
    for &cells in resolutions {
        let state = evolve(problem, cells, time, intervals)?;
        let wanted = restrict(reference.view(), &finest_grid, [cells, cells, 1]);
        runs.push(Run { fineness: cells, differences: differences(&state, &wanted) });
    }
    let (table, mut checks) = tabulate(title, "cells", &runs, [least, FLOOR_IN_SPACE], WHY);
    let measured = runs.last().expect("there is a grid").differences[0];
    if *finest >= 128 {
        let name = format!("{title}: velocity on {finest}²");
        checks.push(Check::at_most(name, measured, close, "", CLOSE));
    }
    Ok((table, checks))
}

/// Compares `problem` at `time` on `cells`² in n, 2n and 4n steps with 32n steps, where n is `fewest` on 32² and
/// proportional to `cells`. n steps must be stable.
pub(super) fn in_time(
    title: &str,
    problem: &dyn Problem,
    cells: usize,
    time: f64,
    fewest: usize,
) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str =
        "the scheme is fourth order in time; 0.1 allows for steps outside the asymptotic range";
    let fewest = (fewest * cells).div_ceil(32);
    let reference = evolve(problem, cells, time, 32 * fewest)?;
    let mut runs = Vec::new();
    for steps in [1, 2, 4].map(|factor| factor * fewest) {
        let state = evolve(problem, cells, time, steps)?;
        runs.push(Run { fineness: steps, differences: differences(&state, &reference) });
    }
    Ok(tabulate(title, "steps", &runs, [3.9, FLOOR_IN_TIME], WHY))
}
