//! Evidence on flow that develops in a tube.

use super::certificate::{Cell, Certificate, Check, Table};
use super::convergence::order;
use super::profile::Profile;
use super::published::{DEVELOPING_CHANNEL, developing_channel};
use crate::problems::Tube;
use crate::{Problem, SolverError};
use data::{Grid, State, rng};

/// A Reynolds number at which the profile is a parabola after some diameters.
const SLOW: f64 = 10.0;
/// Two that are four times apart. Close to the inlet pressure varies across the tube, which leaves
/// the core a profile that is O(Re^−½) off the boundary-layer limit; twice the second less the first
/// is not.
const FAST: [f64; 2] = [250.0, 1000.0];
/// Where along the tube flows are compared, in x/(d Re): behind the first diameters, before the end.
const COMPARED: std::ops::RangeInclusive<f64> = 0.005..=0.05;
/// Length of the tube in d Re.
const LENGTH: f64 = 0.06;
/// From so many cells across the boundary layers at the inlet are resolved.
const RESOLVED: usize = 64;
/// A flow is steady when no velocity changes by more than this part of U in d/U.
const STEADY: f64 = 1e-9;
/// A flow that is not steady after so many d/U never will be.
const PATIENCE: usize = 1000;

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "tube".into(), ..Default::default() };
    let mut solve = |reynolds: f64, length: f64, longer: usize| {
        let refine = resolutions.iter().map(|&cells| {
            let flow = Steady::new(reynolds, length, [longer * cells, cells])?;
            progress(&format!(
                "Re {reynolds}, {cells} cells across: steady after {} d/U",
                flow.time
            ));
            Ok(flow)
        });
        refine.collect::<Result<Vec<_>, SolverError>>()
    };
    let slow = solve(SLOW, 8.0, 1)?;
    let [fast, faster] = FAST.map(|reynolds| solve(reynolds, LENGTH * reynolds, 4));
    for (table, checks) in [compare_parabolas(&slow), compare_development([&fast?, &faster?])] {
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    }
    Ok(certificate)
}

/// A steady flow in a tube with U, d and ρ of 1 in SI units.
struct Steady {
    tube: Tube,
    /// Cells across.
    cells: usize,
    grid: Grid,
    state: State,
    /// When nothing changed any more, in d/U.
    time: usize,
}

impl Steady {
    fn new(reynolds: f64, length: f64, cells: [usize; 2]) -> Result<Self, SolverError> {
        let tube = Tube {
            inlet_velocity: 1.0,
            density: 1.0,
            viscosity: 1.0 / reynolds,
            length,
            diameter: 1.0,
            ..Tube::default()
        };
        let grid = tube.grid([cells[0], cells[1], 1])?;
        let (state, time) = settle(&tube, &grid)?;
        Ok(Self { tube, cells: cells[1], grid, state, time })
    }

    /// Pressure drop over length in Pa/m, three cells before the outlet.
    fn pressure_gradient(&self) -> f64 {
        let [before, behind] = [4, 3].map(|k| self.state[[2, self.grid.cells()[0] - k, 0, 0]]);
        (before - behind) / self.grid.axes[0].spacing()
    }

    /// The largest deviation from the parabola that the pressure drives, G/2μ (R² − y²), in U.
    fn deviation_from_parabola(&self) -> f64 {
        let last = self.grid.cells()[0] - 3;
        let steepness = self.pressure_gradient() / (2.0 * self.tube.viscosity);
        let deviation = |(j, y): (usize, f64)| {
            self.state[[0, last, j, 0]] - steepness * y * (self.tube.diameter - y)
        };
        let deviations = self.grid.axes[1].centres().into_iter().enumerate().map(deviation);
        deviations.fold(0.0, |most, deviation| deviation.abs().max(most))
    }

    /// The velocity on the centreline in U over x/(d Re).
    fn centreline(&self) -> Profile {
        let middle = self.cells / 2;
        let pair = |i: usize, k: usize| {
            let [low, high] = [middle - 1 - k, middle + k].map(|j| self.state[[0, i, j, 0]]);
            f64::midpoint(low, high)
        };
        // The even parabola through the cells half and one and a half cells off the centre.
        let at = |i| (9.0 * pair(i, 0) - pair(i, 1)) / 8.0;
        let positions = self.grid.axes[0].centres();
        let values = (0..positions.len()).map(at).collect();
        Profile::new(positions.into_iter().map(|x| x * self.tube.viscosity).collect(), values)
    }
}

