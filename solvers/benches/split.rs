//! Wall time by part of the work: `cargo bench -p eddymark-solvers --bench split`.
//!
//! Cell updates per second on one thread, and the fraction of the wall time of each part of the work, for
//! every solver and size. Wall time includes that of other programs: measure on an idle machine.

use data::rng;
use solvers::Work;
use solvers::problems::{Cavity, Column, Cylinder, Dam, DecayingTurbulence, Tube};
use solvers::{Problem, Solver};
use std::time::Instant;

const SIZES: [usize; 3] = [64, 128, 256];

/// The parts of the work, and the copy of saved states.
const PARTS: [&str; 7] =
    ["advection", "interface", "viscous", "pressure", "output", "rest", "store"];

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a thread can be had").install(table);
}

fn table() {
    let cavity = |reynolds| Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    let flooded = Tube { two_phase: true, ..Tube::default() };
    let wet = Column { surface_tension: 0.072, ..Column::default() };
    println!("{:28}{:>12}{:>8}{:>8}{}", "", "cells", "steps", "10⁶/s", heads());
    for cells in SIZES {
        let n = cells as f64;
        row("cavity, explicit", &cavity(1000.0 * n / 128.0), [cells, cells], 8.0 / n);
        row("cavity, semi-implicit", &cavity(1.0), [cells, cells], 8.0 / n);
        row("cylinder", &Cylinder::default(), [2 * cells, cells], 24.0 / n);
        row("spectral", &DecayingTurbulence::default(), [cells, cells], 4.0 / n);
        row("column", &Column::default(), [cells, cells], 8.0 / n);
        row("column, surface tension", &wet, [cells, cells], 4.0 / n);
        row("dam", &Dam::default(), [4 * cells, cells], 4.0 / n);
        row("tube, two phases", &flooded, [cells, cells], 8.0 / n);
    }
}

fn heads() -> String {
    PARTS.map(|part| format!("{part:>11}")).concat()
}

/// Measures intervals of `part` of the characteristic time, each saved, for half a second.
fn row(name: &str, problem: &dyn Problem, cells: [usize; 2], part: f64) {
    let grid = problem.grid([cells[0], cells[1], 1]).expect("the sizes suit the problem");
    let mut state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&state).expect("the state fits its grid");
    let interval = part * problem.time_scale();
    solver.advance(interval).expect("the flow is stable");
    let before = spent(solver.as_ref());
    let (mut steps, mut storing, start) = (0, 0.0, Instant::now());
    while start.elapsed().as_secs_f64() < 0.5 {
        steps += solver.advance(interval).expect("the flow is stable").steps;
        let begun = Instant::now();
        solver.store(&mut state);
        storing += begun.elapsed().as_secs_f64();
    }
    let whole = start.elapsed().as_secs_f64();
    let work = spent(solver.as_ref()).into_iter().zip(before).map(|(now, then)| now - then);
    let shares: Vec<String> =
        work.chain([storing]).map(|part| format!("{:>10.1}%", 100.0 * part / whole)).collect();
    let shares = shares.concat();
    let rate = (steps * cells[0] * cells[1]) as f64 / whole / 1e6;
    let size = format!("{} × {}", cells[0], cells[1]);
    println!("{name:28}{size:>12}{steps:>8}{rate:>8.1}{shares}");
}

fn spent(solver: &dyn Solver) -> [f64; Work::ALL.len()] {
    Work::ALL.map(|work| solver.stopwatch().spent(work))
}
