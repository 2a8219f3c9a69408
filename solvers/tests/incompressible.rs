//! Physical properties of the incompressible solver.

use data::{Axis, Boundary, Grid, State, rng};
use ndarray::s;
use solvers::incompressible::Incompressible;
use solvers::problems::{Cavity, TaylorGreen, Tube};
use solvers::verify::{Errors, Manufactured, ManufacturedPipe, Staggered, order};
use solvers::{Problem, Solver, SolverError};
use std::sync::Arc;

fn cavity(reynolds: f64, cells: [usize; 3]) -> (Box<dyn Solver>, State) {
    let cavity = Cavity { reynolds: Some(reynolds), ..Cavity::default() };
    start(&cavity, cells)
}

fn start(problem: &dyn Problem, cells: [usize; 3]) -> (Box<dyn Solver>, State) {
    let grid = problem.grid(cells).expect("the cells suit the problem");
    let state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&state).expect("an initial state fits its grid");
    (solver, state)
}

fn periodic(cells: usize) -> Grid {
    let axis = || Axis::uniform(cells, 0.0, 1.0, [Boundary::Periodic; 2]);
    Grid::plane(axis(), axis())
}

fn energy(state: &State) -> f64 {
    state.slice(s![..2, .., .., ..]).iter().map(|u| u * u).sum()
}

#[test]
fn both_integrators_are_second_order_between_walls_and_in_pipes() {
    let plane = [1e-3, 1.0].map(|kinematic_viscosity| Manufactured { kinematic_viscosity });
    let pipe = [2e-2, 1.0].map(|kinematic_viscosity| ManufacturedPipe { kinematic_viscosity });
    let plane = plane.iter().map(|problem| problem as &dyn Problem);
    for problem in plane.chain(pipe.iter().map(|problem| problem as &dyn Problem)) {
        let what = format!("{:?}", problem.parameters());
        let [coarse, fine] =
            [32, 64].map(|cells| Errors::of(problem, cells, 0.5).expect("the flow is stable"));
        let of = |kind: fn(&Errors) -> f64| order([32, 64], [kind(&coarse), kind(&fine)]);
        // 0.1: the difference of 32² and 64² from the asymptotic order.
        assert!(of(|errors| errors.velocity) > 1.9, "{what}: {coarse:?} {fine:?}");
        assert!(of(|errors| errors.velocity_max) > 1.9, "{what}: {coarse:?} {fine:?}");
        assert!(of(|errors| errors.pressure) > 1.9, "{what}: {coarse:?} {fine:?}");
    }
}

#[test]
fn both_integrators_are_second_order_in_periodic_flow() {
    for (reynolds, time) in [(1000.0, 0.5), (10.0, 0.1)] {
        let problem = Staggered(TaylorGreen { reynolds, ..TaylorGreen::default() });
        let [coarse, fine] =
            [32, 64].map(|cells| Errors::of(&problem, cells, time).expect("the flow is stable"));
        let measured = order([32, 64], [coarse.velocity, fine.velocity]);
        assert!(measured > 1.9, "Re {reynolds}: order {measured:.2}");
        // Initial face velocities are means of cell averages, which loses (2π/64)²/4 of the energy.
        assert!(fine.energy.abs() < 5e-3, "Re {reynolds}: energy is off by {:.1e}", fine.energy);
    }
}

#[test]
fn an_interval_is_hit_exactly() {
    let grid = periodic(16);
    for viscosity in [1e-6, 1.0] {
        let solver = Incompressible::new(&grid, 1.0, viscosity).expect("the grid is periodic");
        // A uniform force: u = 1 + t to round-off for any steps.
        let mut solver = solver.with_forcing(Arc::new(|_, _| [1.0, 0.0]));
        let mut state = State::zeros((3, 16, 16, 1));
        state.slice_mut(s![0, .., .., ..]).fill(1.0);
        solver.load(&state).expect("the state fits");
        for interval in [0.1, 0.0137, 1.0 / 3.0] {
            solver.advance(interval).expect("the flow is stable");
        }
        solver.store(&mut state);
        let wanted = 1.0 + 0.1 + 0.0137 + 1.0 / 3.0;
        assert!((state[[0, 3, 5, 0]] - wanted).abs() < 1e-12, "ν = {viscosity}: {state}");
    }
}

