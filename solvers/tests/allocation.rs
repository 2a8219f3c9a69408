//! Steps allocate nothing.

use data::rng;
use solvers::Problem;
use solvers::problems::{Cavity, Channel, Cylinder, Dam, Kolmogorov, Tube};

/// Steps and allocations of an interval, after a first one that fills FFT plans and buffers.
fn allocations(problem: &dyn Problem, interval: f64) -> (usize, u64) {
    let nz = if problem.dimensions().contains(&2) { 1 } else { 16 };
    let grid = problem.grid([32, 24, nz]).expect("the cells suit the problem");
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&problem.initial(&grid, &mut rng(0, 0))).expect("the state fits its grid");
    solver.advance(interval).expect("the flow is stable");
    let mut steps = 0;
    let counted = allocation_counter::measure(|| {
        steps = solver.advance(interval).expect("the flow is stable").steps;
    });
    (steps, counted.count_total)
}

#[test]
fn a_step_allocates_nothing() {
    let cavity = |reynolds| Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    let tube = |dynamic_viscosity| Tube { dynamic_viscosity, ..Tube::default() };
    let pipe = |dynamic_viscosity| Tube { axisymmetric: true, ..tube(dynamic_viscosity) };
    let problems: [(&str, &dyn Problem); 11] = [
        ("cavity at Re 1", &cavity(1.0)),
        ("cavity at Re 1000", &cavity(1000.0)),
        ("tube at Re 1", &tube(10.0)),
        ("tube at Re 100", &tube(0.1)),
        ("dam", &Dam::default()),
        ("dam with surface tension", &Dam { surface_tension: 0.072, ..Dam::default() }),
        ("pipe at Re 1", &pipe(10.0)),
        ("pipe at Re 100", &pipe(0.1)),
        ("Kolmogorov flow", &Kolmogorov::default()),
        ("channel", &Channel::default()),
        ("cylinder", &Cylinder { inlet_velocity: 0.1, ..Cylinder::default() }),
    ];
    // Within a pool, as in a run: a call from outside is queued, and queues grow.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("threads can be had");
    for (name, problem) in problems {
        let (steps, count) = pool.install(|| allocations(problem, 1.0));
        assert!(steps > 20, "an interval of {steps} steps is too short a test");
        assert_eq!(count, 0, "{name}");
    }
}
