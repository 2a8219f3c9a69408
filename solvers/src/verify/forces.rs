//! The force on a cylinder by momentum balance and by surface stress.

use super::certificate::{Check, Table};
use super::convergence::order;

/// Drag and lift coefficients at one instant: by the momentum balance, and by the stress on the surface.
pub(super) type Forces = [[f64; 2]; 2];

/// The table of the forces of a case on successively finer grids, and its checks.
pub(super) fn compare(case: &str, sizes: &[usize], found: &[Forces]) -> (Table, Vec<Check>) {
    const HEADS: [&str; 6] = [
        "coefficient",
        "cells per diameter",
        "momentum balance",
        "surface stress",
        "difference over drag [%]",
        "order",
    ];
    let title = format!("{case}: force on the cylinder by two methods, at the last instant");
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
    const WHY: &str = "both share only the flow field; 1 % on 40 cells per diameter and 2 % on 20, since the observed order of the surface integral is 1";
    let limit = 40.0 / size as f64;
    Check::at_most(
        format!("{case}: {name} by two methods on {size} cells per diameter"),
        apart,
        limit,
        "% of the drag",
        WHY,
    )
}
