//! Balances of energy and enstrophy.

use super::certificate::{Cell, Check, Table};
use crate::{Problem, SolverError};
use data::rng;

/// The dissipation coefficients of a flow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Losses {
    /// ν in m²/s.
    pub(super) kinematic_viscosity: f64,
    /// α in 1/s.
    pub(super) drag: f64,
}

/// E and Z with their production and dissipation at one instant.
#[derive(Debug, Clone, Copy, Default)]
struct Instant {
    content: [f64; 2],
    gain: [f64; 2],
    loss: [f64; 2],
}

impl Instant {
    /// From the monitors E, Z, Q and, with a force, P and G, else 0.
    fn new(monitors: [f64; 5], Losses { kinematic_viscosity, drag }: Losses) -> Self {
        let [energy, enstrophy, palinstrophy, power, production] = monitors;
        Self {
            content: [energy, enstrophy],
            gain: [power, production],
            loss: [
                2.0 * kinematic_viscosity * enstrophy + 2.0 * drag * energy,
                2.0 * kinematic_viscosity * palinstrophy + 2.0 * drag * enstrophy,
            ],
        }
    }
}

/// The residuals of the balances of E and Z over `time` on grids of `resolutions`.
///
/// ```text
/// E(t) − E(0) = ∫ P − 2ν Z − 2α E dt,   Z(t) − Z(0) = ∫ G − 2ν Q − 2α Z dt
/// ```
///
/// Integrals by Boole's rule over a multiple of four intervals of about `interval`.
pub(super) fn balance(
    title: &str,
    problem: &dyn Problem,
    losses: Losses,
    resolutions: &[usize],
    [time, interval]: [f64; 2],
) -> Result<(Table, Vec<Check>), SolverError> {
    const WHY: &str = "truncated and dealiased advection conserves both exactly; errors in time of the steps and of the integrals remain, both of fourth order or better";
    let heads = ["cells", "quantity", "change", "gain", "loss", "residual, relative"];
    let (mut table, mut checks) = (Table::new(title, "exact balance", &heads), Vec::new());
    let intervals = 4 * (time / interval / 4.0).round() as usize;
    for &cells in resolutions {
        let instants = follow(problem, losses, cells, time / intervals as f64, intervals)?;
        let (first, last) = (instants[0], instants[intervals]);
        for (k, of) in ["energy", "enstrophy"].into_iter().enumerate() {
            let [gain, loss] = [
                integral(&instants, time, |instant| instant.gain[k]),
                integral(&instants, time, |instant| instant.loss[k]),
            ];
            let change = last.content[k] - first.content[k];
            let residual = (change - gain + loss).abs() / first.content[k].max(last.content[k]);
            table.rows.push(vec![
                cells.into(),
                of.into(),
                change.into(),
                Cell::from(gain),
                loss.into(),
                residual.into(),
            ]);
            let name = format!("{title}: residual of {of} on {cells}²");
            checks.push(Check::at_most(name, residual, 1e-8, "", WHY));
        }
    }
    Ok((table, checks))
}

fn follow(
    problem: &dyn Problem,
    losses: Losses,
    cells: usize,
    interval: f64,
    intervals: usize,
) -> Result<Vec<Instant>, SolverError> {
    let grid = problem.grid([cells, cells, 1])?;
    let mut solver = problem.solver(&grid)?;
    solver.load(&problem.initial(&grid, &mut rng(0, 0)))?;
    let count = problem.monitors().len();
    let mut instants = Vec::with_capacity(intervals + 1);
    for step in 0..=intervals {
        if step > 0 {
            solver.advance(interval)?;
        }
        let mut monitors = [0.0; 5];
        solver.monitor(&mut monitors[..count]);
        instants.push(Instant::new(monitors, losses));
    }
    Ok(instants)
}

/// Boole's rule, of sixth order.
fn integral(instants: &[Instant], time: f64, value: impl Fn(&Instant) -> f64) -> f64 {
    const WEIGHTS: [f64; 4] = [14.0, 32.0, 12.0, 32.0];
    let (last, width) = (instants.len() - 1, time / (instants.len() - 1) as f64);
    let weight = |i: usize| if i == 0 || i == last { 7.0 } else { WEIGHTS[i % 4] };
    let weighted = instants.iter().enumerate().map(|(i, instant)| weight(i) * value(instant));
    weighted.sum::<f64>() * width * 2.0 / 45.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quintics_are_integrated_exactly() {
        let at =
            |i: i32| Instant { gain: [(f64::from(i) / 8.0).powi(5), 0.0], ..Instant::default() };
        let instants: Vec<Instant> = (0..=8).map(at).collect();
        assert!((integral(&instants, 1.0, |instant| instant.gain[0]) - 1.0 / 6.0).abs() < 1e-15);
    }
}
