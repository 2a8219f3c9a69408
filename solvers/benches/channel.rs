//! Cell-updates per second of the channel solver: `cargo bench -p eddymark-solvers --bench channel`.
//!
//! An item is one cell advanced by one step, so that divan's items per second are cell-updates.

use data::rng;
use divan::counter::ItemsCount;
use divan::{Bencher, main};
use solvers::problems::Channel;
use solvers::{Problem, Solver, Work};
use std::f64::consts::PI;

const SIZES: [[usize; 3]; 4] = [[32, 32, 16], [32, 64, 32], [64, 64, 64], [128, 128, 128]];

/// Turbulence a few steps after its initial state.
fn started(cells: [usize; 3]) -> Box<dyn Solver> {
    let channel = Channel { length_x: 4.0 * PI, length_z: 4.0 / 3.0 * PI, ..Channel::default() };
    let grid = channel.grid(cells).expect("the sizes are even");
    let mut solver = channel.solver(&grid).expect("the grid is that of a channel");
    solver.load(&channel.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(0.01).expect("the flow is stable");
    solver
}

/// An interval of the channel's cases, 10 to 40 steps, then one pressure and one set of cell averages.
#[divan::bench(args = SIZES.iter().map(|c| format!("{}x{}x{}", c[0], c[1], c[2])), sample_count = 3, sample_size = 1)]
fn steps(bencher: Bencher, cells: &str) {
    let cells: Vec<usize> = cells.split('x').map(|n| n.parse().expect("it is a number")).collect();
    let cells: [usize; 3] = cells.try_into().expect("there are three");
    let (mut solver, interval) = (started(cells), 0.043);
    let steps = solver.advance(interval).expect("the flow is stable").steps;
    let before = Work::ALL.map(|work| solver.stopwatch().spent(work));
    bencher
        .counter(ItemsCount::new(steps * cells.iter().product::<usize>()))
        .bench_local(|| solver.advance(interval).expect("the flow is stable"));
    let spent = Work::ALL.map(|work| solver.stopwatch().spent(work));
    let parts = Work::ALL.iter().zip(spent.iter().zip(before)).filter(|(_, (a, b))| **a > *b);
    let total: f64 = spent.iter().zip(before).map(|(a, b)| a - b).sum();
    let parts: Vec<String> =
        parts.map(|(work, (a, b))| format!("{work:?} {:.0} %", 100.0 * (a - b) / total)).collect();
    eprintln!("{cells:?}, {steps} steps: {}", parts.join(", "));
}
