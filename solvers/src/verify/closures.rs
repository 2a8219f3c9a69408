//! Verification of the closures of large-eddy simulation in turbulence without walls.

use super::certificate::{Cell, Check, Table};
use super::taylor_green_box::start;
use crate::channel::{Channel, Closure};
use crate::{Solver, SolverError};

/// The least viscosity: it must be positive.
const NONE: f64 = f64::MIN_POSITIVE;
/// The time in which the vortex becomes turbulent.
const TURBULENT: f64 = 8.0;
/// The time over which C_s is averaged.
const MEAN: f64 = 2.0;

/// The time between energies whose difference is the loss, half before and half after.
const INTERVAL: f64 = 0.05;

/// The closures in the Taylor–Green vortex without viscosity, on `cells` cells an axis: what they dissipate is lost by the
/// motion; the dynamic model finds its constant; the constants of both models are related.
pub(super) fn closures(cells: usize) -> Result<(Table, Vec<Check>), SolverError> {
    const LOSS: &str = "the motion loses what the closure dissipates; over 0.1, a rate that grows by e in 0.3 differs by \
        0.004 from its mean";
    const LATE: &str = "the coefficient of the dynamic model is that of the beginning of a step of 0.025: half a step late, \
        in which a rate that grows by e in 0.3 changes by 0.04";
    const CONSTANT: &str =
        "values in use, from 0.10 in channels to 0.20 in isotropic turbulence, 0.15 ± 30 %";
    const RATIO: &str =
        "C_w is 0.55 to 0.60 where C_s is 0.18; as much again for a short inertial range";
    let title =
        format!("Closures in the Taylor–Green vortex without viscosity, {cells} cells an axis");
    let heads = ["closure", "t", "kinetic energy", "dissipation", "loss", "C_s", "(C_w/C_s)²"];
    let source = "isotropic turbulence: C_s 0.17 by Lilly (1967), (C_w/C_s)² from 9.3 to 11.1 by Nicoud & Ducros (1999), \
        Flow Turbul. Combust. 62, 183";
    let (mut table, mut checks) = (Table::new(&title, source, &heads), Vec::new());
    let wale = ("WALE", Closure::Wale, 0.005, LOSS);
    let dynamic = ("dynamic Smagorinsky", Closure::DynamicSmagorinsky, 0.05, LATE);
    for (name, closure, limit, why) in [wale, dynamic] {
        let mut flow = start(cells, NONE, closure)?;
        let (mut before, mut now) = (flow.energy(), flow.energy());
        let (mut square, mut states) = (0.0, 0.0);
        let intervals = ((TURBULENT + MEAN) / INTERVAL).round() as usize;
        for i in 0..=intervals {
            let (time, dissipation) = (i as f64 * INTERVAL, flow.eddy_dissipation());
            if closure == Closure::DynamicSmagorinsky && time > TURBULENT - 0.5 * INTERVAL {
                (square, states) = (square + mean_square(&flow), states + 1.0);
            }
            let is_last = states > 0.0 && i == intervals;
            let constants = is_last.then(|| -> Result<[f64; 2], SolverError> {
                Ok([f64::sqrt(square / states), ratio(&flow, cells)?])
            });
            let [constant, ratio] = constants.transpose()?.map_or([None; 2], |both| both.map(Some));
            flow.advance(INTERVAL)?;
            let after = flow.energy();
            if i % 40 == 0 && i > 0 {
                let loss = (before - after) / (2.0 * INTERVAL);
                let numbers = [time, now, dissipation, loss].map(Some).into_iter();
                let numbers = numbers.chain([constant, ratio]).map(Cell::from);
                table.rows.push(std::iter::once(Cell::from(name)).chain(numbers).collect());
                let what = format!("{name}: loss of energy over dissipation at t = {time}");
                let difference = (loss / dissipation - 1.0).abs();
                checks.push(Check::at_most(what, difference, limit, "", why));
            }
            let near = [
                ("C_s from 0.15", constant, 0.15, 0.3, CONSTANT),
                ("(C_w/C_s)² from 10.2", ratio, 10.2, 0.2, RATIO),
            ];
            for (what, found, expected, limit, why) in near {
                let difference = found.map(|found| (found / expected - 1.0).abs());
                checks.extend(difference.map(|d| Check::at_most(what.into(), d, limit, "", why)));
            }
            (before, now) = (now, after);
        }
    }
    Ok((table, checks))
}

/// The mean C_s² over planes of equal height.
fn mean_square(flow: &Channel) -> f64 {
    let constants = flow.smagorinsky_constant();
    constants.iter().map(|c| c * c).sum::<f64>() / constants.len() as f64
}

/// (C_w/C_s)² with which both models dissipate as much in the state of `flow`, which has the dynamic model.
fn ratio(flow: &Channel, cells: usize) -> Result<f64, SolverError> {
    let mut wale = start(cells, NONE, Closure::Wale)?;
    wale.start(|index, j| flow.coefficients(index, j).unwrap_or_default());
    let smagorinsky = flow.eddy_dissipation() / mean_square(flow);
    Ok(smagorinsky / (wale.eddy_dissipation() / Closure::WALE_CONSTANT.powi(2)))
}
