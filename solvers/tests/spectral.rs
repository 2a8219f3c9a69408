//! Physical properties of the spectral solver.

use data::{Axis, Boundary, Grid, State, rng};
use ndarray::s;
use solvers::problems::{DecayingTurbulence, Kolmogorov, ShearLayer, TaylorGreen};
use solvers::spectral::Spectral;
use solvers::verify::Errors;
use solvers::{Problem, Solver, SolverError};

fn square(cells: usize) -> Grid {
    boxed([cells, cells], [1.0, 1.0])
}

fn boxed(cells: [usize; 2], lengths: [f64; 2]) -> Grid {
    let axis =
        |axis: usize| Axis::uniform(cells[axis], 0.0, lengths[axis], [Boundary::Periodic; 2]);
    Grid::plane(axis(0), axis(1))
}

/// Some modes of all directions with wavenumbers up to 3.
fn modes([m, n]: [i64; 2]) -> [f64; 2] {
    if m.abs() > 3 || n.abs() > 3 {
        return [0.0; 2];
    }
    let angle = (m * n) as f64 + 1.0;
    let sign = if n < 0 || (n == 0 && m < 0) { -1.0 } else { 1.0 };
    [angle.cos(), sign * angle.sin()]
}

fn started(grid: &Grid, nu: f64, mean_velocity: [f64; 2]) -> (Spectral, State) {
    let mut solver = Spectral::new(grid, 1.0, nu).expect("the grid is periodic");
    solver.start(mean_velocity, modes);
    let [nx, ny, nz] = grid.cells();
    (solver, State::zeros((4, nx, ny, nz)))
}

fn largest(state: &State) -> f64 {
    state.iter().fold(0.0, |most, value| value.abs().max(most))
}

#[test]
fn a_stored_state_can_be_loaded_again() {
    let grid = boxed([24, 18], [1.0, 0.7]);
    let (solver, mut state) = started(&grid, 1e-3, [0.3, -0.2]);
    solver.store(&mut state);
    let mut other = Spectral::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
    other.load(&state).expect("the state fits");
    let mut again = state.clone();
    other.store(&mut again);
    // Round-off of some hundred operations on numbers of the order of the largest.
    assert!(largest(&(&again - &state)) < 1e-13 * largest(&state));
}

/// The cell average ⟨∂φ/∂x⟩ is the difference of face values over dx. Face values are approximated to fourth
/// order from cell averages, which suffices for long waves on small cells.
#[test]
fn vorticity_is_the_curl_of_a_velocity_without_divergence() {
    let (cells, lengths) = ([192, 160], [1.0, 0.7]);
    let (solver, mut state) = started(&boxed(cells, lengths), 1e-3, [0.3, -0.2]);
    solver.store(&mut state);
    let at = |channel: usize, i: usize, j: usize| state[[channel, i % cells[0], j % cells[1], 0]];
    let face = |a: f64, b: f64, c: f64, d: f64| (7.0 * (b + c) - (a + d)) / 12.0;
    let (nx, ny) = (cells[0], cells[1]);
    let derivative_x = |channel, i: usize, j| {
        let f = |i: usize| {
            face(
                at(channel, i + nx - 2, j),
                at(channel, i + nx - 1, j),
                at(channel, i, j),
                at(channel, i + 1, j),
            )
        };
        (f(i + 1) - f(i)) / lengths[0] * nx as f64
    };
    let derivative_y = |channel, i, j: usize| {
        let f = |j: usize| {
            face(
                at(channel, i, j + ny - 2),
                at(channel, i, j + ny - 1),
                at(channel, i, j),
                at(channel, i, j + 1),
            )
        };
        (f(j + 1) - f(j)) / lengths[1] * ny as f64
    };
    let scale = largest(&state);
    for (i, j) in [(0, 0), (5, 100), (77, 31), (191, 159)] {
        let divergence = derivative_x(0, i, j) + derivative_y(1, i, j);
        let curl = derivative_x(1, i, j) - derivative_y(0, i, j);
        // (k h)⁴/30 with k h ≤ 2π 3/160, times about five modes that add up.
        assert!(divergence.abs() < 1e-5 * scale, "divergence {divergence:.1e} of {scale:.1}");
        assert!((curl - at(3, i, j)).abs() < 1e-5 * scale, "{curl} is not {}", at(3, i, j));
    }
}

