//! Steps allocate nothing.

use data::rng;
use solvers::{Problem, problems::Cavity};

/// Allocations of an interval, after a first one in which plans and caches settle.
fn allocations(reynolds: f64, interval: f64) -> (usize, u64) {
    let cavity = Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    let grid = cavity.grid([32, 24, 1]).expect("the cells suit the cavity");
    let mut solver = cavity.solver(&grid).expect("the cavity has walls");
    solver.load(&cavity.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(interval).expect("the cavity is stable");
    let mut steps = 0;
    let counted = allocation_counter::measure(|| {
        steps = solver.advance(interval).expect("the cavity is stable").steps;
    });
    (steps, counted.count_total)
}

#[test]
fn a_step_allocates_nothing() {
    for reynolds in [1.0, 1000.0] {
        let (steps, count) = allocations(reynolds, 1.0);
        assert!(steps > 20, "an interval of {steps} steps proves little");
        assert_eq!(count, 0, "at Re {reynolds}");
    }
}
