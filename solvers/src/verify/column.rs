//! Verification of two-phase flow: interface advection, hydrostatic equilibrium, collapsing columns, instabilities.

use super::advection::Advection;
use super::certificate::{Certificate, Check, Table};
use super::convergence::order;
use super::published::{self, HE, MARTIN_MOYCE, XIE, advection};
use super::rayleigh_taylor::RayleighTaylor;
use super::{capillary_wave, drop};
use crate::problems::Column;
use crate::two_phase::{Domain, Fluid, Fluids, TwoPhase};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Grid, State, rng};
use std::f64::consts::FRAC_1_SQRT_2;

type Verification = Result<(Table, Vec<Check>), SolverError>;

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "column".into(), ..Default::default() };
    let parts: [fn(&[usize]) -> Verification; 8] = [
        single_vortex,
        slotted_disk,
        hydrostatic_equilibrium,
        fronts_of_columns,
        rayleigh_taylor_instability,
        drop::curvatures,
        drop::static_drops,
        capillary_wave::standing_waves,
    ];
    for part in parts {
        let (table, checks) = part(resolutions)?;
        progress(&table.title);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    }
    Ok(certificate)
}

fn single_vortex(resolutions: &[usize]) -> Verification {
    const WHY: &str = "the largest error of piecewise-linear schemes in the source";
    const ROUNDING: &str = "fluxes cancel to round-off";
    let heads = [
        "cells",
        "Courant number",
        "error [m²]",
        "order",
        "published, least",
        "most",
        "volume change per step",
        "clipped",
    ];
    let mut table = Table::new("Disk in a reversing single vortex, T = 8 s", XIE, &heads);
    let mut checks = Vec::new();
    // One cell per step, and the step of the flow solver, which limits the sum of both axes' Courant numbers to ½.
    for courant in [1.0, 0.5 * FRAC_1_SQRT_2] {
        let mut last: Option<(usize, f64)> = None;
        for &cells in resolutions.iter().filter(|&&cells| cells <= 128) {
            let found = Advection::Vortex.distortion(cells, courant)?;
            let order = last.map(|(before, old)| order([before, cells], [old, found.absolute]));
            let [least, most] = advection("RiderKothe_single_vortex_T8", &cells.to_string());
            table.rows.push(vec![
                cells.into(),
                courant.into(),
                found.absolute.into(),
                order.into(),
                least.into(),
                most.into(),
                found.drift.into(),
                found.clipped.into(),
            ]);
            // Published errors do not state their step. Shorter steps need more reconstructions, each with an error.
            if let Some(most) = most.filter(|_| courant == 1.0) {
                let name = format!("disk in a single vortex on {cells}²");
                checks.push(Check::at_most(name, found.absolute, most, "m²", WHY));
            }
            let name =
                format!("relative change of volume per step of {courant:.2} cells on {cells}²");
            checks.push(Check::at_most(name, found.drift, 1e-12, "", ROUNDING));
            last = Some((cells, found.absolute));
        }
    }
    Ok((table, checks))
}

fn slotted_disk(_: &[usize]) -> Verification {
    const WHY: &str = "the largest error of piecewise-linear schemes in the source";
    let heads = ["cells", "relative error", "published, least", "most", "volume change per step"];
    let mut table = Table::new("Slotted disk, one rotation", XIE, &heads);
    let found = Advection::SlottedDisk.distortion(200, 0.5)?;
    let [least, most] = advection("Zalesak_Rudman_200", "");
    table.rows.push(vec![
        200.into(),
        found.relative.into(),
        least.into(),
        most.into(),
        found.drift.into(),
    ]);
    let most = most.expect("the file has the slotted disk");
    let check = Check::at_most("slotted disk on 200²".into(), found.relative, most, "", WHY);
    Ok((table, vec![check]))
}

fn hydrostatic_equilibrium(resolutions: &[usize]) -> Verification {
    const WHY: &str =
        "the tolerance of the projection, relative to the 10 m/s that gravity adds in a second";
    let mut table =
        Table::new("Water under air, at rest for 1 s", "exact", &["cells", "largest speed [m/s]"]);
    let mut checks = Vec::new();
    for &cells in resolutions {
        let axis = || Axis::uniform(cells, 0.0, 1.0, [Boundary::REST; 2]);
        let fluids = Fluids {
            water: Fluid { density: 1000.0, dynamic_viscosity: 1e-3 },
            air: Fluid::AIR,
            gravity: 9.81,
            surface_tension: 0.0,
        };
        let grid = Grid::plane(axis(), axis());
        let mut solver = TwoPhase::new(&grid, &Domain::closed(), fluids)?;
        let mut state = solver.fill([[0.0, 1.0], [0.0, 0.37]], [0.0; 2]);
        solver.advance(1.0)?;
        solver.store(&mut state);
        let velocities = state.iter().take(2 * cells * cells);
        let speed = velocities.fold(0.0, |most: f64, u| most.max(u.abs()));
        table.rows.push(vec![cells.into(), speed.into()]);
        checks.push(Check::at_most(format!("water at rest on {cells}²"), speed, 1e-8, "m/s", WHY));
    }
    Ok((table, checks))
}