#[test]
fn a_transposed_flow_is_the_same_flow() {
    let run = |transposed: bool| {
        let (cells, lengths) = ([32, 24], [1.0, 0.8]);
        let exchange = |pair: [f64; 2]| if transposed { [pair[1], pair[0]] } else { pair };
        let grid = boxed(if transposed { [24, 32] } else { cells }, exchange(lengths));
        let mut solver = Spectral::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
        // A reflection about the diagonal changes the sign of vorticity.
        let sign = if transposed { -1.0 } else { 1.0 };
        let start =
            |[m, n]: [i64; 2]| modes(if transposed { [n, m] } else { [m, n] }).map(|x| sign * x);
        solver.start(exchange([0.3, -0.2]), start);
        solver.advance(0.5).expect("the flow is stable");
        let [nx, ny, _] = grid.cells();
        let mut state = State::zeros((4, nx, ny, 1));
        solver.store(&mut state);
        state
    };
    let (flow, transposed) = (run(false), run(true));
    for ((channel, i, j, k), value) in flow.indexed_iter() {
        let sign = if channel == 3 { -1.0 } else { 1.0 };
        let other = sign * transposed[[[1, 0, 2, 3][channel], j, i, k]];
        assert!((value - other).abs() < 1e-11, "channel {channel} at ({i}, {j}): {value} {other}");
    }
}

/// A mean flow advects the flow unchanged, up to an error of fourth order in time.
#[test]
fn a_mean_flow_only_moves_the_flow() {
    let evolved = |mean_velocity: [f64; 2], steps: u32| {
        let (mut solver, mut state) = started(&square(32), 1e-3, mean_velocity);
        for _ in 0..steps {
            solver.advance(0.5 / f64::from(steps)).expect("the flow is stable");
        }
        solver.store(&mut state);
        state
    };
    // Ten cells along x and −5 along y.
    let mean_velocity = [0.625, -0.3125];
    let [coarse, fine] = [200, 400].map(|steps| {
        let (still, moving) = (evolved([0.0; 2], steps), evolved(mean_velocity, steps));
        still.indexed_iter().fold(0.0, |most: f64, ((channel, i, j, k), value)| {
            let moved = moving[[channel, (i + 10) % 32, (j + 27) % 32, k]];
            let mean = [mean_velocity[0], mean_velocity[1], 0.0, 0.0][channel];
            most.max((moved - mean - value).abs())
        })
    });
    // 2⁴ = 16 for sufficiently short steps.
    assert!(fine < coarse / 14.0 && fine < 1e-5, "off by {coarse:.1e}, then {fine:.1e}");
}

#[test]
fn without_viscosity_energy_and_enstrophy_are_conserved() {
    let mut found = [[0.0; 3]; 2];
    let (mut solver, _) = started(&square(32), 1e-12, [0.0; 2]);
    solver.monitor(&mut found[0]);
    for _ in 0..400 {
        solver.advance(0.5 / 400.0).expect("the flow is stable");
    }
    solver.monitor(&mut found[1]);
    let [energy, enstrophy] = [0, 1].map(|k| (found[1][k] / found[0][k] - 1.0).abs());
    // The truncated equations conserve both; the change is the error in time.
    assert!(energy < 1e-9 && enstrophy < 1e-9, "lost {energy:.1e} and {enstrophy:.1e}");
    assert!((found[1][2] / found[0][2] - 1.0).abs() > 0.1, "nothing cascaded: {found:?}");
}

