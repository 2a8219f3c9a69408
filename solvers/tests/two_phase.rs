//! Physical properties of the two-phase solver.

use data::{Axis, Boundary, Grid, State};
use ndarray::s;
use solvers::problems::{Column, Dam, Tube};
use solvers::two_phase::{BoundaryCondition, Domain, Fluid, Fluids, Side, TwoPhase};
use solvers::verify::Advection;
use solvers::{Problem, Solver, SolverError};

const WATER: Fluid = Fluid { density: 1000.0, dynamic_viscosity: 1e-3 };
const FLUIDS: Fluids =
    Fluids { water: WATER, air: Fluid::AIR, gravity: 9.81, surface_tension: 0.0 };

fn square(cells: usize) -> Grid {
    let axis = || Axis::uniform(cells, 0.0, 1.0, [Boundary::REST; 2]);
    Grid::plane(axis(), axis())
}

fn started(problem: &dyn Problem, cells: [usize; 3]) -> (Box<dyn Solver>, State) {
    let grid = problem.grid(cells).expect("the cells suit the problem");
    let state = problem.initial(&grid, &mut data::rng(0, 0));
    let mut solver = problem.solver(&grid).expect("a problem solves its own grid");
    solver.load(&state).expect("an initial state fits its grid");
    (solver, state)
}

fn largest_speed(state: &State) -> f64 {
    state.slice(s![..2, .., .., ..]).iter().fold(0.0, |most: f64, u| most.max(u.abs()))
}

fn water(solver: &dyn Solver) -> f64 {
    let mut monitors = [0.0; 2];
    solver.monitor(&mut monitors);
    monitors[0]
}

#[test]
fn a_reversing_vortex_restores_shapes_and_their_volume() {
    let [coarse, fine] =
        [32, 64].map(|cells| Advection::Vortex.distortion(cells, 1.0).expect("the box suits"));
    // The largest published error of piecewise-linear schemes.
    assert!(fine.absolute < 0.01 && coarse.absolute < 0.0478, "{coarse:?} {fine:?}");
    // Round-off of about 10⁴ volumes.
    assert!(fine.drift < 1e-13 && fine.clipped < 1e-13, "{fine:?}");
}

#[test]
fn water_under_air_stays_at_rest() {
    for surface in [0.5, 0.37] {
        let mut solver =
            TwoPhase::new(&square(32), &Domain::closed(), FLUIDS).expect("the grid suits");
        let mut state = solver.fill([[0.0, 1.0], [0.0, surface]], [0.0; 2]);
        for _ in 0..10 {
            solver.advance(0.1).expect("nothing moves");
        }
        solver.store(&mut state);
        // The tolerance of the projection, relative to the 10 m/s that gravity adds in a second.
        assert!(largest_speed(&state) < 1e-9, "{:.1e} m/s", largest_speed(&state));
        let pressures = [state[[2, 9, 2, 0]], state[[2, 9, 6, 0]]];
        let weight = 1000.0 * 9.81 * 4.0 / 32.0;
        assert!((pressures[0] - pressures[1] - weight).abs() < 1e-6 * weight, "{pressures:?}");
    }
}

#[test]
fn a_falling_drop_keeps_its_shape_and_speed() {
    // In air of negligible density and viscosity a drop falls freely. Momentum fluxes that are inconsistent with
    // the mass fluxes would destroy it immediately.
    let air = Fluid { density: 1e-3, dynamic_viscosity: 1e-8 };
    let fluids = Fluids {
        water: Fluid { density: 1000.0, dynamic_viscosity: 0.0 },
        air,
        gravity: 10.0,
        surface_tension: 0.0,
    };
    let sides = || [Side::uniform(BoundaryCondition::Open), Side::uniform(BoundaryCondition::Open)];
    let domain = Domain { sides: [sides(), sides()], obstacle: None };
    let mut solver = TwoPhase::new(&square(32), &domain, fluids).expect("the grid suits");
    let mut state = solver.fill([[0.4, 0.6], [0.7, 0.9]], [0.0; 2]);
    let before = water(&solver);
    solver.advance(0.3).expect("falling is stable");
    solver.store(&mut state);
    // Half a cell below the middle of the drop, which has fallen by g t²/2 = 0.45 m.
    let v = state[[1, 16, 10, 0]];
    assert!((v + 3.0).abs() < 1e-3, "falls at {v} m/s");
    assert!((water(&solver) / before - 1.0).abs() < 1e-12);
}

#[test]
fn a_column_keeps_its_water_until_it_leaves() {
    for barrier_height in [0.0, 0.048] {
        let column = Column { barrier_height, ..Column::default() };
        let (mut solver, mut state) = started(&column, [48, 48, 1]);
        let before = water(solver.as_ref());
        let progress = solver.advance(0.25).expect("the column is stable");
        solver.store(&mut state);
        assert!((before - 0.146 * 0.292).abs() < 1e-12);
        let drift = (water(solver.as_ref()) / before - 1.0).abs();
        assert!(drift < 1e-12 * progress.steps as f64, "{drift:.1e}");
        let fractions = state.slice(s![3, .., .., 0]);
        assert!(fractions.iter().all(|f| (0.0..=1.0).contains(f)));
        // A bound on the speed: three times that of free fall from the top of the column.
        assert!(largest_speed(&state) < 3.0 * (2.0 * 9.81 * 0.292_f64).sqrt(), "{state}");
    }
}

