//! Verification of the dam.

use super::certificate::{Certificate, Check, Table};
use super::convergence::order;
use crate::problems::Dam;
use crate::{Problem, SolverError};
use data::{Grid, State, restrict, rng};

/// Time in s at which grids are compared: water has passed the obstacle and has not reached the outlet.
const TIME: f64 = 0.3;

/// Compares the volume of water with the inflow, and the volume fractions of every grid with those of the finest. Grids
/// have four times as many cells along x as along y.
/// The number of times that [`certify`] reports progress.
pub(super) fn parts(resolutions: &[usize]) -> usize {
    resolutions.len()
}

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    const INFLOW: &str = "the residual divergence of the projection in every step";
    const CONVERGES: &str = "a sharp interface that breaks converges with order 1 at best; 0.5 is required on these grids";
    // The sides of the obstacle coincide with faces on all grids.
    let dam = Dam { width: 1.6, ..Dam::default() };
    let wanted = dam.inlet_velocity * dam.inlet_height * TIME;
    let heads = [
        "cells",
        "water gained [m²]",
        "relative error",
        "area where the water differs from the finest [m²]",
        "order",
    ];
    let mut table =
        Table::new("Water over an obstacle after 0.3 s", "exact inflow; the finest grid", &heads);
    let mut checks = Vec::new();
    let mut flows = Vec::new();
    for &cells in resolutions {
        let (state, gained) = solve(&dam, [cells, cells / 4, 1])?;
        progress(&format!("dam on {cells} × {}", cells / 4));
        let name = format!("inflow on {cells} × {}", cells / 4);
        let off = (gained / wanted - 1.0).abs();
        checks.push(Check::at_most(name, off, 1e-8, "", INFLOW));
        flows.push((cells, state, gained));
    }
    let finest = match flows.last() {
        Some((cells, state, _)) => Some((dam.grid([*cells, cells / 4, 1])?, state.clone())),
        None => None,
    };
    let area = dam.width * dam.height;
    let mut last: Option<(usize, f64)> = None;
    for (cells, state, gained) in &flows {
        let (grid, finest) = finest.as_ref().expect("there is a finest where there is one");
        let misplaced = misplaced(finest, grid, state) * area;
        let order = last
            .filter(|_| misplaced > 0.0)
            .map(|(before, old)| order([before, *cells], [old, misplaced]));
        if let Some(order) = order {
            let name = format!("order of the volume fraction to {cells} × {}", cells / 4);
            checks.push(Check::at_least(name, order, 0.5, "", CONVERGES));
        }
        let off = (gained / wanted - 1.0).abs();
        table.rows.push(vec![
            (*cells).into(),
            (*gained).into(),
            off.into(),
            misplaced.into(),
            order.into(),
        ]);
        last = Some((*cells, misplaced));
    }
    Ok(Certificate { problem: "dam".into(), tables: vec![table], checks })
}

/// The state at [`TIME`], and the volume of water that has entered, in m².
fn solve(dam: &Dam, cells: [usize; 3]) -> Result<(State, f64), SolverError> {
    let grid = dam.grid(cells)?;
    let mut state = dam.initial(&grid, &mut rng(0, 0));
    let mut solver = dam.solver(&grid)?;
    solver.load(&state)?;
    let mut water = [0.0; 2];
    solver.monitor(&mut water);
    let before = water[0];
    solver.advance(TIME)?;
    solver.monitor(&mut water);
    solver.store(&mut state);
    Ok((state, water[0] - before))
}

/// The mean absolute difference of the volume fractions on the cells of `coarse`.
fn misplaced(fine: &State, grid: &Grid, coarse: &State) -> f64 {
    let cells = [coarse.shape()[1], coarse.shape()[2], 1];
    let fine = restrict(fine.view(), grid, cells);
    let count = (cells[0] * cells[1]) as f64;
    let pairs = fine.iter().zip(coarse).skip(3 * cells[0] * cells[1]).take(cells[0] * cells[1]);
    pairs.map(|(a, b)| (a - b).abs()).sum::<f64>() / count
}
