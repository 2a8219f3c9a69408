//! Cell-updates per second of the incompressible solver: `cargo bench -p eddymark-solvers`.
//!
//! An item is one cell advanced by one step, so that divan's items per second are cell-updates.

use data::rng;
use divan::counter::ItemsCount;
use divan::{Bencher, main};
use solvers::problems::{Cavity, Cylinder, Tube};
use solvers::{Problem, Solver};

const SIZES: [usize; 4] = [64, 128, 256, 512];

/// A flow after a tenth of its characteristic time.
fn started(problem: &dyn Problem, cells: [usize; 2]) -> Box<dyn Solver> {
    let grid = problem.grid([cells[0], cells[1], 1]).expect("the sizes suit the problem");
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&problem.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(0.1 * problem.time_scale()).expect("the flow is stable");
    solver
}

/// Measures intervals of about ten steps: `part` of the characteristic time.
fn measure(bencher: Bencher, problem: &dyn Problem, cells: [usize; 2], part: f64) {
    let (mut solver, interval) = (started(problem, cells), part * problem.time_scale());
    let steps = solver.advance(interval).expect("the flow is stable").steps;
    bencher
        .counter(ItemsCount::new(steps * cells[0] * cells[1]))
        .bench_local(|| solver.advance(interval).expect("the flow is stable"));
}

fn measure_cavity(bencher: Bencher, reynolds: f64, cells: usize) {
    let cavity = Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    measure(bencher, &cavity, [cells, cells], 8.0 / cells as f64);
}

/// Diffusion does not limit the step: the explicit integrator.
#[divan::bench(args = SIZES)]
fn explicit_re_1000(bencher: Bencher, cells: usize) {
    measure_cavity(bencher, 1000.0 * cells as f64 / 128.0, cells);
}

/// Diffusion limits the step: the semi-implicit integrator.
#[divan::bench(args = SIZES)]
fn implicit_re_1(bencher: Bencher, cells: usize) {
    measure_cavity(bencher, 1.0, cells);
}

/// A channel ten times as long as wide, on square cells.
#[divan::bench(args = [32, 64, 128])]
fn tube(bencher: Bencher, across: usize) {
    measure(bencher, &Tube::default(), [10 * across, across], 4.0 / across as f64);
}

/// A pipe ten times as long as its radius, on square cells. Each solve transposes twice.
#[divan::bench(args = [32, 64, 128])]
fn pipe(bencher: Bencher, across: usize) {
    let pipe = Tube { axisymmetric: true, length: 0.5, ..Tube::default() };
    measure(bencher, &pipe, [10 * across, across], 4.0 / across as f64);
}

/// Flow past a cylinder: a second Poisson solve per projection, and differences near the wall.
#[divan::bench(args = [64, 128, 256])]
fn cylinder(bencher: Bencher, across: usize) {
    measure(bencher, &Cylinder::default(), [2 * across, across], 24.0 / across as f64);
}