#[test]
fn dividing_an_interval_changes_little() {
    let advance = |parts: usize| {
        let (mut solver, mut state) = cavity(400.0, [32, 32, 1]);
        for _ in 0..parts {
            solver.advance(2.0 / parts as f64).expect("the cavity is stable");
        }
        solver.store(&mut state);
        state
    };
    let difference = (&advance(1) - &advance(5)).mapv(f64::abs).fold(0.0, |a: f64, b| a.max(*b));
    // Errors of third-order steps that differ by a few per cent, near a lid that jumped to speed.
    assert!(difference < 1e-3, "differ by {difference}");
}

#[test]
fn diffusion_does_not_limit_the_steps_of_slow_flows() {
    let steps = |reynolds| {
        let (mut solver, _) = cavity(reynolds, [64, 64, 1]);
        solver.advance(1.0).expect("the cavity is stable").steps
    };
    let (creeping, slow) = (steps(1.0), steps(100.0));
    // An explicit method would take a hundred times as many. The start takes a few more.
    assert!(creeping < 2 * slow, "{creeping} steps at Re 1, {slow} at Re 100");
}

#[test]
fn an_impulsive_start_causes_no_oscillations() {
    let (mut solver, mut state) = cavity(1.0, [32, 32, 1]);
    let mut lid_speeds = Vec::new();
    for _ in 0..20 {
        solver.advance(0.002).expect("the cavity is stable");
        solver.store(&mut state);
        lid_speeds.push(state[[0, 16, 31, 0]]);
    }
    // Momentum diffuses from the lid. The velocity of the uppermost cell increases monotonically, since a
    // creeping flow has no inertia.
    let largest_fall = lid_speeds.windows(2).map(|pair| pair[0] - pair[1]).fold(0.0, f64::max);
    assert!(lid_speeds[0] > 0.5 && largest_fall < 2e-3, "{lid_speeds:?}");
}

#[test]
fn without_viscosity_energy_is_conserved() {
    let vortices =
        TaylorGreen { reynolds: 1e12, translation_velocity: 0.3, ..TaylorGreen::default() };
    let problem = Staggered(vortices);
    let (mut solver, mut state) = start(&problem, [32, 32, 1]);
    solver.advance(1e-6).expect("the flow is stable");
    solver.store(&mut state);
    let before = energy(&state);
    solver.advance(1.0).expect("the flow is stable");
    solver.store(&mut state);
    let change = energy(&state) / before - 1.0;
    assert!(change.abs() < 1e-3, "energy changed by {change:.1e}");
}

#[test]
fn a_tall_cavity_has_a_second_counterrotating_vortex() {
    let tall = Cavity { aspect_ratio: 2.0, ..Cavity::default() };
    let (mut solver, mut state) = start(&tall, [32, 64, 1]);
    solver.advance(30.0).expect("the cavity is stable");
    solver.store(&mut state);
    // Below the lid the fluid returns to the left. The second vortex rotates in the opposite sense: under the
    // first one it flows to the right.
    let u = |y: usize| state[[0, 16, y, 0]];
    let returning = (32..64).map(u).fold(0.0, f64::min);
    let along_floor = (0..20).map(u).fold(0.0, f64::max);
    assert!(returning < -0.15 && along_floor > 1e-3, "{returning} above, {along_floor} below");
}