#[test]
fn drag_decays_the_mean_flow_and_all_modes_at_the_same_rate() {
    let grid = square(16);
    let solver = Spectral::new(&grid, 1.0, 1e-15).expect("the grid is periodic");
    let mut solver = solver.with_drag(2.0);
    // A single wavenumber does not advect itself.
    let one = |index: [i64; 2]| [if index == [0, 2] || index == [0, -2] { 1.0 } else { 0.0 }, 0.0];
    solver.start([0.5, 0.0], one);
    let mut state = [0, 1].map(|_| State::zeros((4, 16, 16, 1)));
    solver.store(&mut state[0]);
    solver.advance(0.7).expect("the flow is stable");
    solver.store(&mut state[1]);
    let difference = &state[1] - &state[0] * (-1.4_f64).exp();
    let velocity = difference.slice(s![..2, .., .., ..]).to_owned();
    // The effect of viscosity is 1 − exp(−ν k² t) = 1e-13.
    assert!(largest(&velocity) < 1e-12, "{:.1e}", largest(&velocity));
}

#[test]
fn pressure_has_zero_mean_and_scales_with_density() {
    let run = |density: f64| {
        let grid = square(16);
        let mut solver = Spectral::new(&grid, density, 1e-3).expect("the grid is periodic");
        solver.start([0.1, 0.2], modes);
        let mut state = State::zeros((4, 16, 16, 1));
        solver.store(&mut state);
        state.slice(s![2, .., .., 0]).to_owned()
    };
    let (light, heavy) = (run(1.0), run(1000.0));
    let largest = light.fold(0.0, |most: f64, p| most.max(p.abs()));
    assert!(largest > 1e-3 && light.mean().expect("there are cells").abs() < 1e-14);
    assert!((&light * 1000.0 - heavy).iter().all(|p| p.abs() < 1e-11 * largest));
}

#[test]
fn an_interval_is_hit_exactly() {
    // The decay of the vortices is exact in time for any steps.
    let vortices =
        TaylorGreen { reynolds: 50.0, translation_velocity: 0.0, ..TaylorGreen::default() };
    let grid = vortices.grid([16, 16, 1]).expect("the cells are even");
    let mut solver = vortices.solver(&grid).expect("the grid is periodic");
    let mut state = vortices.initial(&grid, &mut rng(0, 0));
    solver.load(&state).expect("the state fits");
    for interval in [0.1, 0.0137, 1.0 / 3.0] {
        solver.advance(interval).expect("the flow is stable");
    }
    solver.store(&mut state);
    let exact = vortices.exact(&grid, 0.1 + 0.0137 + 1.0 / 3.0).expect("it is known");
    assert!(largest(&(&state - &exact)) < 1e-13);
}

/// Half the cells hold half the wavenumbers: a long wave is the same on both.
#[test]
fn a_start_does_not_depend_on_the_grid() {
    let on = |cells| {
        let (solver, mut state) = started(&square(cells), 1e-3, [0.3, -0.2]);
        solver.store(&mut state);
        state
    };
    let coarse = data::restrict(on(96).view(), &square(96), [16, 16, 1]);
    assert!(largest(&(coarse - on(16))) < 1e-12);
}

#[test]
fn flows_that_blow_up_say_where_and_when() {
    let grid = square(16);
    let (mut solver, mut state) = started(&grid, 1e-3, [0.0; 2]);
    state[[3, 3, 4, 0]] = f64::NAN;
    let error = solver.load(&state).expect_err("the state is not finite");
    assert!(matches!(error, SolverError::BlowUp { step: 0, .. }), "{error}");
    let mut solver = Spectral::new(&grid, 1.0, 1e-3).expect("the grid is periodic");
    solver.start([0.0; 2], |index| modes(index).map(|x| 1e160 * x));
    let error = solver.advance(1e-160).expect_err("squares overflow");
    let SolverError::BlowUp { time, step, speed, .. } = error else { panic!("{error}") };
    assert!(step == 1 && time > 0.0 && time <= 1e-160, "at {time} in step {step}");
    assert!(speed > 1e158 && speed.is_finite(), "the speed was {speed}");
}

#[test]
fn intervals_of_too_many_steps_are_refused() {
    let (mut solver, _) = started(&square(16), 1e-3, [1e12, 0.0]);
    let error = solver.advance(1.0).expect_err("this takes 10¹³ steps");
    assert!(matches!(error, SolverError::Collapse { step: 0, .. }), "{error}");
}

