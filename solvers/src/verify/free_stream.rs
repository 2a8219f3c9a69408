//! Verification of vortex shedding in a free stream.

use super::certificate::{Certificate, Check, Table};
use super::published::{FREESTREAM, Freestream, freestream};
use super::shedding::{Series, Shedding};
use crate::problems::{Cylinder, Walls};
use crate::{Problem, Solver, SolverError};
use data::{prolongate, rng};

/// Cells per diameter of the three grids.
const SIZES: [usize; 3] = [16, 24, 32];
/// Sizes of the three domains relative to that of the three grids; they use the coarsest grid.
const SCALES: [f64; 3] = [0.5, 1.0, 2.0];
/// Width of the domain of the three grids in diameters.
const WIDTH: f64 = 16.0;
/// Distances of its inlet and outlet from the centre in diameters.
const ENDS: [f64; 2] = [8.0, 14.0];
/// Length of a record in d/U, more than three periods.
const WINDOW: usize = 24;
/// Recorded values per d/U.
const RATE: usize = 10;
/// Shedding counts as periodic when mean drag and greatest lift change by no more than this part between records.
const PERIODIC: f64 = 1e-3;
/// Largest number of records until shedding is periodic.
const MOST_WINDOWS: usize = 12;

/// Mean drag coefficient, Strouhal number, root mean square of the lift coefficient.
type Statistics = [f64; 3];

/// The number of times that [`certify`] reports progress.
pub(super) const PARTS: usize = SCALES.len() + SIZES.len() - 1;

/// Adds vortex shedding at Re 100 in a free stream.
pub(super) fn certify(
    certificate: &mut Certificate,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<(), SolverError> {
    let mut solve = |size: usize, scale: f64| {
        let statistics = measure(&stream(scale), size)?;
        let width = WIDTH * scale;
        progress(&format!("free stream {width} d wide, {size} cells per diameter"));
        Ok::<_, SolverError>((size, scale, statistics))
    };
    let [narrow, middle, wide] = SCALES.map(|scale| solve(SIZES[0], scale));
    let found = [narrow?, middle?, wide?, solve(SIZES[1], 1.0)?, solve(SIZES[2], 1.0)?];
    let limits = [0, 1, 2].map(|k| limits(found.map(|(_, _, statistics)| statistics[k])));
    let slopes = [0, 1].map(|k| slope(found.map(|(_, _, statistics)| statistics[k])));
    certificate.tables.push(table(&found, limits, slopes));
    let published = freestream();
    for (quantity, k) in [("mean drag", 0), ("Strouhal number", 1)] {
        certificate.checks.extend(checks(quantity, limits[k][1], &published[k]));
    }
    Ok(())
}

/// A uniform stream of 1 m/s past a cylinder of diameter 1 m, between free-slip walls.
fn stream(scale: f64) -> Cylinder {
    Cylinder {
        reynolds: Some(100.0),
        density: 1.0,
        diameter: 1.0,
        upstream: scale * ENDS[0],
        downstream: scale * ENDS[1],
        below: 0.5 * scale * WIDTH,
        above: 0.5 * scale * WIDTH,
        walls: Walls::Slip,
        ..Cylinder::default()
    }
}

/// The statistics on `size` cells per diameter, started from periodic shedding on half as many.
fn measure(problem: &Cylinder, size: usize) -> Result<Statistics, SolverError> {
    let lengths = [problem.upstream + problem.downstream, problem.below + problem.above];
    let cells = |size: usize| [0, 1].map(|axis| lengths[axis] as usize * size);
    let [nx, ny] = cells(size / 2);
    let grid = problem.grid([nx, ny, 1])?;
    let mut state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid)?;
    solver.load(&state)?;
    settle(solver.as_mut())?;
    solver.store(&mut state);
    let [nx, ny] = cells(size);
    let grid = problem.grid([nx, ny, 1])?;
    let mut solver = problem.solver(&grid)?;
    solver.load(&prolongate(state.view(), &grid))?;
    let found = settle(solver.as_mut())?;
    Ok(found.map_or([f64::NAN; 3], |found| [found.mean_drag, 1.0 / found.period, found.lift]))
}

/// The statistics once shedding is periodic; `None` if it does not become so.
fn settle(solver: &mut dyn Solver) -> Result<Option<Shedding>, SolverError> {
    let mut before = [0.0; 2];
    for _ in 0..MOST_WINDOWS {
        let series = Series::record(solver, 1.0 / RATE as f64, WINDOW * RATE)?;
        let Some(found) = series.shedding() else { continue };
        let now = [found.mean_drag, found.greatest_lift];
        let is_same = |k: usize| (now[k] - before[k]).abs() < PERIODIC * now[k];
        // Growing oscillations have a small lift.
        if now[1] > 0.2 && is_same(0) && is_same(1) {
            return Ok(Some(found));
        }
        before = now;
    }
    Ok(None)
}

