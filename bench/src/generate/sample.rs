//! One sample with its error estimate.

use super::error::Three;
use super::solve::{Solution, Task};
use crate::{BenchError, Case, Stop};
use data::{Field, Sample, Trajectory, Trust};
use ndarray::Array2;

/// Computes one sample: on the reference grid, on coarser ones to estimate its error, and on finer
/// ones while the estimate is above the case's tolerance and the grid below its bound.
pub(crate) fn solve_sample(case: &Case, index: usize, stop: &Stop) -> Result<Sample, BenchError> {
    let task = Task::new(case, index, stop)?;
    let mut grids = Grids::start(&task)?;
    loop {
        let estimates = grids.estimates()?;
        match case.reference.finer(grids.cells, case.cells) {
            Some(finer) if !grids.is_within_tolerance(estimates.as_ref()) => grids.refine(finer)?,
            _ => return grids.into_sample(estimates),
        }
    }
}

/// A solution, or why the grid does not hold the flow.
type Attempt = Result<Solution, BenchError>;

/// The estimated errors of states, `[time, channel]`, and of statistics, `[2, channel]`.
type Estimates = [Array2<f64>; 2];

/// One sample on a grid, and on grids of half and a quarter as many cells an axis.
struct Grids<'a> {
    task: &'a Task<'a>,
    cells: [usize; 3],
    fine: Attempt,
    coarser: Option<[Attempt; 2]>,
}

impl<'a> Grids<'a> {
    fn start(task: &'a Task<'a>) -> Result<Self, BenchError> {
        let cells = task.case.reference_cells();
        let fine = attempt(task, cells)?;
        let is_quartered = cells.iter().all(|&n| n == 1 || n % 4 == 0);
        let coarser = if task.case.reference.error_estimate && is_quartered && fine.is_ok() {
            Some([attempt(task, divided(cells, 2))?, attempt(task, divided(cells, 4))?])
        } else {
            None
        };
        Ok(Self { task, cells, fine, coarser })
    }

    /// Solves on a grid twice as fine: what was fine is half now, and what was half a quarter.
    fn refine(&mut self, cells: [usize; 3]) -> Result<(), BenchError> {
        let half = std::mem::replace(&mut self.fine, attempt(self.task, cells)?);
        let quarter = match self.coarser.take() {
            Some([half, _]) => half,
            None => attempt(self.task, divided(self.cells, 2))?,
        };
        (self.cells, self.coarser) = (cells, Some([half, quarter]));
        Ok(())
    }

    /// The estimates from three grids; nothing where one of them does not hold the flow.
    fn estimates(&self) -> Result<Option<Estimates>, BenchError> {
        let (Ok(fine), Some([Ok(half), Ok(quarter)])) = (&self.fine, &self.coarser) else {
            return Ok(None);
        };
        let task = self.task;
        let solver = task.problem.solver(&task.grid(self.cells)?);
        let order = solver.map_err(|source| task.failed(source))?.order();
        let [fine, half, quarter] = [fine, half, quarter].map(|solution| &solution.trajectory);
        let three = Three { fine, half, quarter, order };
        let errors = three.errors();
        let starts = horizons(&task.problem.fields(), fine, &errors);
        let statistics = three.errors_of_statistics(&starts);
        Ok(Some([errors, statistics]))
    }

    /// Whether the estimated error of the velocity, or of the first field where there is none, is
    /// within the case's tolerance, if it has one.
    fn is_within_tolerance(&self, estimates: Option<&Estimates>) -> bool {
        let Some(tolerance) = self.task.case.reference.tolerance else { return true };
        let (Ok(fine), Some([errors, statistics])) = (&self.fine, estimates) else { return false };
        let fields = self.task.problem.fields();
        let trust = Trust::of(&fields, &fine.trajectory, errors, Some(statistics));
        let velocity = trust.iter().find(|trust| trust.field == "velocity");
        velocity.or(trust.first()).is_some_and(|trust| trust.error <= tolerance)
    }

    fn into_sample(self, estimates: Option<Estimates>) -> Result<Sample, BenchError> {
        let Self { task, cells, fine, .. } = self;
        let (error_estimate, statistics_estimate) =
            estimates.map(|[errors, statistics]| (errors, statistics)).unzip();
        let Solution { trajectory, monitors, steady_from } = fine?;
        Ok(Sample {
            index: task.index,
            split: task.case.roles()[task.index],
            grid: task.grid(task.case.cells)?,
            parameters: task.problem.parameters().iter().map(|(_, value)| *value).collect(),
            trajectory,
            monitors,
            error_estimate,
            statistics_estimate,
            solved_on: cells,
            steady_from,
        })
    }
}

/// The state at which prediction of each channel's field ends, if it does.
fn horizons(fields: &[Field], trajectory: &Trajectory, errors: &Array2<f64>) -> Vec<Option<usize>> {
    let trust = Trust::of(fields, trajectory, errors, None);
    let of = |field: &Field| {
        let of_field = trust.iter().find(|trust| trust.field == field.name);
        let horizon = of_field.map_or(f64::INFINITY, |trust| trust.horizon);
        let start = trajectory.times.iter().position(|&time| time >= horizon);
        vec![start; field.symbols.len()]
    };
    fields.iter().flat_map(of).collect()
}

/// Solves on `cells`; that the flow blows up there, or that the grid is too coarse, is a result.
fn attempt(task: &Task<'_>, cells: [usize; 3]) -> Result<Attempt, BenchError> {
    match task.solve_on(cells) {
        Err(error @ (BenchError::Solve { .. } | BenchError::Grid { .. })) => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(solution) => Ok(Ok(solution)),
    }
}

fn divided(cells: [usize; 3], divisor: usize) -> [usize; 3] {
    cells.map(|n| (n / divisor).max(1))
}
