//! Cell-updates per second of the two-phase solver: `cargo bench -p eddymark-solvers`.
//!
//! An item is one cell advanced by one step, so that divan's items per second are cell-updates.

use data::rng;
use divan::counter::ItemsCount;
use divan::{Bencher, main};
use solvers::Problem;
use solvers::problems::{Column, Dam};
use solvers::verify::Advection;

const SIZES: [usize; 3] = [64, 128, 256];

/// Measures an interval of some forty steps of a developed flow, which is the same in every repetition. Loading its
/// state is timed, but counts as no step.
fn measure(bencher: Bencher, problem: &dyn Problem, cells: [usize; 2]) {
    let grid = problem.grid([cells[0], cells[1], 1]).expect("the sizes suit the problem");
    let mut state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&state).expect("the state fits its grid");
    solver.advance(problem.time_scale()).expect("the flow is stable");
    solver.store(&mut state);
    let interval = 8.0 * problem.time_scale() / cells[0] as f64;
    let mut run = || {
        solver.load(&state).expect("the state fits its grid");
        solver.advance(interval).expect("the flow is stable").steps
    };
    let steps = run();
    bencher.counter(ItemsCount::new(steps * cells[0] * cells[1])).bench_local(run);
}

/// A column that collapses.
#[divan::bench(args = SIZES)]
fn column(bencher: Bencher, cells: usize) {
    measure(bencher, &Column::default(), [cells, cells]);
}

/// CFDBench's dam: an obstacle, an inlet, open ends.
#[divan::bench(args = SIZES)]
fn dam(bencher: Bencher, cells: usize) {
    measure(bencher, &Dam::default(), [4 * cells, cells]);
}

/// Only the advection of the interface: a disk in a vortex.
#[divan::bench(args = [64, 128])]
fn interface(bencher: Bencher, cells: usize) {
    let carry = || Advection::Vortex.distortion(cells, 0.5).expect("the box suits").steps;
    let steps = carry();
    bencher.counter(ItemsCount::new(steps * cells * cells)).bench_local(carry);
}
