//! What generating will take, before it begins.

use super::solve::Task;
use crate::{BenchError, Case, Stop};
use std::time::Instant;

/// Samples that are tried.
const PROBES: usize = 3;
/// What a grid twice as fine costs: four times the cells, twice the steps.
const FINER: f64 = 8.0;

/// What generating will take: an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Samples that are missing.
    pub samples: usize,
    /// Seconds on one core, on the grids that the case begins with.
    pub seconds: f64,
    /// Bytes of disk at most: as much as without compression.
    pub bytes: f64,
}

/// Forecasts what the samples `missing` take.
///
/// Of at most three samples, spread over all, one interval is timed on a grid half as fine as the
/// reference, after one that is not; the rest is arithmetic. Flows get faster and slower, and grids that
/// adapt are not foreseen: it is right within a factor of two or so.
pub fn forecast(case: &Case, missing: &[usize], stop: &Stop) -> Result<Forecast, BenchError> {
    let samples = missing.len();
    let probes = spread(missing, PROBES);
    let mut seconds = 0.0;
    for &index in &probes {
        stop.check()?;
        seconds += of_sample(&Task::new(case, index, stop)?)? / probes.len() as f64;
    }
    let bytes = sample_bytes(case)? * samples as f64;
    Ok(Forecast { samples, seconds: seconds * samples as f64, bytes })
}

/// At most `count` of them, the first and the last included.
pub(crate) fn spread(indices: &[usize], count: usize) -> Vec<usize> {
    let count = count.min(indices.len());
    (0..count).map(|place| indices[place * (indices.len() - 1) / (count - 1).max(1)]).collect()
}

/// Seconds that one sample takes.
fn of_sample(task: &Task<'_>) -> Result<f64, BenchError> {
    let cells = task.case.reference_cells().map(|n| if n == 1 { 1 } else { n / 2 });
    // A grid that is too coarse for the flow tells nothing: then the reference itself is timed.
    let (frame, share) = match of_frame(task, cells) {
        Ok(seconds) => (seconds, FINER),
        Err(_) => (of_frame(task, task.case.reference_cells())?, 1.0),
    };
    let estimating =
        if task.case.reference.error_estimate { 1.0 + 1.0 / FINER + FINER.powi(-2) } else { 1.0 };
    Ok(frame * share * estimating * (task.case.frames - 1) as f64)
}

/// Seconds that the second interval takes.
fn of_frame(task: &Task<'_>, cells: [usize; 3]) -> Result<f64, BenchError> {
    let (mut solver, _) = task.start(cells)?;
    solver.advance(task.interval()).map_err(|source| task.failed(source))?;
    let clock = Instant::now();
    solver.advance(task.interval()).map_err(|source| task.failed(source))?;
    Ok(clock.elapsed().as_secs_f64())
}

/// Bytes of one sample's fields, uncompressed.
pub(crate) fn sample_bytes(case: &Case) -> Result<f64, BenchError> {
    let channels = data::channels(&case.info()?.fields);
    let changing = channels.iter().filter(|channel| !channel.constant).count();
    let values = changing * case.frames + (channels.len() - changing);
    Ok((values * case.cells.iter().product::<usize>() * size_of::<f32>()) as f64)
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
