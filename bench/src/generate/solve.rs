//! One sample on one grid.

use crate::{BenchError, Case, Stop};
use data::{Grid, Spool, State, restrict};
use ndarray::{Array2, ArrayViewMut1, Axis};
use solvers::{Problem, Solver, SolverError};
use std::ops::Range;
use std::path::Path;

/// A solved sample, averaged to output cells.
pub(super) struct Solution {
    /// All saved states.
    pub(super) states: Spool,
    /// `[time, monitor]`
    pub(super) monitors: Array2<f64>,
    /// Index of the state from which the flow was steady.
    pub(super) steady_from: Option<usize>,
}

/// The problem of one sample, to be solved on any grid.
pub(super) struct SampleProblem<'a> {
    pub(super) case: &'a Case,
    pub(super) index: usize,
    pub(super) problem: Box<dyn Problem>,
    pub(super) stop: &'a Stop,
}

impl<'a> SampleProblem<'a> {
    pub(super) fn new(case: &'a Case, index: usize, stop: &'a Stop) -> Result<Self, BenchError> {
        Ok(Self { case, index, problem: case.problem(index)?, stop })
    }

    /// Time between saved states in s.
    pub(super) fn interval(&self) -> f64 {
        self.case.interval.seconds(self.problem.time_scale())
    }

    /// The domain with `cells` cells along each axis.
    pub(super) fn grid(&self, cells: [usize; 3]) -> Result<Grid, BenchError> {
        self.problem.grid(cells).map_err(|source| BenchError::Grid {
            case: self.case.name.clone(),
            cells,
            source,
        })
    }

    /// A solver on `grid` that holds the initial state, and that state.
    pub(super) fn start(&self, grid: &Grid) -> Result<(Box<dyn Solver>, State), BenchError> {
        let (_, mut rng) = self.case.problem_and_rng(self.index)?;
        let initial = self.problem.initial(grid, &mut rng);
        let mut solver = self.problem.solver(grid).map_err(|source| self.failed(source))?;
        solver.stop_on(self.stop);
        solver.load(&initial).map_err(|source| self.failed(source))?;
        Ok((solver, initial))
    }

    /// Solves on a grid of `cells`, and averages every saved state to the most output cells that these make up. States
    /// that are too many for the memory go to a temporary file in `folder`.
    pub(super) fn solve_on(
        &self,
        cells: [usize; 3],
        folder: &Path,
    ) -> Result<Solution, BenchError> {
        let grid = self.grid(cells)?;
        let (solver, state) = self.start(&grid)?;
        let output = [0, 1, 2].map(|axis| shared_cells(self.case.cells[axis], cells[axis]));
        Frames { sample: self, solver, state, grid, output }.collect(folder)
    }

    pub(super) fn failed(&self, source: SolverError) -> BenchError {
        if let SolverError::Stopped(stopped) = source {
            return stopped.into();
        }
        BenchError::Solve {
            case: self.case.name.clone(),
            index: self.index,
            parameters: super::describe(&self.problem.parameters(), self.case),
            source,
        }
    }
}

/// The most cells that both `output` and `solved` cells can be averaged to: their greatest common divisor.
fn shared_cells(output: usize, solved: usize) -> usize {
    if solved == 0 { output } else { shared_cells(solved, output % solved) }
}

/// A solver and the state that is saved next.
struct Frames<'a> {
    sample: &'a SampleProblem<'a>,
    solver: Box<dyn Solver>,
    state: State,
    grid: Grid,
    output: [usize; 3],
}

impl Frames<'_> {
    fn collect(mut self, folder: &Path) -> Result<Solution, BenchError> {
        let (frames, interval) = (self.sample.case.frames, self.sample.interval());
        let ([nx, ny, nz], channels) = (self.output, self.state.len_of(Axis(0)));
        let times = (0..frames).map(|frame| frame as f64 * interval).collect();
        let mut states = Spool::new(folder, times, [channels, nx, ny, nz]);
        let mut monitors = Array2::zeros((frames, self.sample.problem.monitors().len()));
        let mut steady_from = None;
        let mut before = self.save(&mut states, monitors.row_mut(0))?;
        for frame in 1..frames {
            self.sample.stop.check()?;
            self.solver.advance(interval).map_err(|source| self.sample.failed(source))?;
            self.solver.store(&mut self.state);
            let now = self.save(&mut states, monitors.row_mut(frame))?;
            if self.is_steady(&now, &before) {
                steady_from = Some(frame);
                break;
            }
            before = now;
        }
        if let Some(steady) = steady_from {
            // The last state is repeated, and so are its monitors.
            let (known, mut rest) = monitors.view_mut().split_at(Axis(0), steady + 1);
            rest.assign(&known.row(steady));
        }
        Ok(Solution { states, monitors, steady_from })
    }

    /// Saves the current state, and returns what was saved.
    fn save(
        &self,
        states: &mut Spool,
        mut monitors: ArrayViewMut1<'_, f64>,
    ) -> Result<State, BenchError> {
        let saved = restrict(self.state.view(), &self.grid, self.output);
        states.push(saved.view())?;
        self.solver.monitor(monitors.as_slice_mut().expect("a row of a table is contiguous"));
        Ok(saved)
    }

    /// Whether no velocity changed by more than the case's fraction of the largest one per time scale.
    fn is_steady(&self, now: &State, before: &State) -> bool {
        let Some(share) = self.sample.case.reference.steady else { return false };
        let scales = self.sample.interval() / self.sample.problem.time_scale();
        let (mut change, mut speed) = (0.0_f64, 0.0_f64);
        for channels in velocities(&self.sample.problem.fields()) {
            let [now, before] =
                [now, before].map(|state| state.slice_axis(Axis(0), channels.clone().into()));
            for (now, before) in now.iter().zip(before) {
                change = change.max((now - before).abs());
                speed = speed.max(now.abs());
            }
        }
        speed > 0.0 && change < share * speed * scales
    }
}

/// Channels of the vector fields that are not constant.
fn velocities(fields: &[data::Field]) -> impl Iterator<Item = Range<usize>> {
    crate::metrics::vectors(fields).map(|(_, channels)| channels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_cells_of_any_refinement_nest() {
        for (refine, expected) in
            [(1, [64, 32, 16]), (2, [64, 64, 32]), (3, [64, 32, 16]), (4, [64, 64, 64])]
        {
            let reference = 64 * refine;
            assert_eq!([1, 2, 4].map(|divisor| shared_cells(64, reference / divisor)), expected);
        }
    }
}