/// Width a of the columns in the experiments, in m.
const BASE: f64 = 0.05715;
/// Fronts are compared up to this position, in column widths. The tank is one width longer.
const REACH: f64 = 5.0;

fn fronts_of_columns(resolutions: &[usize]) -> Verification {
    const WHY: &str = "the two experiments are up to 0.15 √(a/2g) apart; their clocks start before the water moves freely, so that a constant shift of time is customary";
    let heads = ["cells", "shift [√(a/2g)]", "difference, rms [√(a/2g)]", "most"];
    let mut table =
        Table::new("Front of a collapsing column, after a shift of time", MARTIN_MOYCE, &heads);
    let mut checks = Vec::new();
    for &cells in resolutions {
        let front = front(cells)?;
        let late = |[time, place]: [f64; 2]| time - arrival(&front, place);
        let far = published::fronts().into_iter().filter(|[_, place]| *place < REACH);
        let delays: Vec<f64> = far.map(late).collect();
        let shift = delays.iter().sum::<f64>() / delays.len() as f64;
        let off = delays.iter().map(|delay| (delay - shift).abs());
        let most = off.clone().fold(0.0, f64::max);
        let rms = (off.map(|x| x * x).sum::<f64>() / delays.len() as f64).sqrt();
        table.rows.push(vec![cells.into(), shift.into(), rms.into(), most.into()]);
        if cells >= 64 {
            let name = format!("front against Martin & Moyce, {cells} cells");
            checks.push(Check::at_most(name, rms, 0.15, "√(a/2g)", WHY));
        }
    }
    Ok((table, checks))
}

/// Times in √(a/2g) and positions in a of the front, in a tank of six by three column widths.
fn front(cells: usize) -> Result<Vec<[f64; 2]>, SolverError> {
    let column = Column {
        column_width: BASE,
        column_height: 2.0 * BASE,
        width: (REACH + 1.0) * BASE,
        height: 3.0 * BASE,
        ..Column::default()
    };
    let grid = column.grid([cells, cells / 2, 1])?;
    let unit = (BASE / (2.0 * column.gravity)).sqrt();
    let mut state = column.initial(&grid, &mut rng(0, 0));
    let mut solver = column.solver(&grid)?;
    solver.load(&state)?;
    let [spacing, _] = crate::uniform_spacing(&grid)?;
    let mut front = vec![[0.0, 1.0]];
    while front[front.len() - 1][1] < REACH && front.len() < 200 {
        solver.advance(0.05 * unit)?;
        solver.store(&mut state);
        front.push([0.05 * front.len() as f64, front_position(&state) * spacing / BASE]);
    }
    Ok(front)
}

/// The position of the rightmost water in cells.
fn front_position(state: &State) -> f64 {
    let [_, nx, ny, _] = [0, 1, 2, 3].map(|axis| state.shape()[axis]);
    let f = |i: usize, j: usize| if i < nx { state[[3, i, j, 0]] } else { 0.0 };
    let end = |j: usize| {
        let last = (0..nx).rev().find(|&i| f(i, j) > 0.5);
        last.map_or(0.0, |i| (i + 1) as f64 + f(i + 1, j))
    };
    (0..ny).map(end).fold(0.0, f64::max)
}

/// The time at which a front reaches `position`, by linear interpolation.
fn arrival(front: &[[f64; 2]], position: f64) -> f64 {
    let behind = front.partition_point(|[_, x]| *x < position).clamp(1, front.len() - 1);
    let ([t0, x0], [t1, x1]) = (front[behind - 1], front[behind]);
    t0 + (t1 - t0) * (position - x0) / (x1 - x0)
}

fn rayleigh_taylor_instability(resolutions: &[usize]) -> Verification {
    const WHY: &str = "64, 128 and 256 cells extrapolate to a spike 0.016 m from the published one, which was read from a figure with an interface several cells wide; 0.011 m is the discretization error on 128 cells";
    let heads = ["cells of height", "bubble, most [m]", "spike, most [m]"];
    let mut table = Table::new("Rayleigh–Taylor instability: differences of heights", HE, &heads);
    let mut checks = Vec::new();
    for &cells in resolutions {
        let mut flow = RayleighTaylor::new(cells)?;
        let (mut now, mut most) = (0.0, [0.0_f64; 2]);
        for [time, bubble, spike] in published::rayleigh_taylor() {
            let found = flow.advance((time - now) * RayleighTaylor::unit())?;
            now = time;
            most = [most[0].max((found[0] - bubble).abs()), most[1].max((found[1] - spike).abs())];
        }
        table.rows.push(vec![cells.into(), most[0].into(), most[1].into()]);
        if cells >= 128 {
            for (what, most) in ["bubble", "spike"].into_iter().zip(most) {
                let name = format!("{what} against He et al., {cells} cells of height");
                checks.push(Check::at_most(name, most, 0.03, "m", WHY));
            }
        }
    }
    Ok((table, checks))
}
