//! Two ways to the force on a cylinder.

use super::certificate::{Check, Table};
use super::convergence::order;

/// Drag and lift of one instant: from the balance of momentum, and from the surface.
pub(super) type Forces = [[f64; 2]; 2];

/// The table of a case's forces on ever finer grids, and what they must satisfy.
pub(super) fn compare(case: &str, sizes: &[usize], found: &[Forces]) -> (Table, Vec<Check>) {
    const HEADS: [&str; 6] = [
        "coefficient",
        "cells a diameter",
        "balance of momentum",
        "pressure and friction",
        "apart, of the drag [%]",
        "order",
    ];
    let title = format!("{case}: the force on the cylinder two ways, at the last instant");
    let mut table = Table::new(&title, "", &HEADS);
    let apart = |[balance, surface]: &Forces, k: usize| {
        100.0 * (surface[k] - balance[k]).abs() / balance[0]
    };
    let mut checks = Vec::new();
    for (k, name) in ["drag", "lift"].into_iter().enumerate() {
        let mut last: Option<(usize, f64)> = None;
        for (&size, forces) in sizes.iter().zip(found) {
            let now = apart(forces, k);
            let order = last.map(|(before, old)| order([before, size], [old, now]));
            table.rows.push(vec![
                name.into(),
                size.into(),
                forces[0][k].into(),
                forces[1][k].into(),
                now.into(),
                order.into(),
            ]);
            last = Some((size, now));
        }
        let Some((size, now)) = last else { continue };
        checks.push(check(case, name, size, now));
    }
    (table, checks)
}

fn check(case: &str, name: &str, size: usize, apart: f64) -> Check {
    const WHY: &str = "they share nothing but the flow; 1 % on 40 cells a diameter and 2 % on half as many, for the surface's quadrature is first order as measured";
    let limit = 40.0 / size as f64;
    Check::at_most(
        format!("{case}: {name} two ways on {size} cells a diameter"),
        apart,
        limit,
        "% of the drag",
        WHY,
    )
}
