//! Grid convergence against exact solutions.

use super::certificate::{Cell, Check, Table};
use crate::{Problem, SolverError};
use data::{State, rng};
use ndarray::{ArrayView3, Axis};

/// The error of a solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// Root mean square of the velocity error in m/s.
    pub velocity: f64,
    /// Largest velocity error of a cell in m/s.
    pub velocity_max: f64,
    /// Root mean square of the pressure error in Pa.
    pub pressure: f64,
    /// Relative error of the kinetic energy, signed.
    pub energy: f64,
}

impl Errors {
    /// Compares states `[u v p …, x, y, 1]`.
    pub fn new(found: &State, exact: &State) -> Self {
        let difference = found - exact;
        let (velocity, pressure) = difference.view().split_at(Axis(0), 2);
        let energy = |state: &State| -> f64 {
            state.outer_iter().take(2).map(|component| mean_square(component)).sum()
        };
        Self {
            velocity: velocity.outer_iter().map(mean_square).sum::<f64>().sqrt(),
            velocity_max: velocity.iter().fold(0.0, |most, error| error.abs().max(most)),
            pressure: mean_square(pressure.index_axis(Axis(0), 0)).sqrt(),
            energy: energy(found) / energy(exact) - 1.0,
        }
    }

    /// The errors of `problem` at `time` on `cells`² cells, from its exact initial state.
    ///
    /// Panics if the problem has no exact solution.
    pub fn of(problem: &dyn Problem, cells: usize, time: f64) -> Result<Self, SolverError> {
        Self::of_intervals(problem, cells, time, 1)
    }

    /// The same in `intervals` equal intervals, each of which takes at least one step.
    pub(super) fn of_intervals(
        problem: &dyn Problem,
        cells: usize,
        time: f64,
        intervals: usize,
    ) -> Result<Self, SolverError> {
        let grid = problem.grid([cells, cells, 1])?;
        let exact = problem.exact(&grid, time).expect("a solution with errors is known exactly");
        Ok(Self::new(&evolve(problem, cells, time, intervals)?, &exact))
    }
}

/// The state of `problem` at `time` on `cells`² cells, reached in `intervals` equal intervals.
pub(super) fn evolve(
    problem: &dyn Problem,
    cells: usize,
    time: f64,
    intervals: usize,
) -> Result<State, SolverError> {
    let grid = problem.grid([cells, cells, 1])?;
    let mut state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid)?;
    solver.load(&state)?;
    for _ in 0..intervals {
        solver.advance(time / intervals as f64)?;
    }
    solver.store(&mut state);
    Ok(state)
}

fn mean_square(values: ArrayView3<'_, f64>) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64
}

/// The observed order of convergence p in `error ∝ cells^−p` between two grids.
pub fn order(cells: [usize; 2], errors: [f64; 2]) -> f64 {
    (errors[0] / errors[1]).ln() / (cells[1] as f64 / cells[0] as f64).ln()
}

/// The convergence table of `problem`, and checks of the order between its two finest grids.
pub(super) fn study(
    title: &str,
    source: &str,
    problem: &dyn Problem,
    resolutions: &[usize],
    time: f64,
) -> Result<(Table, Vec<Check>), SolverError> {
    let heads = [
        "cells",
        "velocity L2 [m/s]",
        "order",
        "velocity max [m/s]",
        "order",
        "pressure L2 [Pa]",
        "order",
        "kinetic energy, relative",
    ];
    let mut table = Table::new(title, source, &heads);
    let mut checks = Vec::new();
    let mut last: Option<(usize, [f64; 3])> = None;
    for &cells in resolutions {
        let found = Errors::of(problem, cells, time)?;
        let errors = [found.velocity, found.velocity_max, found.pressure];
        let orders = last
            .map(|(before, old)| [0, 1, 2].map(|k| order([before, cells], [old[k], errors[k]])));
        let mut row = vec![Cell::from(cells)];
        for k in 0..3 {
            row.extend([Cell::from(errors[k]), Cell::from(orders.map(|orders| orders[k]))]);
        }
        row.push(found.energy.into());
        table.rows.push(row);
        checks = orders.map_or(Vec::new(), |orders| order_checks(title, cells, orders));
        last = Some((cells, errors));
    }
    Ok((table, checks))
}

fn order_checks(title: &str, cells: usize, orders: [f64; 3]) -> Vec<Check> {
    const WHY: &str = "the scheme is second order in space and time; 0.1 allows for grids outside the asymptotic range";
    let of = |what: &str, order| {
        Check::at_least(format!("{title}: order of {what} to {cells}²"), order, 1.9, "", WHY)
    };
    vec![of("velocity in L2", orders[0]), of("velocity in the maximum", orders[1])]
}