#[test]
fn dams_fill_at_the_rate_of_their_inlet() {
    let dam = Dam { inlet_velocity: 0.5, ..Dam::default() };
    let (mut solver, _) = started(&dam, [60, 16, 1]);
    let before = water(solver.as_ref());
    solver.advance(0.2).expect("the dam is stable");
    let gained = water(solver.as_ref()) - before;
    // Water has not reached the outlet; the residual divergence of every step remains.
    assert!((gained - 0.5 * 0.1 * 0.2).abs() < 1e-10, "{gained}");
}

#[test]
fn water_pushes_air_out_of_tubes_of_any_shape() {
    for (diameter, density, dynamic_viscosity) in [(0.1, 1000.0, 0.01), (0.01, 10.0, 1.0)] {
        let tube =
            Tube { two_phase: true, diameter, density, dynamic_viscosity, ..Tube::default() };
        let (mut solver, mut state) = started(&tube, [48, 16, 1]);
        solver.advance(0.5).expect("the tube is stable");
        solver.store(&mut state);
        // Half the length is filled, and no water has reached the outlet.
        let filled = water(solver.as_ref()) / diameter;
        assert!((filled - 0.5).abs() < 1e-9, "{filled} m are full");
        let through = state.slice(s![0, 40, .., 0]).mean().expect("there are cells");
        assert!((through - 1.0).abs() < 1e-9, "{through} m/s leave");
    }
}

#[test]
fn a_viscous_light_liquid_does_not_oscillate() {
    let dam = Dam { dynamic_viscosity: 1.0, density: 10.0, ..Dam::default() };
    let (mut solver, mut state) = started(&dam, [64, 16, 1]);
    solver.advance(0.8).expect("the dam is stable");
    solver.store(&mut state);
    // The largest speed is about that of the inflow. A viscous step that included the previous pressure
    // oscillated at 3 m/s.
    assert!(largest_speed(&state) < 2.0, "{} m/s", largest_speed(&state));
}

#[test]
fn viscosity_does_not_limit_the_step() {
    let steps = |dynamic_viscosity| {
        let dam = Dam { dynamic_viscosity, density: 10.0, ..Dam::default() };
        let (mut solver, _) = started(&dam, [60, 16, 1]);
        solver.advance(0.2).expect("the dam is stable").steps
    };
    let (viscous, thin) = (steps(1.0), steps(0.01));
    // An explicit viscous term would take 40 times as many steps: h²/4ν is 1.6 ms at μ = 1 Pa·s in water, and a
    // tenth of that in cells that contain mostly air.
    assert!(viscous < 2 * thin, "{viscous} steps at μ = 1 Pa·s, {thin} at 0.01");
}

#[test]
fn a_state_that_is_not_finite_is_refused_with_its_place() {
    let column = Column::default();
    let (mut solver, mut state) = started(&column, [16, 16, 1]);
    state[[0, 3, 4, 0]] = f64::NAN;
    let error = solver.load(&state).expect_err("the state is not finite");
    assert!(matches!(error, SolverError::BlowUp { step: 0, i: 3, j: 4, .. }), "{error}");
}

#[test]
fn surface_tension_slows_the_spreading_of_small_columns() {
    // ρ g H²/σ = 2: surface tension balances gravity.
    let reach = |surface_tension| {
        let column = Column {
            column_width: 0.002,
            column_height: 0.004,
            width: 0.008,
            height: 0.008,
            surface_tension,
            ..Column::default()
        };
        let (mut solver, mut state) = started(&column, [32, 32, 1]);
        let before = water(solver.as_ref());
        solver.advance(0.03).expect("the column is stable");
        solver.store(&mut state);
        assert!((water(solver.as_ref()) / before - 1.0).abs() < 1e-10);
        // The extent of the water along the floor, in cells.
        (0..32).map(|i| state[[3, i, 0, 0]]).sum::<f64>()
    };
    let (free, held) = (reach(0.0), reach(0.072));
    assert!(held < free - 2.0, "{held} cells with a surface, {free} without");
}

#[test]
fn surface_tension_limits_the_step_to_that_of_the_shortest_capillary_wave() {
    let steps = |surface_tension| {
        let column = Column { surface_tension, ..Column::default() };
        let (mut solver, _) = started(&column, [32, 32, 1]);
        solver.advance(0.05).expect("the column is stable").steps
    };
    // √((ρ + ρₐ) h³/4πσ) is 0.7 s at σ = 10⁻³ N/m, and 1.56 ms at 200 N/m.
    let (loose, tight) = (steps(1e-3), steps(200.0));
    assert!(tight >= 32 && loose < tight / 2, "{loose} and {tight} steps");
}
