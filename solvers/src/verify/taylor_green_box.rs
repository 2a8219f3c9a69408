//! The Taylor–Green vortex in three dimensions.

use super::certificate::{Check, Table};
use crate::channel::{Channel, Closure, Drive, WallCondition};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid};
use std::f64::consts::{PI, TAU};

/// The flow of viscosity `nu` at t = 0 between its planes of symmetry y = 0 and π, with `cells` cells along x and z and
/// half as many across: cubes.
///
/// ```text
/// u = sin x cos y cos z,   v = −cos x sin y cos z,   w = 0
/// ```
pub(super) fn start(cells: usize, nu: f64, closure: Closure) -> Result<Channel, SolverError> {
    let along = || Axis::uniform(cells, 0.0, TAU, [Boundary::Periodic; 2]);
    let across = Axis::uniform(cells / 2, 0.0, PI, [Boundary::REST; 2]);
    let grid = Grid { axes: [along(), across, along()] };
    let none = Drive::Gradient(0.0);
    let flow = Channel::new(&grid, 1.0, nu, none, WallCondition::FreeSlip)?;
    let mut flow = flow.with_closure(closure);
    let axis = &grid.axes[1];
    let centres = axis.centres();
    // sin x cos z and −cos x cos z, each a sum over (±1, ±1), of which n = 1 is held.
    flow.start(|[m, n], j| {
        if [m.abs(), n] != [1, 1] {
            return [[0.0; 2]; 3];
        }
        let u = 0.25 * centres[j].cos();
        [[0.0, -u * m as f64], [-0.25 * axis.edges[j].sin(), 0.0], [0.0; 2]]
    });
    Ok(flow)
}

/// The Taylor–Green vortex at Re 1600, between two of its planes of symmetry.
pub(super) fn taylor_green(grids: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "kinetic energy changes by dissipation alone; the differences in time err by the square of their interval";
    const ORDER: &str =
        "second order across: (π/n)²/3 of the derivatives across, a third of the dissipation";
    const INTERVAL: f64 = 0.05;
    let title = "Taylor–Green vortex at Re 1600: dissipation and loss of energy";
    let heads = ["cells", "t", "kinetic energy", "dissipation", "loss", "difference, relative"];
    let mut table = Table::new(title, "exact: −dE/dt = ε; E = 1/8 and ε = 3ν/4 at t = 0", &heads);
    let (mut checks, nu) = (Vec::new(), 1.0 / 1600.0);
    for &cells in grids {
        let mut flow = start(cells, nu, Closure::None)?;
        let (mut before, mut now) = (flow.energy(), flow.energy());
        for i in 0..=60 {
            let dissipation = flow.dissipation();
            flow.advance(INTERVAL)?;
            let after = flow.energy();
            if i == 0 {
                // On the grid, derivatives across are those of second order.
                let exact = 0.75 * nu;
                let name = format!("dissipation at t = 0 on {cells} cells");
                let limit = (TAU / cells as f64).powi(2) / 12.0;
                checks.push(Check::at_most(
                    name,
                    (dissipation / exact - 1.0).abs(),
                    limit,
                    "",
                    ORDER,
                ));
            } else if i % 20 == 0 {
                let loss = (before - after) / (2.0 * INTERVAL);
                let difference = loss / dissipation - 1.0;
                let time = f64::from(i) * INTERVAL;
                table.rows.push(vec![
                    cells.into(),
                    time.into(),
                    now.into(),
                    dissipation.into(),
                    loss.into(),
                    difference.into(),
                ]);
                let name = format!("loss of energy at t = {time} on {cells} cells");
                checks.push(Check::at_most(name, difference.abs(), 1e-3, "", WHY));
            }
            (before, now) = (now, after);
        }
    }
    Ok((table, checks))
}
