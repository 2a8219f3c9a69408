//! Standing capillary waves.

use super::certificate::{Check, Table};
use super::convergence::order;
use super::published::{PROSPERETTI, capillary_wave};
use crate::two_phase::{BoundaryCondition, Domain, Fluid, Fluids, Side, TwoPhase};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid, State};
use std::f64::consts::{PI, TAU};

/// The amplitude over about four periods against the linear theory of viscous waves.
pub(super) fn standing_waves(resolutions: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const ORDER: &str = "curvature, advection and pressure are second order; 0.5 allows for the small number of cells per wavelength";
    const SMALL: &str = "0.5 % of the amplitude";
    let heads = ["cells per wavelength", "density ratio", "error, rms", "order"];
    let title = "Standing capillary wave, amplitude over the initial one, ω₀t ≤ 25";
    let mut table = Table::new(title, PROSPERETTI, &heads);
    let mut checks = Vec::new();
    for (column, ratio) in [1.0, 1000.0].into_iter().enumerate() {
        let mut last: Option<(usize, f64)> = None;
        // Half as many cells per wavelength as elsewhere: the step is proportional to h^{3/2}.
        for cells in resolutions.iter().map(|cells| cells / 2).filter(|&cells| cells <= 64) {
            let error = wave_error(cells, ratio, column)?;
            let order = last.map(|(before, old)| order([before, cells], [old, error]));
            table.rows.push(vec![cells.into(), ratio.into(), error.into(), order.into()]);
            if let Some(order) = order {
                let name = format!("order of the capillary wave to {cells} cells, {ratio}:1");
                checks.push(Check::at_least(name, order, 1.5, "", ORDER));
            }
            if cells >= 64 {
                let name = format!("capillary wave on {cells} cells, {ratio}:1");
                checks.push(Check::at_most(name, error, 5e-3, "of the amplitude", SMALL));
            }
            last = Some((cells, error));
        }
    }
    Ok((table, checks))
}

/// The initial amplitude in wavelengths, small enough for linear theory.
const AMPLITUDE: f64 = 0.01;

/// The root-mean-square difference between a(t) and theory over the initial amplitude.
fn wave_error(cells: usize, ratio: f64, column: usize) -> Result<f64, SolverError> {
    let densities = [1.0, 1.0 / ratio];
    let frequency = (TAU.powi(3) / (densities[0] + densities[1])).sqrt();
    // ν k²/ω₀ is the same for all, that of La = 3000 with equal densities.
    let damping = (1.0_f64 / 3000.0).sqrt() / (0.5 * TAU.powi(3)).sqrt();
    let fluid = |density| Fluid { density, dynamic_viscosity: density * damping * frequency };
    let fluids = Fluids {
        water: fluid(densities[0]),
        air: fluid(densities[1]),
        gravity: 0.0,
        surface_tension: 1.0,
    };
    // Half a wavelength between free-slip walls, three wavelengths high.
    let [nx, ny] = [cells / 2, 3 * cells];
    let axis = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::REST; 2]);
    let side = || Side::uniform(BoundaryCondition::FreeSlip);
    let domain = Domain { sides: [[side(), side()], [side(), side()]], obstacle: None };
    let mut solver = TwoPhase::new(&Grid::plane(axis(nx, 0.5), axis(ny, 3.0)), &domain, fluids)?;
    let h = 1.0 / cells as f64;
    let mut state = State::from_shape_fn((4, nx, ny, 1), |(channel, i, j, _)| {
        let height = (1.5 + AMPLITUDE * mode(i, h)) / h - j as f64;
        if channel == 3 { height.clamp(0.0, 1.0) } else { 0.0 }
    });
    solver.load(&state)?;
    let (mut now, mut squares, mut count) = (0.0, 0.0, 0.0);
    for [time, wanted] in capillary_wave(column) {
        solver.advance((time - now) / frequency)?;
        solver.store(&mut state);
        now = time;
        squares += (amplitude(&state, h) / AMPLITUDE - wanted).powi(2);
        count += 1.0;
    }
    Ok((squares / count).sqrt())
}

/// The mean of cos 2πx over a column of cells.
fn mode(i: usize, h: f64) -> f64 {
    let centre = (i as f64 + 0.5) * h;
    (TAU * centre).cos() * (PI * h).sin() / (PI * h)
}

/// The coefficient of cos 2πx in the heights of water.
fn amplitude(state: &State, h: f64) -> f64 {
    let (nx, ny) = (state.shape()[1], state.shape()[2]);
    let height = |i: usize| (0..ny).map(|j| state[[3, i, j, 0]]).sum::<f64>() * h;
    let [part, whole] = (0..nx).fold([0.0; 2], |[part, whole], i| {
        [part + mode(i, h) * height(i), whole + mode(i, h) * mode(i, h)]
    });
    part / whole
}
