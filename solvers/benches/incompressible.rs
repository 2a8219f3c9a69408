//! Cell-updates per second of the incompressible solver: `cargo bench -p eddymark-solvers`.
//!
//! An item is one cell advanced by one step, so that divan's items per second are cell-updates.

use data::rng;
use divan::counter::ItemsCount;
use divan::{Bencher, main};
use solvers::{Problem, Solver, problems::Cavity};

const SIZES: [usize; 4] = [64, 128, 256, 512];

/// A cavity whose vortex has formed for a tenth of a time unit, and the interval of some ten steps.
fn started(reynolds: f64, cells: usize) -> (Box<dyn Solver>, f64) {
    let cavity = Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    let grid = cavity.grid([cells, cells, 1]).expect("the sizes suit the cavity");
    let mut solver = cavity.solver(&grid).expect("the cavity has walls");
    solver.load(&cavity.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(0.1).expect("the cavity is stable");
    (solver, 8.0 / cells as f64)
}

fn measure(bencher: Bencher, reynolds: f64, cells: usize) {
    let (mut solver, interval) = started(reynolds, cells);
    let steps = solver.advance(interval).expect("the cavity is stable").steps;
    bencher
        .counter(ItemsCount::new(steps * cells * cells))
        .bench_local(|| solver.advance(interval).expect("the cavity is stable"));
}

/// Diffusion does not limit the step: Runge–Kutta.
#[divan::bench(args = SIZES)]
fn explicit_re_1000(bencher: Bencher, cells: usize) {
    measure(bencher, 1000.0 * cells as f64 / 128.0, cells);
}

/// Diffusion is implicit.
#[divan::bench(args = SIZES)]
fn implicit_re_1(bencher: Bencher, cells: usize) {
    measure(bencher, 1.0, cells);
}
