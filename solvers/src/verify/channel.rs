//! Verification of channel flow.

use super::certificate::{Cell, Certificate, Check, Table};
use super::closures::closures;
use super::convergence::order;
use super::orr_sommerfeld::TollmienSchlichting;
use super::taylor_green_box::taylor_green;
use super::turbulence::Turbulence;
use crate::channel::{Channel, Closure, Drive, WallCondition, stretched};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid};
use rustfft::num_complex::Complex64 as C64;
use std::f64::consts::{PI, TAU};

/// The number of parts of [`certify`].
pub(super) fn parts(resolutions: &[usize]) -> usize {
    if is_long(resolutions) { 6 } else { 4 }
}

/// Whether turbulence is computed, and the Taylor–Green vortex on a second grid: minutes. Two grids or fewer are those of
/// a certificate, which is to take seconds.
fn is_long(resolutions: &[usize]) -> bool {
    resolutions.len() > 2
}

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "channel".into(), ..Default::default() };
    let mut add = |(table, checks): (Table, Vec<Check>)| {
        progress(&table.title);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    };
    add(energy()?);
    add(laminar(resolutions)?);
    add(instability(resolutions)?);
    let grids = if is_long(resolutions) { 2 } else { 1 };
    add(taylor_green(&resolutions[..grids.min(resolutions.len())])?);
    if is_long(resolutions) {
        add(closures(resolutions[0])?);
        add(minimal()?);
    }
    Ok(certificate)
}

/// A channel of 2π × 2 × π with walls at 0 and 2.
fn grid(cells: [usize; 3]) -> Grid {
    let along = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::Periodic; 2]);
    Grid { axes: [along(cells[0], TAU), stretched(cells[1], 1.0, 1.8), along(cells[2], PI)] }
}

/// The drift of energy without viscosity, of order three in the step.
fn energy() -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "advection conserves energy in space, so that the error of the time steps remains, of third \
        order; 0.1 allows for steps outside the asymptotic range";
    let title = "Kinetic energy without viscosity, 16 × 24 × 16 cells, t = 0.2";
    let heads = ["step [s]", "change, relative", "order"];
    let mut table = Table::new(title, "exact: it is constant", &heads);
    let cells = [16, 24, 16];
    let mut changes = Vec::new();
    for dt in [1e-3, 5e-4] {
        // The least viscosity: it must be positive.
        let none = Drive::Gradient(0.0);
        let mut flow =
            Channel::new(&grid(cells), 1.0, f64::MIN_POSITIVE, none, WallCondition::FreeSlip)?;
        flow.start(|[m, n], j| {
            let y = (j as f64 + 0.5) / cells[1] as f64;
            let shape = (PI * y).sin();
            let part = |k: f64| {
                let phase = k + 3.0 * m as f64 + 5.0 * n as f64;
                if m.abs() <= 2 && n <= 2 {
                    [shape * phase.sin(), shape * phase.cos()]
                } else {
                    [0.0; 2]
                }
            };
            if [m, n] == [0, 0] {
                [[shape, 0.0], [0.0; 2], [0.0; 2]]
            } else {
                [part(0.3), part(1.7), part(0.9)]
            }
        });
        let before = flow.energy();
        for _ in 0..(0.2_f64 / dt).round() as usize {
            flow.advance(dt)?;
        }
        let change = (flow.energy() - before) / before;
        let found = changes.last().map(|last: &f64| (last / change).abs().log2());
        table.rows.push(vec![dt.into(), change.into(), found.into()]);
        changes.push(change);
    }
    let found = (changes[0] / changes[1]).abs().log2();
    let check = Check::at_least("order of the drift of energy".into(), found, 2.9, "", WHY);
    Ok((table, vec![check]))
}

/// Poiseuille flow under a constant gradient and at constant flow rate.
fn laminar(resolutions: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "volumes across the channel are of second order; 0.1 allows for grids outside the asymptotic range";
    let heads = ["drive", "cells", "velocity max, relative", "order", "flow rate, relative"];
    let mut table = Table::new("Laminar flow at Re 2", "exact: u = y (2 − y)", &heads);
    let mut checks = Vec::new();
    for (name, drive) in
        [("gradient", Drive::Gradient(-1.0)), ("flow rate", Drive::Flux(2.0 / 3.0))]
    {
        let mut last: Option<(usize, f64)> = None;
        for &cells in resolutions {
            let grid = grid([8, cells, 8]);
            let mut flow = Channel::new(&grid, 1.0, 0.5, drive, WallCondition::NoSlip)?;
            let exact: Vec<f64> = grid.axes[1].centres().iter().map(|y| y * (2.0 - y)).collect();
            flow.start(|index, j| {
                let u = if index == [0, 0] { exact[j] } else { 0.0 };
                [[u, 0.0], [0.0; 2], [0.0; 2]]
            });
            // The slowest mode decays as exp(−π²νt/4): to 10⁻¹⁶ in t = 30.
            for _ in 0..300 {
                flow.advance(0.1)?;
            }
            let error = flow.mean_velocity().zip(&exact).map(|(u, exact)| (u - exact).abs());
            let error = error.fold(0.0, f64::max);
            let flux = flow.bulk_velocity() * 1.5 - 1.0;
            let found = last.map(|(before, old)| order([before, cells], [old, error]));
            table.rows.push(vec![
                name.into(),
                cells.into(),
                error.into(),
                found.into(),
                flux.into(),
            ]);
            if let Some(found) = found {
                let name = format!("laminar flow, {name}: order to {cells} cells");
                checks.push(Check::at_least(name, found, 1.9, "", WHY));
            }
            if let Drive::Flux(_) = drive {
                const ROUNDING: &str =
                    "the flow rate is set in every substep: round-off of a sum remains";
                let name = format!("flow rate on {cells} cells");
                checks.push(Check::at_most(name, flux.abs(), 1e-12, "", ROUNDING));
            }
            last = Some((cells, error));
        }
    }
    Ok((table, checks))
}