/// Advances from rest by d/U until nothing changes; the state, and the time that took in d/U.
fn settle(tube: &Tube, grid: &Grid) -> Result<(State, usize), SolverError> {
    let mut state = tube.initial(grid, &mut rng(0, 0));
    let mut solver = tube.solver(grid)?;
    solver.load(&state)?;
    for time in 1..=PATIENCE {
        let before = state.clone();
        solver.advance(tube.time_scale())?;
        solver.store(&mut state);
        let changes = state.iter().zip(&before).map(|(now, before)| (now - before).abs());
        if changes.take(2 * state.len() / 3).fold(0.0, f64::max) < STEADY {
            return Ok((state, time));
        }
    }
    Ok((state, PATIENCE))
}

fn compare_parabolas(flows: &[Steady]) -> (Table, Vec<Check>) {
    const SHAPE: &str = "the stencils and the walls' parabolas are exact for a parabola: only round-off and what is not yet steady or developed remains";
    const DROP: &str = "the mean of a parabola over cells by their centres is second order without higher terms but its square, below 1e-7 on 32 cells";
    let title = format!("Poiseuille flow in a channel, Re {SLOW}, 8 d behind the inlet");
    let heads = ["cells across", "pressure drop/(12 μ U/d²) − 1", "order", "off the parabola [U]"];
    let mut table = Table::new(&title, "exact", &heads);
    let mut checks = Vec::new();
    let mut last: Option<(usize, f64)> = None;
    for flow in flows {
        let error = flow.pressure_gradient() / (12.0 * flow.tube.viscosity) - 1.0;
        let deviation = flow.deviation_from_parabola();
        let order = last.map(|(cells, old)| order([cells, flow.cells], [old, error]));
        table.rows.push(vec![flow.cells.into(), error.into(), order.into(), deviation.into()]);
        let name = format!("profile against the parabola on {} cells", flow.cells);
        checks.push(Check::at_most(name, deviation, 1e-6, "U", SHAPE));
        if let Some((cells, old)) = last {
            let ratio = (flow.cells as f64 / cells as f64).powi(2);
            let limit = ((ratio * error - old) / (ratio - 1.0)).abs();
            let name = format!("pressure drop extrapolated from {cells} and {} cells", flow.cells);
            checks.push(Check::at_most(name, limit, 1e-6, "", DROP));
        }
        last = Some((flow.cells, error));
    }
    (table, checks)
}

fn compare_development(flows: [&[Steady]; 2]) -> (Table, Vec<Check>) {
    const WHY: &str = "what is asked of a reference; the published numbers are good to 0.02 %";
    let title =
        format!("Velocity on the centreline of a channel in U, from Re {FAST:?} to the limit");
    let heads =
        ["cells across", "x/(d Re)", "Re 250", "Re 1000", "Re → ∞", "published", "error [%]"];
    let mut table = Table::new(&title, DEVELOPING_CHANNEL, &heads);
    let mut checks = Vec::new();
    for (slower, faster) in flows[0].iter().zip(flows[1]) {
        let centrelines = [slower, faster].map(Steady::centreline);
        let mut largest: f64 = 0.0;
        for [x, published] in developing_channel().into_iter().filter(|[x, _]| COMPARED.contains(x))
        {
            let found = centrelines.each_ref().map(|profile| profile.at(x));
            let limit = 2.0 * found[1] - found[0];
            let error = 100.0 * (limit / published - 1.0);
            largest = largest.max(error.abs());
            let numbers = [x, found[0], found[1], limit, published, error].map(Cell::from);
            table.rows.push([Cell::from(slower.cells)].into_iter().chain(numbers).collect());
        }
        if slower.cells >= RESOLVED {
            let name = format!("centreline against boundary layers on {} cells", slower.cells);
            checks.push(Check::at_most(name, largest, 0.5, "%", WHY));
        }
    }
    (table, checks)
}