/// The limits h → 0, and h → 0 with d/H → 0, of values in three domains and on two finer grids.
///
/// The effect of walls, inlet and outlet whose distances grow together is c₀ + a d/H + b (d/H)². The first-order term
/// is that of the images of the wake's source. The published study finds this term alone from H = 60 d.
fn limits([narrow, middle, wide, finer, finest]: [f64; 5]) -> [f64; 2] {
    let fine = extrapolated([middle, finer, finest]);
    [fine, fine + (8.0 * wide - 6.0 * middle + narrow) / 3.0 - middle]
}

/// The coefficient a, from the three domains.
fn slope([narrow, middle, wide, ..]: [f64; 5]) -> f64 {
    WIDTH * (4.0 * (middle - wide) - (narrow - middle))
}

/// The value at h = 0 of c₀ + a h^q through the three grids, with q between 1 and 4.
fn extrapolated(values: [f64; 3]) -> f64 {
    let h = SIZES.map(|size| SIZES[2] as f64 / size as f64);
    let ratio = (values[0] - values[1]) / (values[1] - values[2]);
    let of = |q: f64| {
        let [a, b, c] = h.map(|h| h.powf(q));
        (a - b) / (b - c)
    };
    // The ratio increases with the order: bisection.
    let (mut low, mut high) = (1.0, 4.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if of(middle) < ratio { low = middle } else { high = middle }
    }
    values[2] - (values[1] - values[2]) / (h[1].powf(low) - 1.0)
}

fn table(found: &[(usize, f64, Statistics)], limit: [[f64; 2]; 3], slope: [f64; 2]) -> Table {
    const HEADS: [&str; 5] =
        ["width [d]", "cells per diameter", "mean drag", "Strouhal number", "rms lift"];
    let mut table = Table::new("Vortex shedding in a wide stream, Re 100", FREESTREAM, &HEADS);
    for (size, scale, found) in found {
        let mut row = vec![(WIDTH * scale).into(), (*size).into()];
        row.extend(found.iter().map(|&value| value.into()));
        table.rows.push(row);
    }
    for (width, which) in [(WIDTH.to_string().as_str(), 0), ("∞", 1)] {
        let mut row = vec![width.into(), "∞".into()];
        row.extend(limit.iter().map(|values| values[which].into()));
        table.rows.push(row);
    }
    let name = "published, mean";
    let [drag, strouhal] = freestream();
    let of = |what: fn(&Freestream) -> f64| [what(&drag).into(), what(&strouhal).into()];
    for (name, width, values) in [
        (name, "", of(|known| known.mean)),
        ("published, limit", "∞", of(|known| known.limit)),
        ("slope, published", "", of(|known| known.slope)),
        ("slope, measured", "", slope.map(Into::into)),
    ] {
        let [drag, strouhal] = values;
        table.rows.push(vec![width.into(), name.into(), drag, strouhal, "".into()]);
    }
    table
}

/// Checks against the mean of the published values, and against the limit of the domain study.
fn checks(quantity: &str, measured: f64, published: &Freestream) -> [Check; 2] {
    const WHY: &str = "the two published values differ by up to 1.6 %, and the domains of the eight studies add up to 1 %";
    let check = |what: &str, wanted: f64| {
        let name = format!("{quantity} of vortex shedding in a free stream, {what}");
        Check::at_most(name, 100.0 * (measured / wanted - 1.0).abs(), 2.0, "%", WHY)
    };
    [
        check("against the mean of eight studies", published.mean),
        check("against the limit of wide domains", published.limit),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_of_the_walls_is_extrapolated_exactly() {
        let at = |scale: f64| {
            let x = 1.0 / (scale * WIDTH);
            1.3 + 1.4 * x + 5.0 * x * x
        };
        let on = |size: usize| at(1.0) + 20.0 * (1.0 / size as f64).powi(2);
        let more = on(SIZES[0]) - at(1.0);
        let [narrow, middle, wide] = SCALES.map(|scale| at(scale) + more);
        let values = [narrow, middle, wide, on(SIZES[1]), on(SIZES[2])];
        let [fine, limit] = limits(values);
        assert!((fine - at(1.0)).abs() < 1e-9 && (limit - 1.3).abs() < 1e-9, "{fine}, {limit}");
        assert!((slope(values) - 1.4).abs() < 1e-9);
    }

    #[test]
    fn orders_within_their_bounds_are_extrapolated_exactly() {
        for order in [1.0, 2.0, 3.3] {
            let on = |size: usize| 1.3 + 20.0 * (1.0 / size as f64).powf(order);
            assert!((extrapolated(SIZES.map(on)) - 1.3).abs() < 1e-9, "{order}");
        }
    }
}