/// The growth of the least stable mode at Re 7500.
fn instability(resolutions: &[usize]) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "volumes across the channel are of second order; 0.2 allows for grids outside the asymptotic range";
    const DIGITS: &str = "the published number has six digits";
    const PUBLISHED: f64 = 0.002_234_97;
    let source = "Malik, Zang & Hussaini (1985), J. Comput. Phys. 61, 64: growth rate 0.00223497";
    let heads = ["cells", "growth rate", "error, relative", "order"];
    let mut table =
        Table::new("Orr–Sommerfeld mode at Re 7500, α = 1, from t = 0 to 25", source, &heads);
    let mut checks = Vec::new();
    let mode = TollmienSchlichting::new(7500.0, 1.0, C64::new(0.25, 0.002));
    let difference = (mode.growth() / PUBLISHED - 1.0).abs();
    checks.push(Check::at_most(
        "growth rate of the eigenfunction".into(),
        difference,
        1e-5,
        "",
        DIGITS,
    ));
    let mut last: Option<(usize, f64)> = None;
    for &cells in resolutions {
        let growth = growth(&mode, cells)?;
        let error = growth / PUBLISHED - 1.0;
        let found = last.map(|(before, old)| order([before, cells], [old.abs(), error.abs()]));
        table.rows.push(vec![cells.into(), growth.into(), error.into(), found.into()]);
        if let Some(found) = found {
            let name = format!("growth rate of the Orr–Sommerfeld mode: order to {cells} cells");
            checks.push(Check::at_least(name, found, 1.8, "", WHY));
        }
        last = Some((cells, error));
    }
    Ok((table, checks))
}

/// The growth rate of a mode of amplitude 10⁻⁵ on `cells` across the channel.
fn growth(mode: &TollmienSchlichting, cells: usize) -> Result<f64, SolverError> {
    const AMPLITUDE: f64 = 1e-5;
    let (grid, nu) = (grid([8, cells, 8]), 1.0 / 7500.0);
    let axis = &grid.axes[1];
    let centres = axis.centres();
    let drive = Drive::Gradient(-2.0 * nu);
    let mut flow = Channel::new(&grid, 1.0, nu, drive, WallCondition::NoSlip)?;
    flow.start(|index, j| match index {
        [0, 0] => [[centres[j] * (2.0 - centres[j]), 0.0], [0.0; 2], [0.0; 2]],
        [1, 0] => {
            let ([u, _], [_, v]) = (mode.at(centres[j] - 1.0), mode.at(axis.edges[j] - 1.0));
            let part = |c: C64| [AMPLITUDE * c.re, AMPLITUDE * c.im];
            [part(u), part(v), [0.0; 2]]
        }
        _ => [[0.0; 2]; 3],
    });
    let energy = |flow: &Channel| -> f64 {
        let square = |[re, im]: [f64; 2]| re * re + im * im;
        let of = |j: usize| flow.coefficients([1, 0], j).expect("the grid has this mode");
        let widths = axis.widths();
        (0..cells).map(|j| widths[j] * (square(of(j)[0]) + square(of(j)[1]))).sum()
    };
    let before = energy(&flow);
    for _ in 0..500 {
        flow.advance(0.05)?;
    }
    Ok((energy(&flow) / before).ln() / 50.0)
}

/// Turbulence in the minimal box.
fn minimal() -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "two standard deviations of the mean over this time: friction varies by 9.2 %, with an integral time of 0.66 h/u_τ";
    const STRESS: &str =
        "in a steady mean the total stress is linear; over this time its mean is not yet steady";
    let flow = Turbulence {
        lengths: [PI, 0.34 * PI],
        cells: [32, 64, 32],
        closure: Closure::None,
        spin_up: 6.0,
        time: 10.0,
    };
    let found = flow.compare(&mut |_, _, _| {})?;
    let heads = ["Re_τ", "U⁺", "u′", "v′", "w′", "−u′v′", "total stress [u_τ²]"];
    let source = "Moser, Kim & Mansour (1999), Phys. Fluids 11, 943: Re_τ 178.12; relative L2 over y, whose centre a minimal box does not represent";
    let title = "Turbulence in a box of π × 2 × 0.34 π on 32 × 64 × 32 cells, t = 6 to 16";
    let mut table = Table::new(title, source, &heads);
    let numbers = [found.reynolds_tau].into_iter().chain(found.differences).chain([found.stress]);
    table.rows.push(numbers.map(Cell::from).collect());
    let deviation = (found.reynolds_tau / super::moser::REYNOLDS_TAU - 1.0).abs();
    // Of the friction velocity, half of that of the friction.
    let limit = 2.0 * 0.5 * 0.092 * (2.0 * 0.66 / flow.time).sqrt();
    let checks = vec![
        Check::at_most("Re_τ in the minimal box".into(), deviation, limit, "", WHY),
        Check::at_most(
            "total stress in the minimal box".into(),
            found.stress,
            0.05,
            "u_τ²",
            STRESS,
        ),
    ];
    Ok((table, checks))
}
