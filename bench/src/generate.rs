//! Case → dataset.

mod checkpoint;
mod error_estimate;
mod forecast;
mod sample;
mod shard;
mod solve;
mod temporal_statistics;

pub use forecast::{Forecast, forecast};
pub(crate) use forecast::{sample_bytes, spread};
pub(crate) use sample::{remove_checkpoints, solve_sample};
pub use shard::Shard;

use crate::{BenchError, Case, Progress, Stop, commit};
use data::{Dataset, DatasetHeader, Parameter};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What generating took, and what is left.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Generated {
    /// Number of samples that this call solved.
    pub solved: usize,
    /// Number of samples still missing: those of other shards, or in progress in other processes.
    pub missing: usize,
    /// Wall time in s.
    pub seconds: f64,
}

/// Creates a case's dataset under `root`, or opens the existing one.
pub fn begin(case: &Case, root: &Path, certificate: &str) -> Result<Dataset, BenchError> {
    Ok(Dataset::create(root, header(case, certificate)?)?)
}

/// Computes a case's dataset under `root`, with its statistics.
pub fn generate(
    case: &Case,
    root: &Path,
    certificate: &str,
    progress: &Progress,
    stop: &Stop,
) -> Result<(Dataset, Generated), BenchError> {
    let dataset = begin(case, root, certificate)?;
    let all: Vec<usize> = (0..case.samples()).collect();
    let generated = solve_missing(case, &dataset, &all, progress, stop)?;
    if generated.missing == 0 {
        dataset.finish()?;
    }
    Ok((dataset, generated))
}

/// Computes those of `samples` that are missing, in parallel.
///
/// States go to disk as they are computed, so that memory holds few of them, and a sample is written as soon as it is
/// complete: an interrupted run resumes where it stopped. A sample depends on the case and on its index alone,
/// to the last bit. Several processes may work on one dataset: each claims a sample before solving it.
pub fn solve_missing(
    case: &Case,
    dataset: &Dataset,
    samples: &[usize],
    progress: &Progress,
    stop: &Stop,
) -> Result<Generated, BenchError> {
    let clock = std::time::Instant::now();
    let is_done = |index: usize| dataset.is_complete(index).map(|is_done| (index, is_done));
    let states = samples.iter().copied().map(is_done).collect::<Result<Vec<_>, _>>()?;
    let missing: Vec<usize> =
        states.into_iter().filter(|(_, is_done)| !is_done).map(|(index, _)| index).collect();
    let verb = if case.imported.is_some() { "import" } else { "solve" };
    let bar = progress.bar(&format!("{verb} {}", case.name), "samples", samples.len());
    bar.inc((samples.len() - missing.len()) as u64);
    bar.reset_eta();
    let (failure, solved) = (Mutex::new(None), AtomicUsize::new(0));
    missing.par_iter().with_max_len(1).for_each(|&index| {
        if stop.is_requested() || failure.lock().expect("no thread panics with it").is_some() {
            return;
        }
        match solve_one(case, dataset, index, stop) {
            Ok(is_mine) => {
                solved.fetch_add(usize::from(is_mine), Ordering::Relaxed);
                bar.inc(1);
            }
            Err(error) => {
                failure.lock().expect("no thread panics with it").get_or_insert(error);
            }
        }
    });
    bar.finish_and_clear();
    if let Some(error) = failure.into_inner().expect("no thread panics with it") {
        return Err(error);
    }
    stop.check()?;
    let missing = dataset.missing()?.len();
    let seconds = clock.elapsed().as_secs_f64();
    Ok(Generated { solved: solved.into_inner(), missing, seconds })
}

/// Solves and writes a sample, unless another process does or has. Returns whether it was solved here.
fn solve_one(
    case: &Case,
    dataset: &Dataset,
    index: usize,
    stop: &Stop,
) -> Result<bool, BenchError> {
    let Some(_claim) = dataset.claim(index)? else { return Ok(false) };
    let split = dataset.header().splits[index];
    let folder = dataset.path(index);
    let folder = folder.parent().expect("samples lie in a folder");
    if let Some(imported) = &case.imported {
        stop.check()?;
        dataset.write(&imported.sample(index, split)?)?;
        return Ok(true);
    }
    dataset.write(&solve_sample(case, index, split, folder, stop)?)?;
    remove_checkpoints(case, index, folder, stop)?;
    Ok(true)
}

fn header(case: &Case, certificate: &str) -> Result<DatasetHeader, BenchError> {
    Ok(DatasetHeader {
        info: case.info()?,
        case_text: case.text.clone(),
        case_hash: case.hash(),
        seed: case.seed,
        splits: case.roles(),
        coverage: case.coverage()?,
        sample_names: case.names(),
        solver: case.solver(),
        version: env!("CARGO_PKG_VERSION").into(),
        commit: commit().into(),
        verification: certificate.into(),
    })
}

/// The parameters that vary between samples, as `reynolds = 812`.
pub(crate) fn describe(parameters: &[(Parameter, f64)], case: &Case) -> String {
    let varying = parameters.iter().filter(|(parameter, _)| case.varies(&parameter.name));
    varying
        .map(|(parameter, value)| format!("{} = {}", parameter.name, rounded(*value)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Five significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().expect("what was written is a number")
}
