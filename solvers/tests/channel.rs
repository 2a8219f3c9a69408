//! Flow between two walls: conservation, exact solutions, orders.

use data::{Axis, Boundary, Grid, State, rng};
use solvers::channel::{Channel, Closure, Drive, WallCondition, stretched};
use solvers::{Problem, Solver, problems};
use std::f64::consts::{PI, TAU};

fn grid(cells: [usize; 3]) -> Grid {
    let along = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::Periodic; 2]);
    Grid { axes: [along(cells[0], TAU), stretched(cells[1], 1.0, 1.8), along(cells[2], PI)] }
}

/// Smooth random motion in large scales, at rest at the walls.
fn motion(flow: &mut Channel, cells: usize) {
    let y = |j: usize| (j as f64 + 0.5) / cells as f64;
    flow.start(|[m, n], j| {
        let is_large = m.abs() <= 2 && n <= 2 && [m, n] != [0, 0] && (n > 0 || m > 0);
        let shape = (PI * y(j)).sin();
        let phase = |k: f64| (k + 3.0 * m as f64 + 5.0 * n as f64).sin();
        let part =
            |k: f64| if is_large { [shape * phase(k), shape * phase(k + 1.0)] } else { [0.0; 2] };
        if [m, n] == [0, 0] {
            [[shape, 0.0], [0.0; 2], [0.0; 2]]
        } else {
            [part(0.3), part(1.7), part(0.9)]
        }
    });
}

/// The relative change of the energy without viscosity at t = 0.2, in steps of `dt`.
fn drift(dt: f64) -> f64 {
    let cells = [16, 24, 16];
    let nu = 1e-300; // viscosity is positive
    let mut flow =
        Channel::new(&grid(cells), 1.0, nu, Drive::Gradient(0.0), WallCondition::FreeSlip)
            .expect("the grid is that of a channel");
    motion(&mut flow, cells[1]);
    let before = flow.energy();
    for _ in 0..(0.2 / dt).round() as usize {
        flow.advance(dt).expect("the flow is stable");
    }
    (flow.energy() - before) / before
}

#[test]
fn energy_drifts_with_the_third_power_of_the_step_and_not_in_space() {
    let [coarse, fine] = [1e-3, 5e-4].map(drift);
    let order = (coarse / fine).abs().log2();
    // 0.1: steps outside the asymptotic range.
    assert!(order > 2.9, "order {order} of {coarse:e}, {fine:e}");
}

#[test]
fn laminar_flow_has_order_two_in_both_drives() {
    let (nu, height) = (0.5, 1.0);
    for drive in [Drive::Gradient(-1.0), Drive::Flux(2.0 / 3.0)] {
        let errors = [16, 32].map(|cells| {
            let mut flow =
                Channel::new(&grid([8, cells, 8]), 1.0, nu, drive, WallCondition::NoSlip)
                    .expect("the grid is that of a channel");
            flow.start(|m, _| {
                if m == [0, 0] { [[2.0 / 3.0, 0.0], [0.0; 2], [0.0; 2]] } else { [[0.0; 2]; 3] }
            });
            for _ in 0..400 {
                flow.advance(0.05).expect("the flow is stable");
            }
            let y = grid([8, cells, 8]).axes[1].centres();
            let scale = if let Drive::Flux(_) = drive { 1.0 } else { 1.0 / (2.0 * nu) };
            let exact = y.iter().map(|y| scale * y * (2.0 * height - y));
            let largest = flow.mean_velocity().zip(exact).map(|(u, exact)| (u - exact).abs());
            if let Drive::Flux(bulk) = drive {
                assert!((flow.bulk_velocity() - bulk).abs() < 1e-13, "round-off of {cells} cells");
                let gradient = flow.pressure_gradient();
                assert!((gradient + 2.0 * nu).abs() < 20.0 / (cells * cells) as f64, "{gradient}");
            }
            largest.fold(0.0, f64::max)
        });
        let order = (errors[0] / errors[1]).log2();
        assert!((order - 2.0).abs() < 0.2, "{drive:?}: order {order} of {errors:?}");
    }
}