#[test]
fn a_mirrored_cavity_is_the_same_flow() {
    let wall = |x: f64| Boundary::Wall { velocity: [x, 0.0, 0.0] };
    let run = |lid: f64| {
        let axis = |ends| Axis::uniform(24, 0.0, 1.0, ends);
        let grid = Grid::plane(axis([Boundary::REST; 2]), axis([Boundary::REST, wall(lid)]));
        let mut solver = Incompressible::new(&grid, 1.0, 0.01).expect("the grid has walls");
        let mut state = State::zeros((3, 24, 24, 1));
        solver.load(&state).expect("the state fits");
        solver.advance(2.0).expect("the cavity is stable");
        solver.store(&mut state);
        state
    };
    let (right, left) = (run(1.0), run(-1.0));
    for ((channel, i, j, k), value) in right.indexed_iter() {
        let mirrored = left[[channel, 23 - i, j, k]] * if channel == 0 { -1.0 } else { 1.0 };
        assert!((value - mirrored).abs() < 1e-12, "channel {channel} at ({i}, {j})");
    }
}

#[test]
fn a_transposed_cavity_is_the_same_flow() {
    let slide = |velocity| Boundary::Wall { velocity };
    let run = |x: [Boundary; 2], y: [Boundary; 2]| {
        let grid = Grid::plane(Axis::uniform(24, 0.0, 1.0, x), Axis::uniform(24, 0.0, 1.0, y));
        let mut solver = Incompressible::new(&grid, 1.0, 0.01).expect("the grid has walls");
        let mut state = State::zeros((3, 24, 24, 1));
        solver.load(&state).expect("the state fits");
        solver.advance(2.0).expect("the cavity is stable");
        solver.store(&mut state);
        state
    };
    let lid = run([Boundary::REST; 2], [Boundary::REST, slide([1.0, 0.0, 0.0])]);
    let side = run([Boundary::REST, slide([0.0, 1.0, 0.0])], [Boundary::REST; 2]);
    for ((channel, i, j, k), value) in lid.indexed_iter() {
        let transposed = side[[[1, 0, 2][channel], j, i, k]];
        // The two axes are solved by different algorithms, with different round-off.
        assert!((value - transposed).abs() < 1e-11, "channel {channel} at ({i}, {j})");
    }
}

#[test]
fn pressure_has_zero_mean_and_scales_with_density() {
    let run = |density: f64| {
        let cavity = Cavity { density, ..Cavity::default() };
        let (mut solver, mut state) = start(&cavity, [16, 16, 1]);
        solver.advance(1.0).expect("the cavity is stable");
        solver.store(&mut state);
        state.slice(s![2, .., .., 0]).to_owned()
    };
    let (light, heavy) = (run(1.0), run(1000.0));
    let largest = light.fold(0.0, |most: f64, p| most.max(p.abs()));
    assert!(light.mean().expect("there are cells").abs() < 1e-13 * largest);
    assert!((&light * 1000.0 - heavy).iter().all(|p| p.abs() < 1e-9 * 1000.0 * largest));
}

#[test]
fn flows_that_blow_up_say_where_and_when() {
    let grid = periodic(16);
    let mut solver = Incompressible::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
    let mut state = State::zeros((3, 16, 16, 1));
    state[[0, 3, 4, 0]] = f64::NAN;
    let error = solver.load(&state).expect_err("the state is not finite");
    assert!(matches!(error, SolverError::BlowUp { step: 0, .. }), "{error}");
    let solver = Incompressible::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
    let mut solver =
        solver.with_forcing(Arc::new(|t, _| [if t > 0.05 { f64::INFINITY } else { 1.0 }, 0.0]));
    solver.load(&State::ones((3, 16, 16, 1))).expect("the state fits");
    let error = solver.advance(1.0).expect_err("the force is infinite");
    assert!(
        matches!(error, SolverError::BlowUp { time, .. } if time > 0.0 && time < 1.0),
        "{error}"
    );
}

#[test]
fn intervals_of_too_many_steps_are_refused() {
    let grid = periodic(16);
    let mut solver = Incompressible::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
    solver.load(&State::from_elem((3, 16, 16, 1), 1e12)).expect("the state fits");
    let error = solver.advance(1.0).expect_err("this takes 10¹³ steps");
    assert!(matches!(error, SolverError::Collapse { step: 0, .. }), "{error}");
}

