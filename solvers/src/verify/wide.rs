//! Evidence on a vortex street far from all walls.

use super::certificate::{Certificate, Check, Table};
use super::published::{FREESTREAM, Freestream, freestream};
use super::shedding::{Series, Shedding};
use crate::problems::{Cylinder, Walls};
use crate::{Problem, Solver, SolverError};
use data::{prolongate, rng};

/// Cells a diameter of the three grids.
const SIZES: [usize; 3] = [16, 24, 32];
/// Domains, over that of the three grids, on the coarsest of them.
const SCALES: [f64; 3] = [0.5, 1.0, 2.0];
/// That domain is so many diameters wide, and ends so far before and behind the centre.
const WIDTH: f64 = 16.0;
const ENDS: [f64; 2] = [8.0, 14.0];
/// The street is measured over so many d/U: three periods and more.
const WINDOW: usize = 24;
/// Values in a d/U.
const RATE: usize = 10;
/// A street is periodic when mean drag and greatest lift change by no more than this part.
const PERIODIC: f64 = 1e-3;
/// A flow that does not shed after so many windows never will.
const PATIENCE: usize = 12;

/// What is measured: mean drag, Strouhal number, root mean square of the lift.
type Street = [f64; 3];

/// Adds the street at Re 100 in a stream without bounds.
pub(super) fn certify(
    certificate: &mut Certificate,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<(), SolverError> {
    let mut street = |size: usize, scale: f64| {
        let street = measure(&stream(scale), size)?;
        progress(&format!("street in a stream {} d wide, {size} cells a diameter", WIDTH * scale));
        Ok::<_, SolverError>((size, scale, street))
    };
    let [narrow, middle, wide] = SCALES.map(|scale| street(SIZES[0], scale));
    let found = [narrow?, middle?, wide?, street(SIZES[1], 1.0)?, street(SIZES[2], 1.0)?];
    let limits = [0, 1, 2].map(|k| limits(found.map(|(_, _, street)| street[k])));
    let slopes = [0, 1].map(|k| slope(found.map(|(_, _, street)| street[k])));
    certificate.tables.push(table(&found, limits, slopes));
    let published = freestream();
    for (quantity, k) in [("mean drag", 0), ("Strouhal number", 1)] {
        certificate.checks.extend(checks(quantity, limits[k][1], &published[k]));
    }
    Ok(())
}

/// A uniform stream of 1 m/s past a cylinder of 1 m.
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

/// The street on `size` cells a diameter, grown on half as many.
fn measure(problem: &Cylinder, size: usize) -> Result<Street, SolverError> {
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
    let mut solver = problem.solver(&problem.grid([nx, ny, 1])?)?;
    solver.load(&prolongate(state.view(), [nx, ny, 1]))?;
    let found = settle(solver.as_mut())?;
    Ok(found.map_or([f64::NAN; 3], |found| [found.mean_drag, 1.0 / found.period, found.lift]))
}

/// The street once it is periodic.
fn settle(solver: &mut dyn Solver) -> Result<Option<Shedding>, SolverError> {
    let mut before = [0.0; 2];
    for _ in 0..PATIENCE {
        let series = Series::record(solver, 1.0 / RATE as f64, WINDOW * RATE)?;
        let Some(found) = series.shedding() else { continue };
        let now = [found.mean_drag, found.greatest_lift];
        let is_same = |k: usize| (now[k] - before[k]).abs() < PERIODIC * now[k];
        // A street that has only begun to grow has no lift to speak of.
        if now[1] > 0.2 && is_same(0) && is_same(1) {
            return Ok(Some(found));
        }
        before = now;
    }
    Ok(None)
}

/// What is left with h → 0, and with d/H → 0 as well, of values in three domains and on two finer grids.
///
/// Walls, inlet and outlet at distances that grow together are felt as c₀ + a d/H + b (d/H)²: the wake's
/// source and its images give the first term. The published study finds the first alone, from H = 60 d on.
fn limits([narrow, middle, wide, finer, finest]: [f64; 5]) -> [f64; 2] {
    let fine = extrapolated([middle, finer, finest]);
    [fine, fine + (8.0 * wide - 6.0 * middle + narrow) / 3.0 - middle]
}

/// a of these, from the three domains.
fn slope([narrow, middle, wide, ..]: [f64; 5]) -> f64 {
    WIDTH * (4.0 * (middle - wide) - (narrow - middle))
}

/// What c₀ + a h^q through the three grids leaves at h = 0, with q between 1 and 4.
fn extrapolated(values: [f64; 3]) -> f64 {
    let h = SIZES.map(|size| SIZES[2] as f64 / size as f64);
    let ratio = (values[0] - values[1]) / (values[1] - values[2]);
    let of = |q: f64| {
        let [a, b, c] = h.map(|h| h.powf(q));
        (a - b) / (b - c)
    };
    // The ratio grows with the order: bisection.
    let (mut low, mut high) = (1.0, 4.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if of(middle) < ratio { low = middle } else { high = middle }
    }
    values[2] - (values[1] - values[2]) / (h[1].powf(low) - 1.0)
}

fn table(found: &[(usize, f64, Street)], limit: [[f64; 2]; 3], slope: [f64; 2]) -> Table {
    const HEADS: [&str; 5] =
        ["width [d]", "cells a diameter", "mean drag", "Strouhal number", "rms lift"];
    let mut table = Table::new("Vortex street in a wide stream, Re 100", FREESTREAM, &HEADS);
    for (size, scale, street) in found {
        let mut row = vec![(WIDTH * scale).into(), (*size).into()];
        row.extend(street.iter().map(|&value| value.into()));
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

/// Against the mean of what was published, and what its one study of the domain tends to.
fn checks(quantity: &str, measured: f64, published: &Freestream) -> [Check; 2] {
    const WHY: &str =
        "the two published values are up to 1.6 % apart, and the eight's domains add up to 1 %";
    let check = |what: &str, wanted: f64| {
        let name = format!("{quantity} of the street in a stream without bounds, {what}");
        Check::at_most(name, 100.0 * (measured / wanted - 1.0).abs(), 2.0, "%", WHY)
    };
    [
        check("against the mean of eight authors", published.mean),
        check("against the limit of wide domains", published.limit),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_walls_do_is_extrapolated_exactly() {
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