#[test]
fn odd_cells_and_walls_are_refused() {
    let error = Spectral::new(&square(15), 1.0, 1.0).err().expect("15 is odd");
    assert_eq!(
        error.to_string(),
        "axis 0 has 15 cells, and the spectral method needs an even number, at least 8"
    );
    let axis = |ends| Axis::uniform(16, 0.0, 1.0, ends);
    let walled = Grid::plane(axis([Boundary::Periodic; 2]), axis([Boundary::REST; 2]));
    let error = Spectral::new(&walled, 1.0, 1.0).err().expect("there are walls");
    assert!(matches!(error, SolverError::Boundaries { axis: 1, .. }));
}

#[test]
fn laminar_flow_under_a_force_is_exact() {
    let laminar = Kolmogorov { start_speed: 0.0, ..Kolmogorov::default() };
    let errors = Errors::of(&laminar, 32, 5.0).expect("the flow is stable");
    // Laminar speed 2/s after 5 s; each of some 30 steps rounds.
    assert!(errors.velocity_max < 1e-13 && errors.pressure < 1e-13, "{errors:?}");
}

#[test]
fn shear_layers_have_the_published_profile() {
    let layer = ShearLayer { length: 2.0, speed: 3.0, ..ShearLayer::default() };
    let grid = layer.grid([64, 256, 1]).expect("the cells are even");
    let state = layer.initial(&grid, &mut rng(0, 0));
    // Averages over cells of tanh s(¼ − |Y − ½|), whose integral is −ln cosh/s, and of sin 2πX.
    let antiderivative = |y: f64| (30.0 * (y - 0.25)).cosh().ln() / 30.0;
    for j in 0..128 {
        let (low, high) = (j as f64 / 256.0, (j + 1) as f64 / 256.0);
        let u = 3.0 * 256.0 * (antiderivative(high) - antiderivative(low));
        for (j, x) in [(j, 7), (255 - j, 40)] {
            // The images are e^(−s/2) = 3e-7; what 256 cells leave out is less.
            assert!((state[[0, x, j, 0]] - u).abs() < 3.0 * 1e-6, "u = {u} at {j}");
        }
    }
    for i in 0..64 {
        let x = std::f64::consts::TAU * (i as f64 + 0.5) / 64.0;
        let mean = (std::f64::consts::PI / 64.0).sin() / (std::f64::consts::PI / 64.0);
        let v = 0.05 * 3.0 * x.sin() * mean;
        assert!((state[[1, i, 9, 0]] - v).abs() < 1e-14, "v = {v} at {i}");
    }
}

#[test]
fn random_starts_have_the_energy_asked_for_on_every_grid() {
    let turbulence = DecayingTurbulence { speed: 3.0, length: 0.4, ..Default::default() };
    let on = |cells: usize| {
        let grid = turbulence.grid([cells, cells, 1]).expect("the cells are even");
        turbulence.initial(&grid, &mut rng(5, 17))
    };
    let (coarse, fine) = (on(64), on(192));
    let grid = turbulence.grid([192, 192, 1]).expect("the cells are even");
    let mut solver = turbulence.solver(&grid).expect("the grid is periodic");
    solver.load(&fine).expect("the state fits");
    let mut energy = [0.0];
    solver.monitor(&mut energy);
    assert!((energy[0] / 4.5 - 1.0).abs() < 1e-12, "energy {}", energy[0]);
    // Both grids hold all 24 wavenumbers of the start; the products in p have twice as many.
    let difference = data::restrict(fine.view(), &grid, [64, 64, 1]) - &coarse;
    let velocity = difference.slice(s![..2, .., .., ..]).to_owned();
    assert!(largest(&velocity) < 1e-12 * largest(&coarse));
    let other = turbulence.initial(&grid, &mut rng(5, 18));
    assert!(largest(&(other - fine)) > 1.0, "two samples are alike");
}
