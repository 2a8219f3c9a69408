//! `eddymark generate`

use super::context::CommandContext;
use super::terminal::{bytes, duration, print};
use crate::{
    BenchError, Case, Generated, Shard, begin, find_case, forecast as foresee, solve_missing,
};
use clap::Args;
use data::{Dataset, write_whole};
use solvers::verify::{VERIFIED, verify};
use std::io::Write;

/// The grids on which a dataset's solver is verified before it computes: seconds, not minutes.
const CELLS: [usize; 2] = [32, 64];

/// What to compute of a case's dataset, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct Order {
    /// A built-in case, or a TOML file.
    case: String,
    /// Only every N-th sample, beginning with the I-th, as `2/4`: for several machines that share the
    /// folder. Whoever comes last ends the dataset.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Samples that are solved at once. Default: `--threads`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only say what it would take.
    #[arg(long)]
    dry_run: bool,
    /// Save on so many cells along every axis, not as many as the case says; solved as finely as before.
    #[arg(long, value_name = "N")]
    cells: Option<usize>,
}

/// Computes a case's dataset, or a shard of it.
pub(super) fn generate(context: &CommandContext, order: &Order) -> Result<(), BenchError> {
    let mut case = find_case(&order.case)?;
    if let Some(cells) = order.cells {
        case = case.with_cells(&order.case, cells)?;
    }
    if order.dry_run {
        let all: Vec<usize> = (0..case.samples()).collect();
        let missing = Dataset::open(&context.place.dataset(&case)).map(|dataset| dataset.missing());
        return forecast(context, &case, &missing.unwrap_or(all), jobs(order));
    }
    if context.finished(&case).is_none() {
        let shard = order.shard.unwrap_or(Shard::WHOLE);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs(order)).build();
        let pool = pool.map_err(std::io::Error::other)?;
        let generated = pool.install(|| solve(context, &case, shard))?;
        if generated.missing > 0 && order.shard.is_some() {
            let missing = generated.missing;
            context.progress.say(&format!("{}: {missing} samples left to other shards", case.name));
        } else {
            must_be_whole(&case, &generated)?;
        }
    }
    print(&format!("{}\n", context.place.dataset(&case).display()))
}

/// A case's dataset: as it is if it is whole, else computed to its end.
pub(super) fn dataset(context: &CommandContext, case: &Case) -> Result<Dataset, BenchError> {
    let root = context.place.dataset(case);
    if let Some(dataset) = context.finished(case) {
        context.progress.say(&format!("{}: dataset unchanged ({})", case.name, root.display()));
        return Ok(dataset);
    }
    must_be_whole(case, &solve(context, case, Shard::WHOLE)?)?;
    Ok(Dataset::open(&root)?)
}

fn jobs(order: &Order) -> usize {
    order.jobs.map_or_else(rayon::current_num_threads, usize::from)
}

fn must_be_whole(case: &Case, generated: &Generated) -> Result<(), BenchError> {
    match generated.missing {
        0 => Ok(()),
        missing => Err(BenchError::Elsewhere { case: case.name.clone(), missing }),
    }
}

/// Solves what is missing of a shard, after saying what that will take.
fn solve(context: &CommandContext, case: &Case, shard: Shard) -> Result<Generated, BenchError> {
    let root = context.place.dataset(case);
    let begun = Dataset::open(&root).ok().map(|dataset| dataset.header().verification.clone());
    let certificate = match begun {
        Some(certificate) => certificate,
        None => certify(context, case)?,
    };
    let dataset = begin(case, &root, &certificate)?;
    write_whole(&root.join("certificate.json"), |file| file.write_all(certificate.as_bytes()))?;
    let missing = dataset.missing().into_iter().filter(|&index| shard.has(index));
    forecast(context, case, &missing.collect::<Vec<_>>(), rayon::current_num_threads())?;
    let generated = solve_missing(case, &dataset, shard, &context.progress, &context.stop)?;
    context.progress.say(&format!(
        "{}: {} samples solved in {} ({})",
        case.name,
        generated.solved,
        duration(generated.seconds),
        root.display()
    ));
    Ok(generated)
}

/// Says what solving the samples `missing` will take.
fn forecast(
    context: &CommandContext,
    case: &Case,
    missing: &[usize],
    jobs: usize,
) -> Result<(), BenchError> {
    let forecast = foresee(case, missing, &context.stop)?;
    context.progress.say(&format!(
        "{}: {} samples to solve, about {} on {} (a rough estimate), at most {}",
        case.name,
        forecast.samples,
        duration(forecast.seconds / jobs.min(forecast.samples).max(1) as f64),
        if jobs == 1 { "one thread".into() } else { format!("{jobs} threads") },
        bytes(forecast.bytes),
    ));
    Ok(())
}

/// The solver's certificate on small grids, as JSON; empty for a problem that has none.
fn certify(context: &CommandContext, case: &Case) -> Result<String, BenchError> {
    let problem = &case.problem;
    if !VERIFIED.contains(&problem.as_str()) {
        context
            .progress
            .say(&format!("{}: nothing published to verify `{problem}` with", case.name));
        return Ok(String::new());
    }
    let bar = context.progress.bar(&format!("verify {problem}"), "", 0);
    let certificate = verify(problem, &CELLS, &mut |line| bar.set_message(line.to_owned()));
    bar.finish_and_clear();
    let certificate =
        certificate.map_err(|source| BenchError::Verify { problem: problem.clone(), source })?;
    let failed = certificate.checks.iter().filter(|check| !check.passed).count();
    if failed > 0 {
        let total = certificate.checks.len();
        return Err(BenchError::NotVerified { problem: problem.clone(), failed, total });
    }
    Ok(serde_json::to_string_pretty(&certificate).expect("a certificate is plain data"))
}
