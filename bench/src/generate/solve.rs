//! One sample on one grid.

use super::checkpoint::Checkpoint;
use crate::{BenchError, Case, Stop};
use data::{Grid, Spool, State, States, prolongate, restrict};
use ndarray::{Array2, Axis};
use solvers::{Problem, Solver, SolverError};
use std::cell::OnceCell;
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
    /// The state after the case's spin-up, once it is known.
    spun_up: OnceCell<State>,
}

impl<'a> SampleProblem<'a> {
    pub(super) fn new(case: &'a Case, index: usize, stop: &'a Stop) -> Result<Self, BenchError> {
        let problem = case.problem(index)?;
        Ok(Self { case, index, problem, stop, spun_up: OnceCell::new() })
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

    /// A solver on `grid` that holds the first state that is saved, and that state.
    pub(super) fn start(&self, grid: &Grid) -> Result<(Box<dyn Solver>, State), BenchError> {
        let Some(time) = self.case.spin_up else { return self.start_from_initial(grid) };
        let whole = self.grid(self.case.reference_cells())?;
        if self.spun_up.get().is_none() {
            let state = self.spin_up(&whole, time * self.problem.time_scale())?;
            self.spun_up.get_or_init(|| state);
        }
        let state = self.spun_up.get().expect("it was just set").view();
        let (from, to) = (whole.cells(), grid.cells());
        let is_coarser = from.iter().zip(to).all(|(from, to)| from.is_multiple_of(to));
        let state = if is_coarser { restrict(state, &whole, to) } else { prolongate(state, grid) };
        self.continued(grid, state)
    }

    /// A solver on `grid` that holds the problem's initial state, and that state.
    pub(super) fn start_from_initial(
        &self,
        grid: &Grid,
    ) -> Result<(Box<dyn Solver>, State), BenchError> {
        let (_, mut rng) = self.case.problem_and_rng(self.index)?;
        let initial = self.problem.initial(grid, &mut rng);
        let mut solver = self.solver(grid)?;
        solver.load(&initial).map_err(|source| self.failed(source))?;
        Ok((solver, initial))
    }

    /// A solver on `grid` that goes on from `state`, and the state that it makes of it.
    fn continued(
        &self,
        grid: &Grid,
        mut state: State,
    ) -> Result<(Box<dyn Solver>, State), BenchError> {
        let mut solver = self.solver(grid)?;
        solver.load(&state).map_err(|source| self.failed(source))?;
        solver.store(&mut state);
        Ok((solver, state))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, BenchError> {
        let mut solver = self.problem.solver(grid).map_err(|source| self.failed(source))?;
        solver.stop_on(self.stop);
        Ok(solver)
    }

    /// The state on `grid` after `time` in s: two thirds of it on half of the cells along each axis, where the method
    /// permits that, then one third on all.
    fn spin_up(&self, grid: &Grid, time: f64) -> Result<State, BenchError> {
        let half = grid.cells().map(|cells| cells.div_ceil(2));
        let is_halved = grid.cells().iter().all(|cells| *cells == 1 || cells.is_multiple_of(2));
        let coarse = self.problem.grid(half).ok().filter(|_| is_halved);
        let coarse = coarse.filter(|coarse| self.problem.solver(coarse).is_ok());
        let (mut solver, mut state, rest) = match coarse {
            None => {
                let (solver, state) = self.start_from_initial(grid)?;
                (solver, state, time)
            }
            Some(coarse) => {
                let (mut solver, mut state) = self.start_from_initial(&coarse)?;
                solver.advance(2.0 / 3.0 * time).map_err(|source| self.failed(source))?;
                solver.store(&mut state);
                let (solver, state) = self.continued(grid, prolongate(state.view(), grid))?;
                (solver, state, time / 3.0)
            }
        };
        solver.advance(rest).map_err(|source| self.failed(source))?;
        solver.store(&mut state);
        Ok(state)
    }

    /// Solves on a grid of `cells`, and averages every saved state to the most output cells that these make up. States
    /// that are too many for the memory go to a temporary file in `folder`.
    pub(super) fn solve_on(
        &self,
        cells: [usize; 3],
        folder: &Path,
    ) -> Result<Solution, BenchError> {
        let grid = self.grid(cells)?;
        let output = [0, 1, 2].map(|axis| shared_cells(self.case.cells[axis], cells[axis]));
        let times = (0..self.case.frames).map(|frame| frame as f64 * self.interval()).collect();
        let channels = data::channels(&self.problem.fields()).len();
        let [nx, ny, nz] = output;
        let mut states = Spool::new(folder, times, [channels, nx, ny, nz]);
        let mut monitors = Array2::zeros((self.case.frames, self.problem.monitors().len()));
        let mut state = State::zeros((channels, cells[0], cells[1], cells[2]));
        let checkpoint = self.checkpoint(folder, cells);
        let left = match &checkpoint {
            Some(checkpoint) => checkpoint.read(&mut state, &mut states, &mut monitors)?,
            None => None,
        };
        let (solver, state) = match left {
            Some(_) => self.continued(&grid, state)?,
            None => self.start(&grid)?,
        };
        let frames =
            Frames { sample: self, solver, state, grid, output, checkpoint, states, monitors };
        frames.collect(left)
    }

    /// That of the sample on a grid, if the case has checkpoints.
    fn checkpoint(&self, folder: &Path, [nx, ny, nz]: [usize; 3]) -> Option<Checkpoint> {
        self.case.reference.checkpoint?;
        let key = format!("{}-{}-{nx}x{ny}x{nz}", &self.case.hash()[..8], self.index);
        Some(Checkpoint::new(folder, key))
    }

    /// Removes what a complete sample needs no more.
    pub(super) fn remove_checkpoint(
        &self,
        folder: &Path,
        cells: [usize; 3],
    ) -> Result<(), BenchError> {
        self.checkpoint(folder, cells).map_or(Ok(()), |checkpoint| checkpoint.remove())
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
    checkpoint: Option<Checkpoint>,
    states: Spool,
    /// `[time, monitor]`
    monitors: Array2<f64>,
}

impl Frames<'_> {
    /// Solves and saves all frames, or those after the frame that a checkpoint holds.
    fn collect(mut self, left: Option<usize>) -> Result<Solution, BenchError> {
        let (frames, interval) = (self.sample.case.frames, self.sample.interval());
        let mut steady_from = None;
        let (mut before, first) = match left {
            Some(frame) => (self.states.state(frame)?, frame + 1),
            None => (self.save(0)?, 1),
        };
        for frame in first..frames {
            self.sample.stop.check()?;
            self.solver.advance(interval).map_err(|source| self.sample.failed(source))?;
            self.solver.store(&mut self.state);
            let now = self.save(frame)?;
            if self.is_steady(&now, &before) {
                steady_from = Some(frame);
                break;
            }
            before = now;
            self.check_point(frame)?;
        }
        if let Some(steady) = steady_from {
            // The last state is repeated, and so are its monitors.
            let (known, mut rest) = self.monitors.view_mut().split_at(Axis(0), steady + 1);
            rest.assign(&known.row(steady));
        }
        Ok(Solution { states: self.states, monitors: self.monitors, steady_from })
    }

    /// At every N-th frame, N from the case, writes a checkpoint and goes on from the state in it: an interrupted
    /// computation then ends with the same bits.
    fn check_point(&mut self, frame: usize) -> Result<(), BenchError> {
        let every = self.sample.case.reference.checkpoint;
        if let (Some(checkpoint), Some(every)) = (&self.checkpoint, every)
            && frame.is_multiple_of(every)
        {
            checkpoint.write(frame, &self.state, &self.states, &self.monitors)?;
            self.solver.load(&self.state).map_err(|source| self.sample.failed(source))?;
        }
        Ok(())
    }

    /// Saves the current state, and returns what was saved.
    fn save(&mut self, frame: usize) -> Result<State, BenchError> {
        let saved = restrict(self.state.view(), &self.grid, self.output);
        self.states.push(saved.view())?;
        let mut monitors = self.monitors.row_mut(frame);
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
