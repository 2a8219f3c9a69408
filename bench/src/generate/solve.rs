//! One sample on one grid.

use crate::{BenchError, Case, Stop};
use data::{Grid, State, Trajectory, restrict};
use ndarray::{Array2, Array5, Axis, s};
use solvers::{Problem, Solver, SolverError};
use std::ops::Range;

/// A solved sample, averaged to output cells.
pub(super) struct Solution {
    /// `[time, channel, x, y, z]`
    pub(super) trajectory: Trajectory,
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

    /// Solves on a grid of `cells`, and averages every saved state to the most output cells that these make up.
    pub(super) fn solve_on(&self, cells: [usize; 3]) -> Result<Solution, BenchError> {
        let grid = self.grid(cells)?;
        let (solver, state) = self.start(&grid)?;
        let output = [0, 1, 2].map(|axis| shared_cells(self.case.cells[axis], cells[axis]));
        Frames { sample: self, solver, state, grid, output }.collect()
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
    fn collect(mut self) -> Result<Solution, BenchError> {
        let (frames, interval) = (self.sample.case.frames, self.sample.interval());
        let ([nx, ny, nz], channels) = (self.output, self.state.len_of(Axis(0)));
        let mut values = Array5::zeros((frames, channels, nx, ny, nz));
        let mut monitors = Array2::zeros((frames, self.sample.problem.monitors().len()));
        let mut steady_from = None;
        self.save(0, &mut values, &mut monitors);
        for frame in 1..frames {
            self.sample.stop.check()?;
            if let Some(steady) = steady_from {
                copy(steady, frame, &mut values, &mut monitors);
                continue;
            }
            self.solver.advance(interval).map_err(|source| self.sample.failed(source))?;
            self.solver.store(&mut self.state);
            self.save(frame, &mut values, &mut monitors);
            steady_from = self.is_steady(&values, frame).then_some(frame);
        }
        let times = (0..frames).map(|frame| frame as f64 * interval).collect();
        Ok(Solution { trajectory: Trajectory { times, values }, monitors, steady_from })
    }

    fn save(&self, frame: usize, values: &mut Array5<f64>, monitors: &mut Array2<f64>) {
        values.index_axis_mut(Axis(0), frame).assign(&restrict(
            self.state.view(),
            &self.grid,
            self.output,
        ));
        let mut row = monitors.row_mut(frame);
        self.solver.monitor(row.as_slice_mut().expect("a row of a table is contiguous"));
    }

    /// Whether no velocity changed by more than the case's fraction of the largest one per time scale.
    fn is_steady(&self, values: &Array5<f64>, frame: usize) -> bool {
        let Some(share) = self.sample.case.reference.steady else { return false };
        let scales = self.sample.interval() / self.sample.problem.time_scale();
        let (mut change, mut speed) = (0.0_f64, 0.0_f64);
        for channels in velocities(&self.sample.problem.fields()) {
            let now = values.slice(s![frame, channels.clone(), .., .., ..]);
            let before = values.slice(s![frame - 1, channels, .., .., ..]);
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

/// Copies one state over another.
fn copy(from: usize, to: usize, values: &mut Array5<f64>, monitors: &mut Array2<f64>) {
    let (state, row) = (values.index_axis(Axis(0), from).to_owned(), monitors.row(from).to_owned());
    values.index_axis_mut(Axis(0), to).assign(&state);
    monitors.row_mut(to).assign(&row);
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
