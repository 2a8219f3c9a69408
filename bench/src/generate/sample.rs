//! One sample with its error estimate.

use super::error_estimate::Three;
use super::solve::{SampleProblem, Solution};
use crate::{BenchError, Case, Stop};
use data::{Field, Grid, Magnitude, Reliability, Sample, Split, Spool, States};
use ndarray::Array2;
use std::path::Path;

/// Computes one sample, with temporary files in `folder`: on the reference grid, on two coarser grids to estimate the
/// error, and on finer grids as long as the estimate exceeds the case's tolerance and the bound of refinement permits.
pub(crate) fn solve_sample(
    case: &Case,
    index: usize,
    split: Split,
    folder: &Path,
    stop: &Stop,
) -> Result<Sample<Spool>, BenchError> {
    let sample = SampleProblem::new(case, index, stop)?;
    let mut grids = Grids::start(&sample, folder)?;
    loop {
        let estimates = grids.estimates()?;
        match case.reference.finer(grids.cells, case.cells) {
            Some(finer) if !grids.is_within_tolerance(estimates.as_ref())? => {
                grids.refine(finer)?;
            }
            _ => return grids.into_sample(estimates, split),
        }
    }
}

/// Removes the checkpoints of a sample that is written.
pub(crate) fn remove_checkpoints(
    case: &Case,
    index: usize,
    folder: &Path,
    stop: &Stop,
) -> Result<(), BenchError> {
    let sample = SampleProblem::new(case, index, stop)?;
    let mut cells = case.reference_cells();
    loop {
        for divisor in [1, 2, 4] {
            sample.remove_checkpoint(folder, divided(cells, divisor))?;
        }
        let Some(finer) = case.reference.finer(cells, case.cells) else { return Ok(()) };
        cells = finer;
    }
}

/// A solution, or the reason why the flow cannot be computed on the grid.
type Attempt = Result<Solution, BenchError>;

/// Estimated errors of states, `[time, channel]`, and of statistics, `[2, channel]`.
type Estimates = [Array2<f64>; 2];

/// One sample on a grid, and on grids with half and a quarter of the cells along each axis.
struct Grids<'a> {
    sample: &'a SampleProblem<'a>,
    /// That of temporary files.
    folder: &'a Path,
    cells: [usize; 3],
    /// The grid on which all are saved.
    output: Grid,
    fine: Attempt,
    coarser: Option<[Attempt; 2]>,
}

impl<'a> Grids<'a> {
    fn start(sample: &'a SampleProblem<'a>, folder: &'a Path) -> Result<Self, BenchError> {
        let cells = sample.case.reference_cells();
        let fine = attempt(sample, folder, cells)?;
        let is_quartered = cells.iter().all(|&n| n == 1 || n % 4 == 0);
        let coarser = if sample.case.reference.error_estimate && is_quartered && fine.is_ok() {
            Some([
                attempt(sample, folder, divided(cells, 2))?,
                attempt(sample, folder, divided(cells, 4))?,
            ])
        } else {
            None
        };
        let output = sample.grid(sample.case.cells)?;
        Ok(Self { sample, folder, cells, output, fine, coarser })
    }

    /// Solves on a grid with twice the cells along each axis; the two finest solutions so far become the
    /// coarser ones.
    fn refine(&mut self, cells: [usize; 3]) -> Result<(), BenchError> {
        let half = std::mem::replace(&mut self.fine, attempt(self.sample, self.folder, cells)?);
        let quarter = match self.coarser.take() {
            Some([half, _]) => half,
            None => attempt(self.sample, self.folder, divided(self.cells, 2))?,
        };
        (self.cells, self.coarser) = (cells, Some([half, quarter]));
        Ok(())
    }

    /// The estimates from three grids; `None` where the flow cannot be computed on one of them.
    fn estimates(&self) -> Result<Option<Estimates>, BenchError> {
        let (Ok(fine), Some([Ok(half), Ok(quarter)])) = (&self.fine, &self.coarser) else {
            return Ok(None);
        };
        let sample = self.sample;
        let solver = sample.problem.solver(&sample.grid(self.cells)?);
        let order = solver.map_err(|source| sample.failed(source))?.order();
        let [fine, half, quarter] = [fine, half, quarter].map(|solution| &solution.states);
        let three = Three { fine, half, quarter, grid: &self.output, order };
        let errors = three.errors()?;
        let starts = horizons(&sample.problem.fields(), &self.output, fine, &errors)?;
        let statistics = three.errors_of_statistics(&starts)?;
        Ok(Some([errors, statistics]))
    }

    /// Whether the estimated error of the velocity (of the first field if there is no velocity) is within
    /// the case's tolerance, if it has one.
    fn is_within_tolerance(&self, estimates: Option<&Estimates>) -> Result<bool, BenchError> {
        let Some(tolerance) = self.sample.case.reference.tolerance else { return Ok(true) };
        let (Ok(fine), Some([errors, statistics])) = (&self.fine, estimates) else {
            return Ok(false);
        };
        let fields = self.sample.problem.fields();
        let magnitudes = Magnitude::of(&fields, &self.output, &fine.states)?;
        let times = fine.states.times();
        let reliability =
            Reliability::estimate(&fields, &magnitudes, times, errors, Some(statistics));
        let velocity = reliability.iter().find(|field| field.field == "velocity");
        let first = velocity.or(reliability.first());
        Ok(first.is_some_and(|field| field.relative_error <= tolerance))
    }

    fn into_sample(
        self,
        estimates: Option<Estimates>,
        split: Split,
    ) -> Result<Sample<Spool>, BenchError> {
        let Self { sample, cells, output, fine, .. } = self;
        let (error_estimate, statistics_estimate) =
            estimates.map(|[errors, statistics]| (errors, statistics)).unzip();
        let Solution { states, monitors, steady_from } = fine?;
        Ok(Sample {
            index: sample.index,
            split,
            grid: output,
            parameters: sample.problem.parameters().iter().map(|(_, value)| *value).collect(),
            trajectory: states,
            monitors,
            error_estimate,
            statistics_estimate,
            reference_cells: cells,
            steady_from,
        })
    }
}

/// Index of the state from which each channel's field is no longer predictable, if there is one.
fn horizons(
    fields: &[Field],
    grid: &Grid,
    states: &Spool,
    errors: &Array2<f64>,
) -> Result<Vec<Option<usize>>, BenchError> {
    let magnitudes = Magnitude::of(fields, grid, states)?;
    let reliability = Reliability::estimate(fields, &magnitudes, states.times(), errors, None);
    let of = |field: &Field| {
        let of_field = reliability.iter().find(|known| known.field == field.name);
        let horizon = of_field.map_or(f64::INFINITY, |known| known.horizon);
        let start = states.times().iter().position(|&time| time >= horizon);
        vec![start; field.symbols.len()]
    };
    Ok(fields.iter().flat_map(of).collect())
}

/// Solves on `cells`. A blow-up, or a grid that is too coarse, is a result and no error.
fn attempt(
    sample: &SampleProblem<'_>,
    folder: &Path,
    cells: [usize; 3],
) -> Result<Attempt, BenchError> {
    match sample.solve_on(cells, folder) {
        Err(error @ (BenchError::Solve { .. } | BenchError::Grid { .. })) => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(solution) => Ok(Ok(solution)),
    }
}

fn divided(cells: [usize; 3], divisor: usize) -> [usize; 3] {
    cells.map(|n| (n / divisor).max(1))
}
