//! Case → dataset.

mod error;
mod forecast;
mod sample;
mod shard;
mod solve;

pub use forecast::{Forecast, forecast};
pub(crate) use forecast::{sample_bytes, spread};
pub(crate) use sample::solve_sample;
pub use shard::Shard;

use crate::{BenchError, Case, Progress, Stop, commit, solver};
use data::{Dataset, DatasetHeader, Parameter};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What generating took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Generated {
    /// Samples that were solved now; the others were there, or others solved them.
    pub solved: usize,
    /// Samples that are still missing: other shards', or those that other processes work on.
    pub missing: usize,
    /// Wall time in s.
    pub seconds: f64,
}

/// Makes a case's dataset under `root`, or opens the one that is there.
pub fn begin(case: &Case, root: &Path, certificate: &str) -> Result<Dataset, BenchError> {
    Ok(Dataset::create(root, header(case, certificate)?)?)
}

/// Computes a case's dataset under `root` to its end.
pub fn generate(
    case: &Case,
    root: &Path,
    certificate: &str,
    progress: &Progress,
    stop: &Stop,
) -> Result<(Dataset, Generated), BenchError> {
    let dataset = begin(case, root, certificate)?;
    let generated = solve_missing(case, &dataset, Shard::WHOLE, progress, stop)?;
    Ok((dataset, generated))
}

/// Computes the missing samples of a shard, and finishes the dataset if it is whole then.
///
/// One sample is one work item, written when it is complete, so memory holds as many samples as
/// there are threads, and a run that was cut off goes on where it stopped. Every sample's bits
/// depend on the case and its number alone. Several processes may work on one dataset: each sample
/// is claimed before it is solved.
pub fn solve_missing(
    case: &Case,
    dataset: &Dataset,
    shard: Shard,
    progress: &Progress,
    stop: &Stop,
) -> Result<Generated, BenchError> {
    let clock = std::time::Instant::now();
    let mut missing = dataset.missing();
    missing.retain(|&index| shard.has(index));
    let mine = (0..case.samples()).filter(|&index| shard.has(index)).count();
    let bar = progress.bar(&format!("solve {}", case.name), "samples", mine);
    bar.inc((mine - missing.len()) as u64);
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
    let missing = dataset.missing().len();
    if missing == 0 {
        dataset.finish()?;
    }
    let seconds = clock.elapsed().as_secs_f64();
    Ok(Generated { solved: solved.into_inner(), missing, seconds })
}

/// Solves and writes a sample, unless somebody else does or has; says whether it was solved here.
fn solve_one(
    case: &Case,
    dataset: &Dataset,
    index: usize,
    stop: &Stop,
) -> Result<bool, BenchError> {
    let Some(_claim) = dataset.claim(index)? else { return Ok(false) };
    dataset.write(&solve_sample(case, index, stop)?)?;
    Ok(true)
}

fn header(case: &Case, certificate: &str) -> Result<DatasetHeader, BenchError> {
    Ok(DatasetHeader {
        info: case.info()?,
        case_text: case.text.clone(),
        case_hash: case.hash(),
        seed: case.seed,
        roles: case.roles(),
        names: case.names(),
        solver: solver(),
        version: env!("CARGO_PKG_VERSION").into(),
        commit: commit().into(),
        verification: certificate.into(),
    })
}

/// The varying parameters, as `reynolds = 812`.
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
