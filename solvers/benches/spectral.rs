//! Cell-updates per second of the spectral solver: `cargo bench -p eddymark-solvers --bench spectral`.
//!
//! An item is one cell advanced by one step, so that divan's items per second are cell-updates.

use data::rng;
use divan::counter::ItemsCount;
use divan::{Bencher, main};
use solvers::problems::DecayingTurbulence;
use solvers::{Problem, Solver};

const SIZES: [usize; 4] = [64, 128, 256, 512];

/// Turbulence a few steps after its initial state.
fn started(cells: usize) -> Box<dyn Solver> {
    let turbulence = DecayingTurbulence::default();
    let grid = turbulence.grid([cells, cells, 1]).expect("the sizes are even");
    let mut solver = turbulence.solver(&grid).expect("the grid is periodic");
    solver.load(&turbulence.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(1.0 / cells as f64).expect("the flow is stable");
    solver
}

/// About thirty steps, then one pressure and one set of cell averages.
#[divan::bench(args = SIZES)]
fn steps(bencher: Bencher, cells: usize) {
    let (mut solver, interval) = (started(cells), 4.0 / cells as f64);
    let steps = solver.advance(interval).expect("the flow is stable").steps;
    bencher
        .counter(ItemsCount::new(steps * cells * cells))
        .bench_local(|| solver.advance(interval).expect("the flow is stable"));
}

/// A single short step, with the pressure and the cell averages at its end.
#[divan::bench(args = SIZES)]
fn step_and_save(bencher: Bencher, cells: usize) {
    let mut solver = started(cells);
    bencher
        .counter(ItemsCount::new(cells * cells))
        .bench_local(|| solver.advance(1e-6).expect("the flow is stable"));
}
