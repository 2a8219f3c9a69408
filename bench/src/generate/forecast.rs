//! A forecast of the cost of generating a dataset.

use super::solve::SampleProblem;
use crate::processor::{Stopwatch, cores};
use crate::{BenchError, Case, Stop};
use data::Spool;

/// Number of samples of which a part is solved.
const PROBES: usize = 3;

/// A forecast of the cost of generating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Number of missing samples.
    pub samples: usize,
    /// Processor time in s, on the grids that the case starts with.
    pub seconds: f64,
    /// Upper bound of the disk space in bytes: the size without compression.
    pub bytes: f64,
    /// Upper bound of the memory for the saved states of one sample in bytes. A solver's own arrays come on top.
    pub memory_per_sample: f64,
    /// Upper bound of the disk space for temporary files of one sample in bytes, while it is solved.
    pub temporary_per_sample: f64,
}

impl Forecast {
    /// Wall time in s on a number of threads, each of which solves one sample at a time on an idle core.
    pub fn seconds_on(&self, threads: usize) -> f64 {
        self.seconds / threads.min(cores()).min(self.samples).max(1) as f64
    }
}

/// Forecasts the cost of the samples `missing`.
///
/// For at most three evenly spaced samples the processor time of the second interval is measured on a grid with half
/// the reference's cells along each axis, and extrapolated. Changes of the time step over a trajectory and refinement
/// by a tolerance are not included, so that the forecast is accurate within a factor of about two.
pub fn forecast(case: &Case, missing: &[usize], stop: &Stop) -> Result<Forecast, BenchError> {
    let samples = missing.len();
    // Data of another program are copied.
    let probes = if case.imported.is_some() { Vec::new() } else { spread(missing, PROBES) };
    let mut seconds = 0.0;
    for &index in &probes {
        stop.check()?;
        seconds += of_sample(&SampleProblem::new(case, index, stop)?)? / probes.len() as f64;
    }
    let bytes = sample_bytes(case)? * samples as f64;
    let [memory_per_sample, temporary_per_sample] = in_flight(case)?;
    let seconds = seconds * samples as f64;
    Ok(Forecast { samples, seconds, bytes, memory_per_sample, temporary_per_sample })
}

/// At most `count` evenly spaced indices, including the first and the last.
pub(crate) fn spread(indices: &[usize], count: usize) -> Vec<usize> {
    let count = count.min(indices.len());
    (0..count)
        .map(|position| indices[position * (indices.len() - 1) / (count - 1).max(1)])
        .collect()
}

/// Cost of twice the cells along each axis: 2ᵈ times the cells in d dimensions, and twice the steps.
fn cost_of_doubling(cells: [usize; 3]) -> f64 {
    let per_axis = cells.map(|n| if n > 1 { 2.0 } else { 1.0 });
    2.0 * per_axis.iter().product::<f64>()
}

/// Processor time in s that one sample takes.
fn of_sample(sample: &SampleProblem<'_>) -> Result<f64, BenchError> {
    let cells = sample.case.reference_cells();
    let finer = cost_of_doubling(cells);
    let cells = cells.map(|n| if n == 1 { 1 } else { n / 2 });
    // If that grid is too coarse for the flow, the reference grid itself is measured.
    let (frame, share) = match of_frame(sample, cells) {
        Ok(seconds) => (seconds, finer),
        Err(BenchError::Stopped) => return Err(BenchError::Stopped),
        Err(_) => (of_frame(sample, sample.case.reference_cells())?, 1.0),
    };
    let estimating =
        if sample.case.reference.error_estimate { 1.0 + 1.0 / finer + finer.powi(-2) } else { 1.0 };
    let spin_up = sample.case.spin_up.unwrap_or(0.0) * sample.problem.time_scale();
    // Two thirds of the spin-up are on half of the cells along each axis.
    let spin_up = spin_up / sample.interval() * (1.0 / 3.0 + 2.0 / 3.0 / finer);
    let saved = estimating * (sample.case.frames - 1) as f64;
    Ok(frame * share * (saved + spin_up))
}

/// Processor time in s that the second interval takes.
fn of_frame(sample: &SampleProblem<'_>, cells: [usize; 3]) -> Result<f64, BenchError> {
    let (mut solver, _) = sample.start_from_initial(&sample.grid(cells)?)?;
    solver.advance(sample.interval()).map_err(|source| sample.failed(source))?;
    let watch = Stopwatch::start();
    solver.advance(sample.interval()).map_err(|source| sample.failed(source))?;
    Ok(watch.spent().processor)
}

/// Bytes of one sample's fields, uncompressed.
pub(crate) fn sample_bytes(case: &Case) -> Result<f64, BenchError> {
    let channels = data::channels(&case.info()?.fields);
    let changing = channels.iter().filter(|channel| !channel.constant).count();
    let values = changing * case.frames + (channels.len() - changing);
    Ok((values * case.cells.iter().product::<usize>() * size_of::<f32>()) as f64)
}

/// States that are in memory at the same time, besides those that are spooled: one of every grid, its averages on the
/// cells that grids share, their statistics in time, and copies of them as bytes.
const WORKING_STATES: usize = 24;

/// Upper bounds of the memory and of the temporary disk space in bytes for the states of a sample that is being solved.
fn in_flight(case: &Case) -> Result<[f64; 2], BenchError> {
    let channels = data::channels(&case.info()?.fields).len();
    let state = channels * case.cells.iter().product::<usize>() * size_of::<f64>();
    let solutions = match &case.reference {
        of if of.tolerance.is_some() => 4, // the next finer grid, while its predecessors are kept
        of if of.error_estimate => 3,
        _ => 1,
    };
    let solution = case.frames * state;
    let spooled = if solution > Spool::MEMORY { solutions * solution } else { 0 };
    let memory = solutions * solution.min(Spool::MEMORY) + WORKING_STATES * state;
    Ok([memory as f64, spooled as f64])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_reach_from_the_first_to_the_last() {
        assert_eq!(spread(&[2, 3, 5, 7, 11], 3), [2, 5, 11]);
        assert_eq!(spread(&[4, 9], 3), [4, 9]);
        assert_eq!(spread(&[4], 3), [4]);
        assert_eq!(spread(&[], 3), [0_usize; 0]);
    }
}