#[test]
fn open_ends_are_refused() {
    let open = Axis::uniform(16, 0.0, 1.0, [Boundary::REST, Boundary::Open]);
    let walls = Axis::uniform(16, 0.0, 1.0, [Boundary::REST; 2]);
    let error = Incompressible::new(&Grid::plane(open, walls), 1.0, 1.0).err().expect("it is open");
    assert!(matches!(error, SolverError::Boundaries { axis: 0, .. }));
    assert!(error.to_string().starts_with("axis 0 ends in Wall"), "{error}");
}

#[test]
fn a_vortex_leaves_through_the_outlet() {
    const RADIUS: f64 = 0.1;
    let grid = Grid::plane(
        Axis::uniform(128, 0.0, 2.0, [Boundary::Open; 2]),
        Axis::uniform(64, -0.5, 0.5, [Boundary::Periodic; 2]),
    );
    let flow = Incompressible::new(&grid, 1.0, 1e-5).expect("the grid is open along x");
    let mut solver = flow.with_inflow(|_| 1.0);
    let [x, y] = [0, 1].map(|axis| grid.axes[axis].centres());
    // A Gaussian stream function with half the speed of the mean flow.
    let mut state = State::from_shape_fn((3, 128, 64, 1), |(channel, i, j, _)| {
        let [x, y] = [(x[i] - 1.5) / RADIUS, y[j] / RADIUS];
        let swirl = 0.5 * (0.5 - 0.5 * (x * x + y * y)).exp();
        [1.0 - swirl * y, swirl * x, 0.0][channel]
    });
    solver.load(&state).expect("the state fits");
    let mut vortex_energy = || {
        solver.advance(0.05).expect("the flow is stable");
        solver.store(&mut state);
        state.slice_mut(s![0, .., .., ..]).mapv_inplace(|u| u - 1.0);
        energy(&state)
    };
    let energies: Vec<f64> = (0..30).map(|_| vortex_energy()).collect();
    // The centre crosses the outlet at 0.5 s, the outer edge at 0.8 s.
    assert!(
        energies.windows(2).all(|pair| pair[1] < pair[0]),
        "energy was reflected: {energies:?}"
    );
    let left = energies[29] / energies[0];
    // A reflected amplitude of 1 %. A zero-gradient outlet reflects more.
    assert!(left < 1e-4, "{left:.1e} of the energy was reflected");
}

#[test]
fn both_integrators_develop_a_parabola() {
    for (dynamic_viscosity, length, axisymmetric) in
        [(10.0, 0.4, false), (0.4, 1.6, false), (10.0, 0.4, true), (0.4, 1.6, true)]
    {
        let tube = Tube { dynamic_viscosity, length, axisymmetric, ..Tube::default() };
        let (mut solver, mut state) = start(&tube, [64, 16, 1]);
        solver.advance(120.0 * tube.time_scale()).expect("the tube is stable");
        solver.store(&mut state);
        // The scheme is exact for parabolas. The mean over the 16 cells is that of the inflow.
        let grid = tube.grid([64, 16, 1]).expect("the cells suit the tube");
        let y = grid.axes[1].centres();
        let (parabola, area): (Vec<f64>, Vec<f64>) = if axisymmetric {
            y.iter().map(|r| (0.05 * 0.05 - r * r, *r)).unzip()
        } else {
            y.iter().map(|y| (y * (0.1 - y), 1.0)).unzip()
        };
        let flux: f64 = parabola.iter().zip(&area).map(|(u, area)| u * area).sum();
        let scale = area.iter().sum::<f64>() / flux;
        for j in 0..16 {
            let [found, wanted] = [state[[0, 63, j, 0]], scale * parabola[j]];
            assert!((found - wanted).abs() < 1e-9, "{tube:?}: {found} is not {wanted}");
        }
        // −∂p/∂x = −μ ∇²u, and p = 0 at the outlet, half a cell beyond the last centre.
        let gradient = if axisymmetric { 4.0 } else { 2.0 } * scale * dynamic_viscosity;
        let wanted = 0.5 * gradient * length / 64.0;
        let found = state[[2, 63, 5, 0]];
        assert!((found / wanted - 1.0).abs() < 1e-8, "{tube:?}: {found} is not {wanted}");
    }
}
