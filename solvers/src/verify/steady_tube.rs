//! Steady flow in channels and pipes.

use super::profile::Profile;
use crate::problems::Tube;
use crate::{Problem, SolverError};
use data::{Grid, State, rng};

/// A flow counts as steady when no velocity changes by more than this part of U in d/U.
const STEADY: f64 = 1e-9;
/// Largest time in d/U to reach the steady state.
const MOST_TIMES: usize = 1000;

/// A steady flow in a tube with U = 1 m/s, d = 1 m and ρ = 1 kg/m³.
pub(super) struct SteadyTube {
    pub(super) tube: Tube,
    /// Cells across the diameter.
    pub(super) cells: usize,
    grid: Grid,
    state: State,
    /// Time to the steady state in d/U.
    pub(super) time: usize,
}

impl SteadyTube {
    /// Solves `tube` on `cells` cells across the diameter and `longer` times as many along the tube.
    pub(super) fn new(tube: Tube, longer: usize, cells: usize) -> Result<Self, SolverError> {
        let across = if tube.axisymmetric { cells / 2 } else { cells };
        let grid = tube.grid([longer * cells, across, 1])?;
        let (state, time) = settle(&tube, &grid)?;
        Ok(Self { tube, cells, grid, state, time })
    }

    /// −dp/dx in Pa/m, three cells upstream of the outlet.
    pub(super) fn pressure_gradient(&self) -> f64 {
        let [before, behind] = [4, 3].map(|k| self.state[[2, self.grid.cells()[0] - k, 0, 0]]);
        let widths = self.grid.axes[0].widths();
        let [left, right] = [4, 3].map(|k| widths[widths.len() - k]);
        (before - behind) / f64::midpoint(left, right)
    }

    /// d²/4 less the squared distance from the centreline, and the weight of its area, for every cell across.
    fn parabola(&self) -> impl Iterator<Item = [f64; 2]> {
        let (is_pipe, half) = (self.tube.axisymmetric, 0.5 * self.tube.diameter);
        self.grid.axes[1].centres().into_iter().map(move |y| {
            if is_pipe { [half * half - y * y, y] } else { [y * (2.0 * half - y), 1.0] }
        })
    }

    /// The largest difference in U between the velocity near the outlet and the parabola of the pressure gradient G:
    /// G/2μ (d²/4 − y²) in a channel, half of that in a pipe.
    pub(super) fn profile_error(&self) -> f64 {
        let directions = if self.tube.axisymmetric { 4.0 } else { 2.0 };
        let steepness = self.pressure_gradient() / (directions * self.tube.dynamic_viscosity);
        let last = self.grid.cells()[0] - 3;
        let errors = self.parabola().enumerate();
        let errors = errors.map(|(j, [y, _])| self.state[[0, last, j, 0]] - steepness * y);
        errors.fold(0.0, |most, error| error.abs().max(most))
    }

    /// The velocity on the centreline in U over x/(d Re).
    pub(super) fn centreline(&self) -> Profile {
        let across = self.grid.cells()[1];
        let middle = if self.tube.axisymmetric { 0 } else { across / 2 };
        let pair = |i: usize, k: usize| {
            let low = if self.tube.axisymmetric { k } else { middle - 1 - k };
            f64::midpoint(self.state[[0, i, low, 0]], self.state[[0, i, middle + k, 0]])
        };
        // The even parabola through the cells at half a cell and one and a half cells from the centreline.
        self.along(|i| (9.0 * pair(i, 0) - pair(i, 1)) / 8.0)
    }

    /// The drop of the mean pressure from the inlet in ρU²/2 over x/(d Re).
    pub(super) fn pressure_drop(&self) -> Profile {
        let areas: Vec<f64> = self.parabola().map(|[_, area]| area).collect();
        let mean = |i: usize| -> f64 {
            let weighted =
                areas.iter().enumerate().map(|(j, area)| area * self.state[[2, i, j, 0]]);
            weighted.sum::<f64>() / areas.iter().sum::<f64>()
        };
        let inlet = 1.5 * mean(0) - 0.5 * mean(1);
        self.along(|i| 2.0 * (inlet - mean(i)))
    }

    /// The position x/(d Re) at which the centreline velocity is within 1 % of the fully developed one.
    pub(super) fn entry_length(&self) -> f64 {
        let mean = |of: fn([f64; 2]) -> f64| self.parabola().map(of).sum::<f64>();
        let height = 0.25 * self.tube.diameter.powi(2) * mean(|[_, area]| area)
            / mean(|[parabola, area]| parabola * area);
        let centreline = self.centreline();
        let (mut low, mut high) = (0.0, self.tube.length * self.tube.dynamic_viscosity);
        // The velocity increases along the tube; fifty bisections reach round-off.
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if centreline.at(middle) < 0.99 * height { low = middle } else { high = middle }
        }
        high
    }

    fn along(&self, value: impl Fn(usize) -> f64) -> Profile {
        let positions = self.grid.axes[0].centres();
        let values = (0..positions.len()).map(value).collect();
        Profile::new(
            positions.into_iter().map(|x| x * self.tube.dynamic_viscosity).collect(),
            values,
        )
    }
}

/// Advances from rest by d/U until the flow is steady; returns the state and the time in d/U.
fn settle(tube: &Tube, grid: &Grid) -> Result<(State, usize), SolverError> {
    let mut state = tube.initial(grid, &mut rng(0, 0));
    let mut solver = tube.solver(grid)?;
    solver.load(&state)?;
    for time in 1..=MOST_TIMES {
        let before = state.clone();
        solver.advance(tube.time_scale())?;
        solver.store(&mut state);
        let changes = state.iter().zip(&before).map(|(now, before)| (now - before).abs());
        if changes.take(2 * state.len() / 3).fold(0.0, f64::max) < STEADY {
            return Ok((state, time));
        }
    }
    Ok((state, MOST_TIMES))
}
