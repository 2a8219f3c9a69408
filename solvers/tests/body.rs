//! Physical properties of flow past a cylinder.

use data::{State, rng};
use ndarray::s;
use solvers::problems::{Cylinder, Inflow, Walls};
use solvers::{Problem, Solver, SolverError};

fn start(problem: &Cylinder, cells: [usize; 3]) -> (Box<dyn Solver>, State) {
    let grid = problem.grid(cells).expect("the cells suit the problem");
    let mut state = problem.initial(&grid, &mut rng(0, 0));
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    // Without the initial perturbation.
    state.slice_mut(s![..2, .., .., ..]).fill(0.0);
    solver.load(&state).expect("an initial state fits its grid");
    (solver, state)
}

/// Drag and lift coefficients, and the pressure difference.
fn monitors(solver: &dyn Solver) -> [f64; 3] {
    let mut values = [0.0; 3];
    solver.monitor(&mut values);
    values
}

/// The steady benchmark with half the published length behind the cylinder, which does not affect the drag.
fn schaefer_turek_steady() -> Cylinder {
    Cylinder {
        inlet_velocity: 0.2,
        density: 1.0,
        dynamic_viscosity: Some(1e-3),
        diameter: 0.1,
        upstream: 0.2,
        downstream: 0.9,
        below: 0.2,
        above: 0.21,
        inflow: Inflow::Parabolic,
        ..Cylinder::default()
    }
}

#[test]
fn drag_is_that_of_schaefer_and_turek_on_ten_cells() {
    let (mut solver, _) = start(&schaefer_turek_steady(), [110, 41, 1]);
    let progress = solver.advance(5.0).expect("the flow is stable");
    let [drag, _, drop] = monitors(solver.as_ref());
    // Published: 5.5795 and 0.11752. Discretization errors on 10 cells are 1 % and 5 %, four times those on 20.
    assert!((drag / 5.5795 - 1.0).abs() < 0.01, "drag coefficient {drag}");
    assert!((drop / 0.117_52 - 1.0).abs() < 0.05, "pressure drop {drop}");
    assert!(progress.divergence < 1e-12, "{progress:?}");
}

#[test]
fn a_symmetric_flow_has_no_lift() {
    // An integer and a half-integer number of cells from the axis to the walls.
    for cells in [[88, 48, 1], [90, 51, 1]] {
        let (mut solver, _) =
            start(&Cylinder { reynolds: Some(100.0), ..Cylinder::default() }, cells);
        solver.advance(0.02).expect("the flow is stable");
        let [drag, lift, _] = monitors(solver.as_ref());
        assert!(drag > 1.0 && lift.abs() < 1e-9, "drag {drag}, lift {lift:.1e}");
    }
}

#[test]
fn free_slip_walls_do_not_slow_the_flow() {
    let still = |walls| Cylinder { walls, reynolds: Some(100.0), ..Cylinder::default() };
    let near_wall = |problem: &Cylinder| {
        let (mut solver, mut state) = start(problem, [88, 48, 1]);
        solver.advance(0.1).expect("the flow is stable");
        solver.store(&mut state);
        state[[0, 70, 0, 0]]
    };
    let [free_slip, no_slip] = [Walls::Slip, Walls::NoSlip].map(|walls| near_wall(&still(walls)));
    // Continuity: the flow beside the wake is slightly faster than the inflow.
    let is_right = free_slip > 1.0 && free_slip < 1.2 && no_slip < 0.5;
    assert!(is_right, "{free_slip} at free-slip walls, {no_slip} at no-slip walls");
}

#[test]
fn velocity_and_pressure_vanish_in_the_solid() {
    let (mut solver, mut state) = start(&Cylinder::default(), [88, 48, 1]);
    solver.advance(0.02).expect("the flow is stable");
    solver.store(&mut state);
    for ((i, j, _), fluid) in state.slice(s![3, .., .., ..]).indexed_iter() {
        assert!((0.0..=1.0).contains(fluid));
        if *fluid == 0.0 {
            let moving = state.slice(s![..3, i, j, 0]).iter().any(|value| *value != 0.0);
            assert!(!moving, "cell ({i}, {j}) is solid");
        }
    }
}

#[test]
fn cylinders_at_a_boundary_are_refused() {
    let near = Cylinder { below: 0.011, ..Cylinder::default() };
    let grid = near.grid([64, 32, 1]).expect("the cells suit the problem");
    let error = near.solver(&grid).err().expect("half a cell is left below");
    assert!(matches!(error, SolverError::Grid { axis: 1, cells: 32, .. }), "{error}");
}

#[test]
fn unresolved_vortex_streets_stay_stable() {
    // Two, five and ten cells per diameter; the boundary layer is 1/30 of the diameter thick.
    for cells in [[24, 16, 1], [64, 32, 1], [128, 64, 1]] {
        let fast = Cylinder { reynolds: Some(1000.0), ..Cylinder::default() };
        let (mut solver, _) = start(&fast, cells);
        solver.advance(10.0 * fast.time_scale()).expect("the flow is stable");
        let [drag, ..] = monitors(solver.as_ref());
        assert!(drag > 0.0 && drag < 10.0, "drag coefficient {drag} on {cells:?}");
    }
}