#[test]
fn the_state_of_a_turbulent_start_is_free_of_divergence_and_reloads_to_round_off() {
    let channel = problems::Channel::default();
    let grid = channel.grid([16, 32, 16]).expect("the cells suit it");
    let state = channel.initial(&grid, &mut rng(0, 0));
    let mut solver = channel.solver(&grid).expect("it solves its own grid");
    solver.load(&state).expect("it fits");
    let progress = solver.advance(0.01).expect("it is stable");
    assert!(progress.divergence < 1e-13, "{progress:?}");
    let mut after = State::zeros(state.dim());
    solver.store(&mut after);
    solver.load(&after).expect("it fits");
    let mut reloaded = State::zeros(state.dim());
    solver.store(&mut reloaded);
    for (channel, symbol) in ["u", "v", "w", "p"].into_iter().enumerate() {
        let [a, b] = [&after, &reloaded].map(|state| state.index_axis(ndarray::Axis(0), channel));
        let norm = |values: ndarray::Array3<f64>| values.mapv(|x| x * x).sum().sqrt();
        let change = norm(&a - &b) / norm(a.to_owned());
        // Round-off of systems whose condition is that of second differences, 10⁴ on this grid.
        assert!(change < 1e-11, "{symbol}: {change}");
    }
}

/// u = u(y) and a little motion across, whose gradient is pure shear to first order.
fn sheared(closure: Closure) -> Vec<f64> {
    let cells = 32;
    let grid = grid([16, cells, 16]);
    let flow = Channel::new(&grid, 1.0, 0.01, Drive::Gradient(-0.02), WallCondition::NoSlip);
    let mut flow = flow.expect("the grid is that of a channel").with_closure(closure);
    let y = grid.axes[1].centres();
    flow.start(|index, j| {
        let u = if index == [0, 0] { y[j] * (2.0 - y[j]) } else { 0.0 };
        [[u, 0.0], [0.0; 2], [0.0; 2]]
    });
    flow.mean_eddy_viscosity()
}

#[test]
fn closures_add_no_viscosity_to_laminar_flow() {
    for closure in [Closure::Wale, Closure::DynamicSmagorinsky] {
        // ν is 0.01; the rest is round-off of products of numbers of order one.
        let largest = sheared(closure).into_iter().fold(0.0, f64::max);
        assert!(largest < 1e-12, "{closure:?}: {largest:e}");
    }
}

/// Near a wall, the fluctuations of u and w grow as y, that of v as y².
#[test]
fn wale_vanishes_at_walls_as_the_cube_of_the_distance() {
    let cells = 96;
    let grid = grid([16, cells, 16]);
    let flow = Channel::new(&grid, 1.0, 0.01, Drive::Gradient(-0.02), WallCondition::NoSlip);
    let mut flow = flow.expect("the grid is that of a channel").with_closure(Closure::Wale);
    let (centres, axis) = (grid.axes[1].centres(), &grid.axes[1]);
    // v = −f cos x cos 2z with f = y² (2 − y)², and u, w = f′/3 sin x cos 2z, f′/3 cos x sin 2z: free of divergence.
    let f = |y: f64| 0.2 * (y * (2.0 - y)).powi(2);
    let slope = |y: f64| 0.2 * 4.0 * y * (2.0 - y) * (1.0 - y);
    flow.start(|[m, n], j| match [m.abs(), n] {
        [0, 0] => [[centres[j] * (2.0 - centres[j]), 0.0], [0.0; 2], [0.0; 2]],
        // Lz = π: n = 1 is the wavenumber 2. Sines and cosines have a quarter of the product at each of four modes.
        [1, 1] => {
            let along = 0.25 * slope(centres[j]) / 3.0;
            [[0.0, -along * m as f64], [-0.25 * f(axis.edges[j]), 0.0], [0.0, -along]]
        }
        _ => [[0.0; 2]; 3],
    });
    let viscosity = flow.mean_eddy_viscosity();
    // Cells from y⁺ about 1 on; the width of cells is taken out, Δ² as the height to the power ⅔.
    let of = |j: usize| viscosity[j] / axis.widths()[j].powf(2.0 / 3.0);
    let order = (of(8) / of(3)).ln() / (centres[8] / centres[3]).ln();
    assert!((order - 3.0).abs() < 0.3, "ν_t grows as y^{order:.2}");
}
